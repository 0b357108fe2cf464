import { startFrom, type WorkingCopy } from './workingCopy.ts';

/** Unsaved text outlives the page: kept here, with the text on disk that it changes, until it is saved or thrown away. */
type Draft = Pick<WorkingCopy, 'base' | 'text'>;

const keyOf = (path: string) => `userllm.draft:${path}`;

export function readDraft(path: string): WorkingCopy | null {
  const stored = localStorage.getItem(keyOf(path));
  if (stored === null) return null;
  const { base, text } = JSON.parse(stored) as Draft;
  return startFrom(base, text);
}

export function writeDraft(path: string, { base, text }: WorkingCopy): void {
  if (text === base) dropDraft(path);
  else localStorage.setItem(keyOf(path), JSON.stringify({ base, text } satisfies Draft));
}

export function dropDraft(path: string): void {
  localStorage.removeItem(keyOf(path));
}
