import { mergeTexts } from '../../widgets/monaco/mergeTexts.ts';

/** The text of a file while it is edited. */
export interface WorkingCopy {
  /** The text on disk that it started from. */
  readonly base: string;
  readonly text: string;
  /** The text that is on disk now, where its changes and those made here touch the same lines; null where there is nothing to choose. */
  readonly conflict: string | null;
}

export const startFrom = (base: string, text = base): WorkingCopy => ({ base, text, conflict: null });

export const isChanged = ({ base, text }: WorkingCopy): boolean => text !== base;

/** Takes in what is on disk now: as it is where nothing is unsaved, merged with unsaved changes where they do not touch, else as a conflict. */
export function takeIn(copy: WorkingCopy, onDisk: string): WorkingCopy {
  if (onDisk === copy.base) return startFrom(copy.base, copy.text);
  if (!isChanged(copy)) return startFrom(onDisk);
  const merged = mergeTexts(copy.base, copy.text, onDisk);
  return merged === null ? { ...copy, conflict: onDisk } : startFrom(onDisk, merged);
}

/** The person's text replaces the one on disk when it is saved. */
export const keepMine = ({ text, conflict, base }: WorkingCopy): WorkingCopy => startFrom(conflict ?? base, text);

export const takeTheirs = ({ conflict, base }: WorkingCopy): WorkingCopy => startFrom(conflict ?? base);
