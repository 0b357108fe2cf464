// One benchmark of generation in a process of its own, so that peak memory is its own.
import { type DeviceTensors, type Engine, floats, type HostTensors, ints, joinParts, sizeOf } from '../engine/engine.ts';
import { createOnnxEngine } from '../engine/onnx/onnxEngine.ts';
import { createSession, type SessionOptions } from '../evaluation/languageModelSession.ts';
import { type ParameterSpecs, seededUniform } from '../model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs } from '../model/personalised.ts';
import { encodeHistory } from '../model/userEncoder/autoregressive.ts';
import type { DecodingMeasurement, GenerateJobRequest, RequestMeasurement } from './generate.ts';
import { GENERATE_PROMPT, GENERATE_SHAPES, GENERATE_TOKENS } from './generateCases.ts';

const request = JSON.parse(process.argv[2]!) as GenerateJobRequest;
/** A typical title, end-of-text included. */
const TASK_TOKENS = 8;
const FEATURES = [
  { name: 'title', vocabularySize: 9744 },
  { name: 'genre', vocabularySize: 21 },
  { name: 'rating', vocabularySize: 12 },
];

/** Random weights, uploaded one after the other: small uniform ones, and norms of one. */
async function randomParameters(engine: Engine, specs: ParameterSpecs): Promise<DeviceTensors> {
  const uniform = seededUniform(1);
  const draw = (spec: ParameterSpecs[string]) =>
    floats(
      Float32Array.from({ length: sizeOf(spec.shape) }, () => valueFor(spec, uniform)),
      spec.shape,
    );
  const parameters: DeviceTensors = {};
  for (const [name, spec] of Object.entries(specs)) parameters[name] = await engine.upload(draw(spec));
  return parameters;
}

function valueFor({ init }: ParameterSpecs[string], uniform: () => number): number {
  return init === 'ones' ? 1 : (uniform() - 0.5) * 0.05;
}

/** Prompt tokens: which ones makes no difference to the time. */
function promptOf(length: number, vocabularySize: number): number[] {
  return Array.from({ length }, (_, index) => 1 + ((7 * index) % (vocabularySize - 1)));
}

async function timed<T>(action: () => Promise<T>): Promise<{ milliseconds: number; value: T }> {
  const startedAt = performance.now();
  const value = await action();
  return { milliseconds: performance.now() - startedAt, value };
}

/** Time to the first token, and of each further one; the first round compiles and is not counted. */
async function measureDecoding(engine: Engine, rounds: number): Promise<DecodingMeasurement> {
  const shape: PersonalisedShape = { languageModel: GENERATE_SHAPES[request.model], user: null };
  const parameters = await randomParameters(engine, personalisedSpecs(shape));
  const prompts = [promptOf(GENERATE_PROMPT, shape.languageModel.vocabularySize)];
  const firstTokenMs: number[] = [];
  const tokenMs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const session = createSession({ engine, parameters, shape, prompts, history: null, beams: 1, maxTokens: GENERATE_TOKENS });
    const start = await timed(() => session.start());
    if (round > 0) firstTokenMs.push(start.milliseconds);
    for (let token = 1; token < GENERATE_TOKENS; token++) {
      const step = await timed(() => session.advance(Int32Array.of(0), Int32Array.of(token)));
      if (round > 0) tokenMs.push(step.milliseconds);
    }
    session.dispose();
  }
  return { firstTokenMs, tokenMs, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

/** Time to the first token of a personalised request, or of a text prompt of `tokens`. */
async function measureRequest(
  engine: Engine,
  { events, textTokens }: Extract<GenerateJobRequest, { kind: 'request' }>,
): Promise<RequestMeasurement> {
  const shape = personalisedShape(events);
  const parameters = await randomParameters(engine, personalisedSpecs(shape));
  const { vocabularySize } = shape.languageModel;
  const options = { engine, parameters, shape, prompts: [promptOf(TASK_TOKENS, vocabularySize)], beams: 1, maxTokens: GENERATE_TOKENS };
  const history = fullHistory(events);
  const embeddings = await embeddingsOf(engine, shape, parameters, history);
  const cold = await medianStart({ ...options, history }, request.rounds);
  const cached = await medianStart({ ...options, history: { embeddings, 'embeddings.mask': history['history.mask']! } }, request.rounds);
  const text = { ...options, shape: { ...shape, user: null }, history: null, prompts: [promptOf(textTokens ?? 0, vocabularySize)] };
  return { coldMs: cold, cachedMs: cached, textMs: textTokens === null ? null : await medianStart(text, request.rounds) };
}

function personalisedShape(events: number): PersonalisedShape {
  const languageModel = GENERATE_SHAPES[request.model];
  const { dModel, numLayers, numHeads } = languageModel;
  const encoder = { features: FEATURES, maxHistory: events, dModel: 128, numLayers: 6, numHeads: 8 };
  const crossAttention = { gated: true, projectionSize: 64, numHeads, encoderWidth: 128, maxHistory: events, dModel, numLayers };
  return { languageModel, user: { encoder, crossAttention } };
}

function fullHistory(events: number): HostTensors {
  const ones = ints(new Int32Array(events).fill(1), [1, events]);
  return { ...Object.fromEntries(FEATURES.map(({ name }) => [`history.${name}`, ones])), 'history.mask': ones };
}

async function embeddingsOf(engine: Engine, shape: PersonalisedShape, parameters: DeviceTensors, history: HostTensors) {
  const inputs = { ...parameters, ...history };
  const specs = Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const encoder = shape.user!.encoder;
  const program = await engine.compile((x) => ({ embeddings: encodeHistory(x, encoder, x) }), { key: 'embeddings', inputs: specs });
  const { embeddings } = (await program.run(inputs)).host;
  return joinParts(embeddings!.shape, [embeddings!.data as Float32Array]);
}

async function medianStart(options: SessionOptions, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const session = createSession(options);
    const { milliseconds } = await timed(() => session.start());
    if (round > 0) times.push(milliseconds);
    session.dispose();
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

const engine = await createOnnxEngine({ provider: 'cpu', threads: request.threads });
const measurement = request.kind === 'decoding' ? await measureDecoding(engine, request.rounds) : await measureRequest(engine, request);
process.stdout.write(`${JSON.stringify(measurement)}\n`);
process.exit(0);
