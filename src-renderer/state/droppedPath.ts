import { create } from 'zustand';

/** The path of what was last dropped on the window or opened with the app, to be imported; taken once. */
export const useDroppedPath = create<{ path: string | null }>(() => ({ path: null }));

export function takeDroppedPath(): string | null {
  const { path } = useDroppedPath.getState();
  if (path !== null) useDroppedPath.setState({ path: null });
  return path;
}
