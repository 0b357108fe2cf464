import { openEngine } from '../../../src-main/experiment/engines.ts';
import { connectToParent } from '../../../src-main/experiment/parentChannel.ts';
import { rehearse } from '../../../src-main/experiment/rehearsal/rehearse.ts';
import { peakMemoryBytes } from '../../../src-main/experiment/rehearsal/watch.ts';
import { runExperiment } from '../../../src-main/experiment/runExperiment.ts';
import { openWorkspace } from '../../../src-main/store/workspace.ts';
import type { Experiment } from '../../../src-shared/experiment.ts';

/** Process entry: rehearses a run or executes it, and tells the processor time and memory that it took. */
export interface MeasuredRequest {
  readonly what: 'rehearsal' | 'run';
  readonly workspacePath: string;
  readonly runId: string;
}

/** Processor time is what a loaded machine does not stretch. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function measure({ what, workspacePath, runId }: MeasuredRequest): Promise<unknown> {
  const workspace = openWorkspace(workspacePath);
  const experiment = workspace.runs.get(runId).config as Experiment;
  const engine = await openEngine(experiment.engine);
  const { signal } = new AbortController();
  try {
    if (what === 'rehearsal') return await rehearse({ workspace, experiment, engine, signal, clock: processorSeconds });
    const startedAt = processorSeconds();
    await runExperiment({ workspace, runId, engine, signal, emit: () => undefined });
    return { seconds: processorSeconds() - startedAt, memoryBytes: peakMemoryBytes() };
  } finally {
    await engine.dispose();
    workspace.close();
  }
}

const parent = connectToParent();
parent.onMessage(async (message) => {
  await parent.send(await measure(message as MeasuredRequest));
  process.exit(0);
});
