import { AppError, toErrorData, unreachable } from '../../src-shared/errors.ts';
import type { LiveText } from '../experiment/continuePrompt.ts';
import { attentionOfRun, occludeRun } from '../experiment/examine.ts';
import { exportRun } from '../experiment/exportRun.ts';
import { generateForRun, writeForRun } from '../experiment/generate.ts';
import { requireWanted } from '../experiment/loadedModel.ts';
import { connectToParent } from '../experiment/parentChannel.ts';
import { generateWithModel, verifyModel } from '../experiment/pretrainedModel.ts';
import { openWorkspace, type Workspace } from '../store/workspace.ts';
import { type GenerateAnswer, generateRequestSchema, type TextCall } from './generateMessages.ts';

/** Process entry: writes text with trained models, one request after the other, until the backend goes away. */
const parent = connectToParent();
let workspace: Workspace | null = null;
let previous: Promise<void> = Promise.resolve();
/** Requests that wait or run. */
const cancellers = new Map<number, AbortController>();

async function answer(id: number, workspacePath: string, call: TextCall): Promise<void> {
  const send = (message: GenerateAnswer) => parent.send(message);
  const live: LiveText = { onText: (text) => void send({ type: 'text', id, text }), signal: cancellers.get(id)!.signal };
  try {
    requireWanted(live.signal);
    workspace ??= openWorkspace(workspacePath);
    await send({ type: 'answer', id, result: { ok: true, value: await resultOf(workspace, call, live) } });
  } catch (error) {
    await send({ type: 'answer', id, result: { ok: false, error: toErrorData(error) } });
  } finally {
    cancellers.delete(id);
  }
}

function resultOf(workspace: Workspace, call: TextCall, live: LiveText): Promise<unknown> {
  switch (call.method) {
    case 'runs.generate':
      return generateForRun(workspace, call.input, live.signal);
    case 'runs.write':
      return writeForRun(workspace, call.input, live);
    case 'runs.attention':
      return attentionOfRun(workspace, call.input);
    case 'runs.occlusion':
      return occludeRun(workspace, call.input, live.signal);
    case 'runs.export':
      return exportRun(workspace, call.input, live.signal);
    case 'models.generate':
      return generateWithModel(workspace, call.input, live);
    case 'models.verify':
      return verifyModel(workspace, call.input);
    default:
      return unreachable(call);
  }
}

parent.onMessage((raw) => {
  const message = generateRequestSchema.parse(raw);
  if (message.type === 'cancel') {
    cancellers.get(message.id)?.abort(new AppError('cancelled', 'generate: cancelled'));
    return;
  }
  cancellers.set(message.id, new AbortController());
  previous = previous.then(() => answer(message.id, message.workspacePath, message.call));
});
process.on('disconnect', () => process.exit(0));
