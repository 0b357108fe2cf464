import {
  type DeviceTensors,
  type Engine,
  floats,
  type HostTensor,
  type HostTensors,
  ints,
  type Program,
  type ProgramFunction,
  sizeOf,
  type TensorSpec,
} from '../engine/engine.ts';
import { cacheShape } from '../model/languageModel/languageModel.ts';
import { type PersonalisedShape, readNextTokens, readPrompts, userOutputNames } from '../model/personalised.ts';
import { encodeUser } from '../model/userEncoder/userEncoder.ts';
import type { DecodingSession } from './decoding.ts';

export interface SessionOptions {
  readonly engine: Engine;
  /** Every parameter of the model, resident. Encoder and integration parameters are not read when `shape.user` is null. */
  readonly parameters: DeviceTensors;
  readonly shape: PersonalisedShape;
  /** Token ids of each prompt; none is empty. */
  readonly prompts: readonly (readonly number[])[];
  /** `history.*` of the prompts' users, or their `embeddings` and `embeddings.mask` (host or device), as `encodeUser` gives them. */
  readonly history: Readonly<Record<string, HostTensor | DeviceTensors[string]>> | null;
  readonly beams: number;
  /** Tokens generated at most per row. */
  readonly maxTokens: number;
}

/** Prompt lengths for which programs are compiled: a prompt is padded to the next one. */
export function promptBucket(length: number): number {
  return length <= 8 ? 8 : length <= 64 ? Math.ceil(length / 16) * 16 : Math.ceil(length / 64) * 64;
}

/**
 * Batched beam decoding of a personalised language model: the prompts are read once, the user's keys and values are computed once,
 * and each step reads one token per row. Row = prompt * beams + beam. Dispose it after use.
 */
export class LanguageModelSession implements DecodingSession {
  private readonly options: SessionOptions;
  private readonly promptLength: number;
  private readonly promptLengths: HostTensor;
  /** What every step attends to: the prompts' and the user's keys and values. */
  private context: DeviceTensors = {};
  private generated: Record<string, HostTensor | DeviceTensors[string]> = {};
  /** Buffers of the step before the last, written to by the next one. */
  private spare: DeviceTensors = {};
  private step = 0;

  constructor(options: SessionOptions) {
    if (options.prompts.length === 0 || options.prompts.some((prompt) => prompt.length === 0)) {
      throw new Error('LanguageModelSession: expected prompts of at least one token');
    }
    this.options = options;
    this.promptLength = Math.min(
      promptBucket(Math.max(...options.prompts.map((prompt) => prompt.length))),
      options.shape.languageModel.maxPositions,
    );
    this.promptLengths = ints(
      Int32Array.from(options.prompts, (prompt) => prompt.length),
      [options.prompts.length],
    );
    const { languageModel } = options.shape;
    const longest = Math.max(...options.prompts.map((prompt) => prompt.length));
    if (longest + options.maxTokens > languageModel.maxPositions) {
      throw new Error(
        `LanguageModelSession: expected prompt and answer within ${languageModel.maxPositions} tokens, got ${longest} + ${options.maxTokens}`,
      );
    }
  }

  async start(): Promise<Float32Array> {
    const inputs = { tokens: this.paddedPrompts(), promptLengths: this.promptLengths, ...(await this.userInputs()) };
    const program = await this.compile(
      'readPrompts',
      (x) => readPrompts(x, this.options.shape, x),
      inputs,
      (name) => name !== 'logProbabilities',
    );
    const { host, device } = await program.run({ ...this.options.parameters, ...inputs });
    this.disposeEmbeddings(inputs);
    this.context = device;
    this.generated = this.emptyCaches();
    this.step = 0;
    return host['logProbabilities']!.data as Float32Array;
  }

