/** What the desktop's main process tells its page, beside the backend's port: things that the system asked for. */
export type HostMessage =
  /** A menu item was chosen. */
  | { type: 'command'; id: string }
  /** A file or folder was opened with the app. */
  | { type: 'open'; path: string }
  /** Save every unsaved change, or forget them all for good; the page answers with the number of the request. */
  | { type: 'save-all'; request: number }
  | { type: 'discard-all'; request: number }
  /** Something happened that the person should know of. */
  | { type: 'notice'; text: string };
