/** Unsaved text outlives the page: kept here until it is saved or thrown away. */
interface Draft {
  /** The text on disk that the draft changes; a draft of another text is not taken up. */
  base: string;
  text: string;
}

const keyOf = (path: string) => `userllm.draft:${path}`;

export function readDraft(path: string, base: string): string | null {
  const stored = localStorage.getItem(keyOf(path));
  if (stored === null) return null;
  const draft = JSON.parse(stored) as Draft;
  return draft.base === base ? draft.text : null;
}

export function writeDraft(path: string, base: string, text: string): void {
  if (text === base) dropDraft(path);
  else localStorage.setItem(keyOf(path), JSON.stringify({ base, text } satisfies Draft));
}

export function dropDraft(path: string): void {
  localStorage.removeItem(keyOf(path));
}