  async advance(parents: Int32Array, tokens: Int32Array): Promise<Float32Array> {
    const { prompts, beams, parameters, shape } = this.options;
    const rows = prompts.length * beams;
    if (tokens.length !== rows) throw new Error(`LanguageModelSession: expected ${rows} rows, got ${tokens.length}`);
    const grid = [prompts.length, beams];
    // Before the first step the rows of a prompt are all alike, and parents count prompts: any row of the prompt will do.
    const rowParents = this.step === 0 ? Int32Array.from(tokens, (_, row) => row) : parents;
    const inputs = {
      tokens: ints(tokens, grid),
      positions: ints(
        Int32Array.from(tokens, (_, row) => prompts[Math.floor(row / beams)]!.length + this.step),
        grid,
      ),
      promptLengths: this.promptLengths,
      parents: ints(rowParents, [rows]),
      step: ints(Int32Array.of(this.step), [1]),
      ...this.context,
      ...this.generated,
    };
    const program = await this.compile(
      'readNextTokens',
      (x) => readNextTokens(x, shape, x),
      inputs,
      (name) => name !== 'logProbabilities',
    );
    const { host, device } = await program.run({ ...parameters, ...inputs }, this.spare);
    this.spare = this.step === 0 ? {} : (this.generated as DeviceTensors);
    this.generated = device;
    this.step += 1;
    return host['logProbabilities']!.data as Float32Array;
  }

  dispose(): void {
    const generated = this.step === 0 ? [] : Object.values(this.generated as DeviceTensors);
    for (const tensor of [...Object.values(this.context), ...generated, ...Object.values(this.spare)]) tensor.dispose();
    this.context = {};
    this.generated = {};
    this.spare = {};
  }

  /** Embeddings and mask of the users: computed by the encoder unless they were given. */
  private async userInputs(): Promise<Record<string, HostTensor | DeviceTensors[string]>> {
    const { shape, history, parameters } = this.options;
    if (!shape.user) return {};
    if (!history) throw new Error('LanguageModelSession: expected a history for a model with a user path');
    if (history['embeddings']) return { embeddings: history['embeddings'], 'embeddings.mask': history['embeddings.mask']! };
    const encoder = shape.user.encoder;
    const program = await this.compile(
      'encodeUser',
      (x) => {
        const { embeddings, mask } = encodeUser(x, encoder, x);
        return { embeddings, 'embeddings.mask': mask };
      },
      history,
      () => true,
    );
    const { device } = await program.run({ ...parameters, ...history });
    return device;
  }

  private disposeEmbeddings(inputs: Record<string, HostTensor | DeviceTensors[string]>): void {
    for (const name of EMBEDDINGS) {
      const tensor = inputs[name];
      if (tensor && 'kind' in tensor && tensor !== this.options.history?.[name]) tensor.dispose();
    }
  }

  private compile(
    purpose: string,
    fn: ProgramFunction,
    inputs: Readonly<Record<string, TensorSpec>>,
    onDevice: (output: string) => boolean,
  ): Promise<Program> {
    const { engine, parameters, shape } = this.options;
    const specs = Object.fromEntries(
      Object.entries({ ...parameters, ...inputs }).map(([name, { shape, dtype }]) => [
        name,
        { shape: [...shape], dtype } satisfies TensorSpec,
      ]),
    );
    const names = outputNames(purpose, shape).filter(onDevice);
    return engine.compile(fn, { key: `session.${purpose} ${JSON.stringify(shape)}`, inputs: specs, deviceOutputs: names });
  }

  private paddedPrompts(): HostTensor {
    const { prompts } = this.options;
    const tokens = new Int32Array(prompts.length * this.promptLength);
    for (const [row, prompt] of prompts.entries()) tokens.set(prompt, row * this.promptLength);
    return ints(tokens, [prompts.length, this.promptLength]);
  }

  private emptyCaches(): HostTensors {
    const { shape, prompts, beams, maxTokens } = this.options;
    const { heads, headDim } = cacheShape(shape.languageModel);
    const slots = [prompts.length * beams, heads, maxTokens, headDim];
    const names = layerNames('generated', shape.languageModel.numLayers);
    return Object.fromEntries(names.map((name) => [name, floats(new Float32Array(sizeOf(slots)), slots)]));
  }
}

/** What the encoder tells of the users. */
const EMBEDDINGS = ['embeddings', 'embeddings.mask'];

function layerNames(prefix: string, layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`${prefix}.${layer}.keys`, `${prefix}.${layer}.values`]).flat();
}

function outputNames(purpose: string, shape: PersonalisedShape): string[] {
  const layers = shape.languageModel.numLayers;
  if (purpose === 'encodeUser') return EMBEDDINGS;
  if (purpose === 'readNextTokens') return layerNames('generated', layers);
  return [...layerNames('prompt', layers), ...userOutputNames(shape)];
}

export function createSession(options: SessionOptions): LanguageModelSession {
  return new LanguageModelSession(options);
}
