import { type Experiment, usesEncoder } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { EfficiencyPoint } from '../../src-shared/run.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import { type Engine, type HostTensors, ints } from '../engine/engine.ts';
import { efficiencyPoint, embeddingPromptTokens, measureRequests, textPromptTokens } from '../evaluation/efficiency.ts';
import { createSession } from '../evaluation/languageModelSession.ts';
import { mean } from '../evaluation/statistics.ts';
import { type LanguageModelShape, languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { countParameters, initializeParameters } from '../model/parameters.ts';
import { type PersonalisedShape, prefixSlots } from '../model/personalised.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { disposeAll, uploadAll } from './loadedModel.ts';
import { promptEvents } from './promptEvents.ts';
import { encoderShape, finetunedSpecs, personalisedShape, positionsFor } from './shapes.ts';
import type { TextExamples } from './textExamples.ts';

export interface EfficiencyOptions {
  readonly engine: Engine;
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly tokenizer: Tokenizer;
  readonly model: { readonly shape: Pick<PersonalisedShape, 'languageModel'> };
  readonly examples: TextExamples;
  readonly test: readonly Example[];
  /** Every request is timed only once, for an estimate of the time that all of it takes. */
  readonly brief?: boolean;
  /** Throws to end early. */
  onProgress(): void;
}

/** Users with the longest timelines, whose text prompts are counted. */
const COUNTED_USERS = 64;
export const REPETITIONS = 3;

interface Request {
  readonly shape: PersonalisedShape;
  readonly prompt: TokenId[];
  readonly history: HostTensors | null;
}

/**
 * What one request costs at each history length, with the user as embeddings and as text, and of a text summary at the length that it sums up: tokens and 6ND operations, and the measured
 * time of one user's answer - encoding the history, reading the prompt, writing as many tokens as an answer has on average.
 * Time depends on sizes, not on weights: fresh models with room for the history are measured, whatever the run itself trained.
 */
export async function measureEfficiency(options: EfficiencyOptions): Promise<EfficiencyPoint[]> {
  const { experiment, reader, tokenizer, test } = options;
  const lengths = experiment.evaluation.efficiencyAt;
  const longest = Math.max(...lengths);
  const busiest = [...test].sort((a, b) => b.labelIndex - a.labelIndex || a.userId - b.userId).slice(0, COUNTED_USERS);
  const histories = busiest.map(({ userId, labelIndex }) => promptEvents(reader, timelineOf(reader, userId), labelIndex, longest));
  const prompt = typicalPrompt(options);
  const points: EfficiencyPoint[] = [];
  for (const historyLength of lengths) {
    const request = embeddingRequest(options, historyLength);
    const embedded = embeddingPromptTokens(tokenizer, prompt) + prefixSlots(request.shape);
    const prompted = textPromptTokens({ tokenizer, taskPrompt: prompt, histories }, historyLength);
    points.push(await measurePoint(options, 'embedding', historyLength, embedded, request));
    points.push(await measurePoint(options, 'text-prompt', historyLength, prompted, textRequest(options, historyLength, prompted)));
  }
  if (experiment.integration.kind === 'text-summary') points.push(await measureSummary(options));
  return points;
}

/** The run's own prompts: the summary that they hold costs nothing here, since it is written beforehand. */
async function measureSummary(options: EfficiencyOptions): Promise<EfficiencyPoint> {
  const { experiment, examples, test } = options;
  const tokens = mean(test.slice(0, COUNTED_USERS).map((example) => examples.promptTokens(example).length));
  const historyLength = experiment.history.prompted;
  return measurePoint(options, 'text-summary', historyLength, tokens, textRequest(options, historyLength, tokens));
}

async function measurePoint(
  options: EfficiencyOptions,
  method: EfficiencyPoint['method'],
  historyLength: number,
  tokensPerRequest: number,
  request: Request,
): Promise<EfficiencyPoint> {
  options.onProgress();
  const parameters = countParameters(languageModelSpecs(options.model.shape.languageModel), new Set()).total;
  const millisecondsPerRequest = await timeRequest(options, request);
  return efficiencyPoint({ historyLength, method, tokensPerRequest, millisecondsPerRequest, parameters });
}

/** What the task asks; where it asks about an item, about the first test user's. */
function typicalPrompt({ examples, test }: EfficiencyOptions): string {
  return examples.taskPrompt(test[0]!);
}

function embeddingRequest(options: EfficiencyOptions, historyLength: number): Request {
  const { experiment, reader, tokenizer, model } = options;
  const { integration } = experiment;
  const kind = usesEncoder(integration) ? integration.kind : 'cross-attention';
  // Adapters are merged before a model is served.
  const served: Experiment = { ...experiment, strategy: 'full', integration: { ...integration, kind } };
  const shape = personalisedShape(model.shape.languageModel, served, encoderShape(experiment, reader, historyLength));
  return { shape, prompt: tokenizer.encodePrompt(typicalPrompt(options)), history: fullHistory(experiment, historyLength) };
}

/** A history of events that are all there; which ones they are makes no difference to the time. */
function fullHistory({ encoder }: Experiment, historyLength: number): HostTensors {
  const events = ints(new Int32Array(historyLength).fill(1), [1, historyLength]);
  return { ...Object.fromEntries(encoder.features.map((name) => [`history.${name}`, events])), 'history.mask': events };
}

function textRequest(options: EfficiencyOptions, historyLength: number, tokens: number): Request {
  const { tokenizer, examples, model } = options;
  const task = tokenizer.encode(typicalPrompt(options));
  const prompt = Array.from({ length: Math.round(tokens) }, (_, index) => task[index % task.length]!);
  const room = model.shape.languageModel;
  const maxPositions = Math.max(room.maxPositions, positionsFor(historyLength), prompt.length + examples.longestAnswer);
  const languageModel: LanguageModelShape = { ...room, maxPositions };
  return { shape: { languageModel, user: null }, prompt, history: null };
}

async function timeRequest({ engine, experiment, examples, test, brief = false }: EfficiencyOptions, request: Request): Promise<number> {
  const parameters = await uploadAll(engine, initializeParameters(finetunedSpecs(request.shape), experiment.seed));
  const answers = examples.answers ?? test.map((example) => examples.answerOf(example));
  const answerLength = Math.max(2, Math.round(mean(answers.map((answer) => examples.answerTokens(answer).length + 1))));
  const { shape, prompt, history } = request;
  const answer = async (): Promise<void> => {
    const session = await createSession({ engine, parameters, shape, prompts: [prompt], history, beams: 1, maxTokens: answerLength });
    await session.start();
    for (let token = 1; token < answerLength; token++) await session.advance(new Int32Array(1), Int32Array.of(prompt[0]!));
    session.dispose();
  };
  try {
    return await measureRequests([answer], brief ? 1 : REPETITIONS);
  } finally {
    disposeAll(parameters);
  }
}
