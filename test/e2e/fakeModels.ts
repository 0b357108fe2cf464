import type { BackendApi, BackendEvent } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { EncoderSummary, GeneratedText, ModelSummary } from '../../src-shared/model.ts';
import { NOW_MS } from './fakeData.ts';

function makeModel(name: string, values: Partial<ModelSummary> = {}): ModelSummary {
  return {
    name,
    path: `/models/${name}`,
    architecture: 'Llama',
    parameters: 134_515_008,
    types: ['BF16'],
    maxPositions: 8192,
    vocabularySize: 49_152,
    hasChatTemplate: true,
    licenseFile: 'LICENSE',
    sizeBytes: 271_000_000,
    fingerprint: '503903191595d06e3f64d9012f9832d291da37861c997bdfc78bff7dac94734e',
    addedAtMs: NOW_MS,
    ...values,
  };
}

export function makeEncoder(runId: string, runName: string): EncoderSummary {
  return {
    runId,
    runName,
    architecture: 'autoregressive',
    features: ['title', 'genre', 'rating'],
    dModel: 64,
    numLayers: 2,
    numHeads: 2,
    history: 50,
    parameters: 743_104,
    datasetName: 'ml-latest-small',
    init: 'pretrained',
    finetuned: true,
    path: '/workspace/blobs/run-gated/finetune-000300.safetensors',
    sizeBytes: 31_000_000,
    trainedAtMs: NOW_MS,
  };
}

export function writtenText(prompt: string): GeneratedText {
  return {
    prompt,
    text: ', there was',
    pieces: [',', ' there', ' was'],
    promptTokens: 5,
    tokens: 5,
    ended: 'end-of-text',
    firstTokenMs: 12,
    tokensPerSecond: 80,
  };
}

/** The part of the fake backend that knows pretrained language models. */
export function createFakeModels(emit: (event: BackendEvent) => void, { empty = false }: { empty?: boolean }) {
  const small = {
    parameters: 260_032,
    types: ['F32'],
    maxPositions: 512,
    vocabularySize: 512,
    hasChatTemplate: false,
    licenseFile: null,
    sizeBytes: 1_065_000,
  };
  const models = new Map<string, ModelSummary>(empty ? [] : [['stories260K', makeModel('stories260K', small)]]);
  const changed = <T>(value: T): T => {
    emit({ name: 'models.changed', payload: {} });
    return value;
  };
  const api = {
    'models.list': async () => [...models.values()],
    'models.add': async ({ path, name = path.slice(path.lastIndexOf('/') + 1) }) => {
      if (name === 'broken') {
        throw new AppError('checkpoint-invalid', `model "${path}": config.json: rope_scaling type "yarn" is not supported; use another`);
      }
      const model = makeModel(name, { path });
      models.set(name, model);
      return changed(model);
    },
    'models.remove': async ({ name }) => {
      models.delete(name);
      return changed({});
    },
    'models.verify': async ({ name }) => {
      const { fingerprint } = models.get(name)!;
      return { name, unchanged: true, fingerprint, perplexity: 6.274, text: 'A text.', tokens: 119 };
    },
    'models.generate': async ({ prompt, generationId }) => {
      if (generationId) emit({ name: 'generation.text', payload: { generationId, text: ', there' } });
      return writtenText(prompt);
    },
    'models.stopGeneration': async () => ({}),
  } satisfies Partial<BackendApi>;
  return { api };
}
