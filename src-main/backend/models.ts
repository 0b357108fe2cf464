import type { BackendApi } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { describeModel } from '../pretrained/describe.ts';
import type { Workspace } from '../store/workspace.ts';
import type { BackendContext } from './context.ts';
import type { TextGeneration } from './generation.ts';
import { isUnfinished } from './runJobs.ts';

type ModelMethods = Pick<BackendApi, Extract<keyof BackendApi, `models.${string}`>>;

/** Pretrained language models: added by their folder, which is read but never changed or copied. */
export function modelMethods({ workspace, emit }: BackendContext, text: TextGeneration): ModelMethods {
  const changed = <T>(value: T): T => {
    emit({ name: 'models.changed', payload: {} });
    return value;
  };
  return {
    'models.list': async () => workspace.models.list(),
    'models.add': async ({ path, name }) => {
      const model = await describeModel(path, name);
      workspace.models.add(model);
      return changed(model);
    },
    'models.remove': async ({ name }) => {
      refuseInUse(workspace, name);
      workspace.models.remove(name);
      return changed({});
    },
    'models.verify': (input) => text.call({ method: 'models.verify', input }),
    'models.generate': (input) => text.call({ method: 'models.generate', input }, input.generationId),
    'models.stopGeneration': async ({ generationId }) => {
      text.cancel(generationId);
      return {};
    },
  };
}

function refuseInUse(workspace: Workspace, name: string): void {
  const user = workspace.runs
    .list()
    .filter((run) => isUnfinished(run.status))
    .find((run) => (workspace.runs.get(run.id).config as Partial<Experiment>).languageModel === name);
  if (!user) return;
  throw new AppError('model-in-use', `model "${name}" is used by run "${user.name}" (${user.id}), which is ${user.status}; stop it first`);
}
