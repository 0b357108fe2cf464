/** What a test may ask of the program that runs in the double, over its IPC channel; every request gets one answer. */
export type ControlRequest = { id: number } & (
  | { type: 'evaluate'; expression: string }
  | { type: 'close-window' }
  | { type: 'emit-app'; event: 'before-quit' | 'second-instance' | 'activate' | 'open-file'; args?: unknown[] }
  /** Clicks the item that these labels lead to. */
  | { type: 'choose-menu'; labels: string[] }
  /** The button that the next message box answers with. */
  | { type: 'answer-dialogs'; response: number }
  /** The folder that the next dialog for one is answered with. */
  | { type: 'choose-folder'; path: string }
  /** Ends the n-th utility process as a crash would. */
  | { type: 'crash-utility'; index: number }
  | { type: 'state' }
);

export interface ControlState {
  windows: number;
  /** Names of the utility processes started so far, in order. */
  utilities: string[];
  dialogs: string[];
  menu: string[];
  openedOutside: string[];
  /** Arguments of the programs that were asked to start after this one. */
  relaunches: string[][];
}

export interface ControlAnswer {
  id: number;
  value?: unknown;
  error?: string;
}
