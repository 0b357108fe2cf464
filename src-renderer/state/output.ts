import { create } from 'zustand';

export interface OutputLine {
  atMs: number;
  level: 'info' | 'warning' | 'error';
  text: string;
}

const KEEP_LINES = 5000;

/** What runs wrote since the page was opened, by run id, and what the workbench itself has to say. */
export const useOutput = create<{ lines: Record<string, OutputLine[]> }>(() => ({ lines: {} }));

export const WORKBENCH_CHANNEL = 'workbench';

export function appendOutput(channel: string, line: OutputLine): void {
  useOutput.setState(({ lines }) => ({ lines: { ...lines, [channel]: [...(lines[channel] ?? []), line].slice(-KEEP_LINES) } }));
}
