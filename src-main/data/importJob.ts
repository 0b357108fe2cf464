import { z } from 'zod';
import { datasetFormatSchema, tableMappingSchema } from '../../src-shared/dataset.ts';
import { toErrorData } from '../../src-shared/errors.ts';
import { openWorkspace } from '../store/workspace.ts';
import { importDataset } from './import.ts';

/**
 * The process of one import. The first message names what to import; `ImportProgress` messages come back, and at last
 * `{ type: 'done', summary }` or `{ type: 'error', error }`. It may be killed at any moment.
 */
const requestSchema = z.object({
  workspacePath: z.string(),
  path: z.string(),
  name: z.string(),
  importId: z.string(),
  format: datasetFormatSchema.nullable().default(null),
  mapping: tableMappingSchema.nullable().default(null),
});

/** The parent: a forked process's IPC channel, or the port of an Electron utility process. */
interface Parent {
  postMessage(message: unknown): void;
  once(event: 'message', listener: (event: { data: unknown }) => void): void;
}

function send(message: unknown): Promise<void> {
  const parent = (process as { parentPort?: Parent }).parentPort;
  if (parent) return Promise.resolve(parent.postMessage(message));
  return new Promise((resolve, reject) => process.send!(message, undefined, {}, (error) => (error ? reject(error) : resolve())));
}

function firstMessage(): Promise<unknown> {
  const parent = (process as { parentPort?: Parent }).parentPort;
  if (parent) return new Promise((resolve) => parent.once('message', (event) => resolve(event.data)));
  return new Promise((resolve) => process.once('message', resolve));
}

/** Whoever started the import is gone: it ends too, and leaves nothing. */
function abortWithParent(): AbortSignal {
  const controller = new AbortController();
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}

async function run(request: z.infer<typeof requestSchema>, signal: AbortSignal): Promise<void> {
  const workspace = openWorkspace(request.workspacePath);
  try {
    const onProgress = (progress: unknown) => void send(progress).catch(() => process.exit(1));
    const summary = await importDataset(workspace, { ...request, onProgress, signal });
    await send({ type: 'done', summary });
  } finally {
    workspace.close();
  }
}

try {
  const signal = abortWithParent();
  await run(requestSchema.parse(await firstMessage()), signal);
  process.exit(0);
} catch (error) {
  if (process.connected !== false) await send({ type: 'error', error: toErrorData(error) });
  process.exit(1);
}
