import { create } from 'zustand';
import { copyDropped, type Dropped } from '../transport/droppedFiles.ts';
import { messageOf } from './backend.ts';

export interface CopyProgress {
  name: string;
  /** Bytes of files that are there, and of all. */
  doneBytes: number;
  totalBytes: number;
  cancel(): void;
}

interface DropState {
  /** Whether files are being dragged over the window. */
  isOver: boolean;
  /** The path of what was last dropped on the window or opened with the app, to be imported; taken once. */
  path: string | null;
  /** In a browser: how far the copy of what was dropped is. */
  copy: CopyProgress | null;
  /** Why there is no copy. */
  error: string | null;
}

export const useDroppedPath = create<DropState>(() => ({ isOver: false, path: null, copy: null, error: null }));

export function takeDroppedPath(): string | null {
  const { path } = useDroppedPath.getState();
  if (path !== null) useDroppedPath.setState({ path: null });
  return path;
}

/** Copies what was dropped to where the backend can read it; null when it was cancelled or failed, which is shown. */
export async function pathOfCopy(dropped: Dropped): Promise<string | null> {
  useDroppedPath.getState().copy?.cancel();
  const stop = new AbortController();
  const sizes = dropped.files.map((file) => file.size);
  const sum = (values: number[]) => values.reduce((total, size) => total + size, 0);
  const copy = { name: dropped.name, doneBytes: 0, totalBytes: sum(sizes), cancel: () => stop.abort() };
  const onFile = (index: number) => useDroppedPath.setState({ copy: { ...copy, doneBytes: sum(sizes.slice(0, index)) } });
  useDroppedPath.setState({ copy, error: null });
  try {
    return await copyDropped(dropped, onFile, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) useDroppedPath.setState({ error: messageOf(error) });
    return null;
  } finally {
    if (useDroppedPath.getState().copy?.cancel === copy.cancel) useDroppedPath.setState({ copy: null });
  }
}
