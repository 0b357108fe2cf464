import type { ReproductionExperiment, ReproductionRequest } from '../../../src-shared/reproduction.ts';
import { call } from '../../state/backend.ts';
import { openEditor } from '../../workbench/editors.ts';
import { notifyError } from '../../workbench/errorHelp.ts';
import { followTogether } from '../../workbench/followTogether.ts';

const DONE_OR_UNDER_WAY: ReadonlySet<string> = new Set(['completed', 'running', 'queued']);

/** Whether an experiment is still to be started, or to be gone on with. */
export function isMissing({ run }: ReproductionExperiment): boolean {
  return run === null || !DONE_OR_UNDER_WAY.has(run.status);
}

/** Starts them, one after the other; says how many are done, and what has gone wrong. */
export async function startExperiments(request: ReproductionRequest, experiments: readonly ReproductionExperiment[]): Promise<void> {
  try {
    const started = await call('reproduction.start', { request, keys: experiments.map(({ key }) => key) });
    const open = { label: 'Show tables', run: () => openEditor('reproduction', { dataset: request.dataset }) };
    await followTogether({ title: `Reproduction on ${request.dataset}`, started, open });
  } catch (error) {
    notifyError(error, 'Reproduction');
  }
}

/** Writes the experiment as a file of the workspace, to be looked at and changed before it runs. */
export async function makeExperimentFile({ name, text }: ReproductionExperiment): Promise<void> {
  const stem = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|-+$/g, '');
  const file = await call('experiments.write', { path: `${stem}.experiment.jsonc`, text });
  openEditor('experiment', { path: file.path });
}
