import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const rectangleSchema = z.object({ x: z.number(), y: z.number(), width: z.number().min(400), height: z.number().min(300) });
export type Rectangle = z.infer<typeof rectangleSchema>;

const appStateSchema = z.object({
  workspacePath: z.string().nullable().default(null),
  /** Workspaces, the one opened last first. */
  recentWorkspaces: z.array(z.string()).default([]),
  window: z.object({ bounds: rectangleSchema, maximized: z.boolean() }).nullable().default(null),
});
/** What the app remembers between starts, besides its workspace. */
export type AppState = z.infer<typeof appStateSchema>;

/** A file that is missing or damaged counts as nothing remembered. */
export function readAppState(path: string): AppState {
  try {
    return appStateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return appStateSchema.parse({});
  }
}

export function writeAppState(path: string, state: AppState): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, JSON.stringify(state, null, 2));
  renameSync(`${path}.tmp`, path);
}

const SMALLEST_VISIBLE = 100;

/** Whether enough of a window would lie on one of the screens to be grasped: screens come and go. */
export function isVisible(bounds: Rectangle, screens: readonly Rectangle[]): boolean {
  return screens.some((screen) => {
    const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
    const height = Math.min(bounds.y + bounds.height, screen.y + screen.height) - Math.max(bounds.y, screen.y);
    return width >= SMALLEST_VISIBLE && height >= SMALLEST_VISIBLE;
  });
}

const KEPT_WORKSPACES = 10;

/** The list of recent workspaces once this one has been opened. */
export function withRecent(recent: readonly string[], workspacePath: string): string[] {
  return [workspacePath, ...recent.filter((other) => other !== workspacePath)].slice(0, KEPT_WORKSPACES);
}
