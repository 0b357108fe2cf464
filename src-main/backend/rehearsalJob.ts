import { toErrorData } from '../../src-shared/errors.ts';
import { openEngine } from '../experiment/engines.ts';
import { connectToParent } from '../experiment/parentChannel.ts';
import { rehearse } from '../experiment/rehearsal/rehearse.ts';
import { openWorkspace } from '../store/workspace.ts';
import { type RehearsalAnswer, type RehearsalRequest, rehearsalRequestSchema } from './rehearsalMessages.ts';

/** Process entry: rehearses one experiment and ends. Its memory is that of a run, so it is no part of the backend's. */
const parent = connectToParent();
const send = (message: RehearsalAnswer) => parent.send(message);

async function answer({ workspacePath, experiment }: RehearsalRequest): Promise<RehearsalAnswer> {
  try {
    const workspace = openWorkspace(workspacePath);
    const engine = await openEngine(experiment.engine);
    const { signal } = new AbortController();
    const rates = await rehearse({ workspace, experiment, engine, signal, onStage: (name) => void send({ type: 'stage', name }) });
    await engine.dispose();
    workspace.close();
    return { type: 'done', rates };
  } catch (error) {
    return { type: 'failed', error: toErrorData(error) };
  }
}

parent.onMessage(async (message) => {
  await send(await answer(rehearsalRequestSchema.parse(message)));
  process.exit(0);
});
process.on('disconnect', () => process.exit(0));
