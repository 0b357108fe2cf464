import type { DatasetSummary } from '../../src-shared/dataset.ts';
import type { Experiment, IntegrationConfig, Task } from '../../src-shared/experiment.ts';

type Integration = Extract<IntegrationConfig['kind'], 'cross-attention' | 'text-prompt' | 'none'>;

/** Sizes that suit a dataset: what a first run can do in about a minute on two cores, and more where there is more to learn. */
interface Sizes {
  encoderSteps: number;
  textSteps: number;
  finetuneSteps: number;
  vocabularySize: number;
  testUsers: number;
}

const SMALL: Sizes = { encoderSteps: 100, textSteps: 100, finetuneSteps: 150, vocabularySize: 1024, testUsers: 200 };
const MEDIUM: Sizes = { encoderSteps: 250, textSteps: 200, finetuneSteps: 300, vocabularySize: 2048, testUsers: 400 };
/** Many titles want more tokens, so that each takes few of them, and more steps to be learnt. */
const MANY_ITEMS: Sizes = { encoderSteps: 300, textSteps: 400, finetuneSteps: 400, vocabularySize: 4096, testUsers: 610 };
const LARGE: Sizes = { encoderSteps: 2000, textSteps: 2000, finetuneSteps: 4000, vocabularySize: 8192, testUsers: 1000 };
const LARGE_USERS = 5000;
const SMALL_USERS = 300;
const MANY_ITEMS_FROM = 3000;
const PROMPTED_EVENTS = 5;

function sizesFor({ users, items }: DatasetSummary): Sizes {
  if (users >= LARGE_USERS) return LARGE;
  if (items >= MANY_ITEMS_FROM) return MANY_ITEMS;
  return users < SMALL_USERS ? SMALL : MEDIUM;
}

/** Last events that the encoder sees: 50 as in the paper, fewer where people have fewer. */
function historyFor({ events, users }: DatasetSummary): number {
  const mean = events / Math.max(1, users);
  return mean >= 40 ? 50 : Math.max(5, Math.ceil(mean / 5) * 5);
}

/** A commented experiment file whose values suit the size of the dataset. */
export function suggestExperiment(summary: DatasetSummary, integration: Integration, task: Task = 'next-item'): string {
  const sizes = sizesFor(summary);
  const sections = [
    `  // Shown in tables and tabs.\n  "name": ${JSON.stringify(`${summary.name} ${task} ${integration}`)},`,
    `  // ${summary.users} users, ${summary.items} items, ${summary.events} events.\n  "dataset": ${JSON.stringify(summary.name)},`,
    `  // What the language model writes: "next-item" (the next title) or "favourite-genre".\n  "task": ${JSON.stringify(task)},`,
    historySection(summary, integration),
    ...(integration === 'cross-attention' ? [encoderSection(sizes)] : []),
    languageModelSection(sizes),
    integrationSection(integration),
    trainingSection(sizes, integration),
    evaluationSection(sizes),
    '  // Equal seeds give equal results on the same machine.\n  "seed": 1',
  ];
  return `{\n${sections.join('\n\n')}\n}\n`;
}

function historySection(summary: DatasetSummary, integration: Integration): string {
  const embedded = `"embedded": ${historyFor(summary)}`;
  if (integration !== 'text-prompt') return `  // How many of the last events the user encoder sees.\n  "history": { ${embedded} },`;
  return `  // "prompted": how many of the last events are written into the prompt as text.\n  "history": { ${embedded}, "prompted": ${PROMPTED_EVENTS} },`;
}

function encoderSection({ encoderSteps }: Sizes): string {
  return `  // The user encoder: a causal Transformer over the events of a timeline. The paper: 6 layers, dModel 128, 8 heads.
  "encoder": {
    "features": ["title", "genre", "rating"],
    "dModel": 64,
    "numLayers": 2,
    "numHeads": 2,
    // "pretrained": first learns to predict the next event; "random": starts untrained.
    "init": "pretrained",
    "pretraining": { "steps": ${encoderSteps}, "batchSize": 64, "learningRate": 0.003 }
  },`;
}

function languageModelSection({ textSteps, vocabularySize }: Sizes): string {
  return `  // A small GPT, pretrained here on the texts of the items so that it can write titles.
  "languageModel": {
    "vocabularySize": ${vocabularySize},
    "dModel": 128,
    "numLayers": 3,
    "numHeads": 4,
    "pretraining": { "steps": ${textSteps}, "batchSize": 128, "learningRate": 0.003 }
  },`;
}

const INTEGRATION_COMMENTS: Record<Integration, string> = {
  'cross-attention':
    'Every layer of the language model attends to the user embeddings. "gated": through tanh(alpha); alpha starts at "gateInit" (the paper: 0, which short runs never leave).',
  'text-prompt': 'The history goes into the prompt as text; no encoder takes part.',
  none: 'The language model learns nothing about the user: the baseline that the others must beat.',
};

function integrationSection(kind: Integration): string {
  const value: Partial<IntegrationConfig> = kind === 'cross-attention' ? { kind, gated: true, gateInit: 0.5 } : { kind };
  const written = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`);
  return `  // ${INTEGRATION_COMMENTS[kind]}\n  "integration": { ${written.join(', ')} },`;
}

function trainingSection({ finetuneSteps }: Sizes, integration: Integration): string {
  const choice: Experiment['strategy'] = 'full';
  const strategy =
    integration === 'cross-attention'
      ? `  // "full": everything trains. "enc": the language model is frozen.\n  "strategy": "${choice}",\n\n`
      : '';
  // A prompt with a history is several times as long: half the steps on half the examples take about as much time.
  const share = integration === 'text-prompt' ? 2 : 1;
  return `${strategy}  "training": {
    "steps": ${finetuneSteps / share},
    "batchSize": ${64 / share},
    "learningRate": 0.002,
    "validateEvery": 100,
    "checkpointEvery": 100
  },`;
}

function evaluationSection({ testUsers }: Sizes): string {
  return `  // Each test user's last event is to be predicted, by beam search.\n  "evaluation": { "users": ${testUsers}, "beams": 10 },`;
}
