import type { MethodRequest } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { GeneratedText, ModelSummary, ModelVerification } from '../../src-shared/model.ts';
import type { DeviceTensors, Engine } from '../engine/engine.ts';
import { textLoss } from '../model/personalised.ts';
import { fillChatTemplate } from '../pretrained/chatTemplate.ts';
import { openCheckpoint } from '../pretrained/checkpoint.ts';
import { type CheckpointTokenizer, openCheckpointTokenizer } from '../pretrained/checkpointTokenizer.ts';
import { fingerprintOf } from '../pretrained/describe.ts';
import type { Workspace } from '../store/workspace.ts';
import { createLossFunction } from '../training/gradientProgram.ts';
import { continuePrompt, type LiveText } from './continuePrompt.ts';
import { textLossKey } from './finetuning.ts';
import { residentModel } from './residentModels.ts';
import { packTexts } from './textExamples.ts';

interface OpenModel extends CheckpointTokenizer {
  readonly summary: ModelSummary;
  readonly engine: Engine;
  readonly parameters: DeviceTensors;
  readonly shape: ReturnType<typeof openCheckpoint>['shape'];
}

/** A text that `verify` reads when none is given: a few plain sentences of everyday English. */
const VERIFICATION_TEXT =
  'Once upon a time there was a little house by the sea. Every morning an old man opened its door, looked at the water and said that the ' +
  'weather would be fine. His dog knew better. When the rain came in the afternoon, they both sat by the fire and listened to it.';

/** As of an experiment that says nothing else, so that its runs share the weights. */
const ENGINE: Experiment['engine'] = { name: 'onnx', provider: 'auto', threads: 0 };

/**
 * Continues a prompt with a pretrained language model of the workspace, or answers it as a chat message.
 * @throws AppError `model-not-found`; `checkpoint-invalid`; `input-invalid` for a prompt that is empty or leaves no room for the answer
 */
export async function generateWithModel(
  workspace: Workspace,
  { name, prompt, chat, options }: MethodRequest<'models.generate'>,
  live: LiveText = {},
): Promise<GeneratedText> {
  const { shape, ...model } = await openModel(workspace, name);
  const promptTokens = chat ? chatTokens(model, prompt) : model.tokenizer.encodePrompt(prompt);
  const personalised = { languageModel: shape, user: null };
  return continuePrompt({ ...model, shape: personalised, history: null, prompt, promptTokens, options, live });
}

function chatTokens({ summary, tokenizer }: Pick<OpenModel, 'summary' | 'tokenizer'>, content: string): TokenId[] {
  return tokenizer.encodeTemplate(fillChatTemplate(summary.path, [{ role: 'user', content }]));
}

/**
 * Reads every file of a model again, and a text with it.
 * @throws AppError `model-not-found`, `checkpoint-invalid`
 */
export async function verifyModel(workspace: Workspace, { name, text }: MethodRequest<'models.verify'>): Promise<ModelVerification> {
  const { path, fingerprint: added } = workspace.models.get(name);
  const fingerprint = await fingerprintOf(path);
  const model = await openModel(workspace, name);
  const read = text ?? VERIFICATION_TEXT;
  const tokens = model.tokenizer.encodePrompt(read).slice(0, model.shape.maxPositions);
  const perplexity = tokens.length > 1 ? await perplexityOf(model, tokens) : null;
  return { name, unchanged: fingerprint === added, fingerprint, perplexity, text: read, tokens: tokens.length };
}

/** exp of the mean of -log p(token | the tokens before it), the first token left out. */
async function perplexityOf({ engine, parameters, shape, tokenizer }: OpenModel, [first, ...rest]: readonly number[]): Promise<number> {
  const model = { languageModel: shape, user: null };
  const loss = createLossFunction({ engine, key: textLossKey(model), loss: (p, inputs) => textLoss(p, model, inputs), parameters });
  const packed = packTexts([{ prompt: [first!], answer: rest }], tokenizer.endOfText, shape.maxPositions);
  // The target of the last token would be end-of-text, of which the text says nothing.
  packed.targetWeights!.data[rest.length] = 0;
  const perplexity = Math.exp(await loss(packed));
  if (Number.isFinite(perplexity)) return perplexity;
  throw new AppError('checkpoint-invalid', `model: expected a finite perplexity, got ${perplexity}; its weights are damaged`);
}

async function openModel(workspace: Workspace, name: string): Promise<OpenModel> {
  const summary = workspace.models.get(name);
  const { shape, close } = openCheckpoint(summary.path);
  close();
  const tokenizer = openCheckpointTokenizer(summary.path);
  const { engine, parameters } = await residentModel(workspace, summary, ENGINE);
  return { summary, engine, parameters, shape, ...tokenizer };
}
