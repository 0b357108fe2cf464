import { AppError, toErrorData } from '../../src-shared/errors.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import type { Engine } from '../engine/engine.ts';
import type { Workspace } from '../store/workspace.ts';
import { openEngine } from './engines.ts';
import type { JobMessage } from './jobMessages.ts';
import { type RunOptions, runExperiment } from './runExperiment.ts';

/**
 * Executes a run from opening its engine to the last message. Does not throw for what a run can die of: that is recorded with the
 * run and returned as the message `failed`.
 */
export async function executeRun(options: Omit<RunOptions, 'engine'>): Promise<JobMessage> {
  const { workspace, runId } = options;
  let engine: Engine | null = null;
  try {
    workspace.runs.claim(runId, process.pid);
    engine = await openRunEngine(workspace, runId);
    await runExperiment({ ...options, engine });
    return { type: 'done' };
  } catch (error) {
    const data = toErrorData(error);
    if (data.code === 'internal') console.error(error);
    return { type: 'failed', error: data };
  } finally {
    await engine?.dispose();
  }
}

/** Opens the engine of a run; a run whose engine does not open has failed. */
async function openRunEngine(workspace: Workspace, runId: string): Promise<Engine> {
  const { config } = workspace.runs.get(runId);
  try {
    return await openEngine(experimentSchema.parse(config).engine);
  } catch (error) {
    workspace.runs.setStatus(runId, 'failed', toErrorData(error).message);
    throw error instanceof AppError ? error : new Error(`run "${runId}": its engine could not be opened`, { cause: error });
  }
}
