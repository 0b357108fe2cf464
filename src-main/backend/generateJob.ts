import { toErrorData } from '../../src-shared/errors.ts';
import { generateForRun } from '../experiment/generate.ts';
import { connectToParent } from '../experiment/parentChannel.ts';
import { openWorkspace, type Workspace } from '../store/workspace.ts';
import { type GenerateAnswer, type GenerateRequest, generateRequestSchema } from './generateMessages.ts';

/** Process entry: writes text with trained models, one request after the other, until the backend goes away. */
const parent = connectToParent();
let workspace: Workspace | null = null;
let previous: Promise<void> = Promise.resolve();

async function answer({ id, workspacePath, request }: GenerateRequest): Promise<void> {
  let result: GenerateAnswer['result'];
  try {
    workspace ??= openWorkspace(workspacePath);
    result = { ok: true, value: await generateForRun(workspace, request) };
  } catch (error) {
    result = { ok: false, error: toErrorData(error) };
  }
  await parent.send({ id, result } satisfies GenerateAnswer);
}

parent.onMessage((message) => {
  const request = generateRequestSchema.parse(message);
  previous = previous.then(() => answer(request));
});
process.on('disconnect', () => process.exit(0));
