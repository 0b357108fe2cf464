import { openWorkspace } from '../store/workspace.ts';
import { executeRun } from './executeRun.ts';
import { type JobMessage, type JobStart, jobCommandSchema, jobStartSchema } from './jobMessages.ts';
import { connectToParent } from './parentChannel.ts';

/**
 * Process entry: executes one run. The first message says which; `stop`, SIGTERM and SIGINT make it save a checkpoint and end.
 * Exit code 0: completed or stopped; 1: failed.
 */
const controller = new AbortController();
const parent = connectToParent();
let started = false;

async function execute({ workspacePath, runId }: JobStart): Promise<void> {
  const workspace = openWorkspace(workspacePath);
  const emit = (message: JobMessage): void => void parent.send(message);
  const last = await executeRun({ workspace, runId, signal: controller.signal, emit });
  workspace.close();
  await parent.send(last);
  process.exit(last.type === 'failed' ? 1 : 0);
}

parent.onMessage((message) => {
  if (started) {
    jobCommandSchema.parse(message);
    controller.abort();
    return;
  }
  started = true;
  void execute(jobStartSchema.parse(message));
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => (started ? controller.abort() : process.exit(0)));
}
