/** Unsaved text outlives the page: kept here, with the saved text that it changes, until it is saved or thrown away. */
export interface Draft {
  base: string;
  text: string;
}

const keyOf = (path: string) => `userllm.draft:${path}`;

export function readDraft(path: string): Draft | null {
  const stored = localStorage.getItem(keyOf(path));
  return stored === null ? null : (JSON.parse(stored) as Draft);
}

export function writeDraft(path: string, { base, text }: Draft): void {
  if (text === base) dropDraft(path);
  else localStorage.setItem(keyOf(path), JSON.stringify({ base, text } satisfies Draft));
}

export function dropDraft(path: string): void {
  localStorage.removeItem(keyOf(path));
}
