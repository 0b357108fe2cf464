import { categoryNoun, type DatasetSummary } from '../../src-shared/dataset.ts';
import type { Experiment, IntegrationConfig, Task } from '../../src-shared/experiment.ts';

type Integration = Extract<IntegrationConfig['kind'], 'cross-attention' | 'text-prompt' | 'none'>;

/** Sizes that suit a dataset: what a first run can do in a minute or a few on two cores, and more where there is more to learn. */
interface Sizes {
  encoderSteps: number;
  textSteps: number;
  textLearningRate: number;
  finetuneSteps: number;
  /** The same of a text prompt, whose steps cost several times as much. */
  promptedSteps: number;
  finetuneBatch: number;
  finetuneLearningRate: number;
  /** Labels in a row for which the encoder runs once. */
  labelsPerHistory: number;
  vocabularySize: number;
  /** Width and layers of the language model. */
  textWidth: number;
  textLayers: number;
  /** Last events that the encoder sees at most. */
  longestHistory: number;
  minEventsPerItem: number;
  testUsers: number;
}

/** A small language model and many labels for each history that is encoded (docs/adr/0013-many-titles-in-minutes.md). */
const MEDIUM: Sizes = {
  encoderSteps: 300,
  textSteps: 800,
  textLearningRate: 0.005,
  finetuneSteps: 300,
  promptedSteps: 300,
  finetuneBatch: 256,
  finetuneLearningRate: 0.003,
  labelsPerHistory: 16,
  vocabularySize: 1024,
  textWidth: 64,
  textLayers: 2,
  longestHistory: 50,
  minEventsPerItem: 1,
  testUsers: 400,
};
const SMALL: Sizes = { ...MEDIUM, encoderSteps: 100, textSteps: 200, finetuneSteps: 150, promptedSteps: 150, testUsers: 200 };
/**
 * Few events, thousands of titles: most titles are met so rarely that nothing is learnt about them in minutes, so they stay out. The rest
 * wants many steps more than it wants a wide model, and many labels for each history that is encoded (docs/adr/0013-many-titles-in-minutes.md).
 */
const MANY_ITEMS: Sizes = {
  ...MEDIUM,
  encoderSteps: 1000,
  textSteps: 1500,
  // With 500 the model has not yet learnt to use what it is told of the user.
  finetuneSteps: 1000,
  promptedSteps: 100,
  vocabularySize: 2048,
  longestHistory: 25,
  minEventsPerItem: 10,
  testUsers: 610,
};
const LARGE: Sizes = {
  ...MEDIUM,
  encoderSteps: 2000,
  textSteps: 2000,
  textLearningRate: 0.003,
  finetuneSteps: 2000,
  promptedSteps: 2000,
  finetuneLearningRate: 0.002,
  vocabularySize: 8192,
  textWidth: 128,
  textLayers: 3,
  testUsers: 1000,
};
/** Labels of a step where each needs a prompt or a history of its own. */
const SINGLE_LABELS = 64;
const LARGE_USERS = 5000;
const SMALL_USERS = 300;
const MANY_ITEMS_FROM = 3000;
/** Features that an encoder may read. */
const ENCODED = ['title', 'genre', 'rating'];
const PROMPTED_EVENTS = 5;

function sizesFor({ users, items }: DatasetSummary): Sizes {
  if (users >= LARGE_USERS) return LARGE;
  if (items >= MANY_ITEMS_FROM) return MANY_ITEMS;
  return users < SMALL_USERS ? SMALL : MEDIUM;
}

/** Last events that the encoder sees: 50 as in the paper, fewer where people have fewer or time is short. */
function historyFor({ events, users }: DatasetSummary, { longestHistory }: Sizes): number {
  const mean = events / Math.max(1, users);
  return Math.min(longestHistory, mean >= 40 ? 50 : Math.max(5, Math.ceil(mean / 5) * 5));
}

/** Labels of one history: no more than it has events, and a power of two, so that they divide the batch. */
function labelsFor(summary: DatasetSummary, sizes: Sizes): number {
  return 2 ** Math.floor(Math.log2(Math.min(sizes.labelsPerHistory, historyFor(summary, sizes))));
}

/** A commented experiment file whose values suit the size of the dataset. */
export function suggestExperiment(summary: DatasetSummary, integration: Integration, task: Task = 'next-item'): string {
  const sizes = sizesFor(summary);
  const sections = [
    `  // Shown in tables and tabs.\n  "name": ${JSON.stringify(nameFor(summary, integration, task))},`,
    `  // ${summary.users} users, ${summary.items} items, ${summary.events} events.\n  "dataset": ${JSON.stringify(summary.name)},`,
    dataSection(sizes),
    `  // What the language model writes: ${tasksText(summary)}.\n  "task": ${JSON.stringify(task)},`,
    historySection(historyFor(summary, sizes), integration),
    ...(integration === 'cross-attention' ? [encoderSection(sizes, summary)] : []),
    languageModelSection(sizes),
    integrationSection(integration),
    trainingSection({ ...sizes, labelsPerHistory: task === 'next-item' ? labelsFor(summary, sizes) : 1 }, integration),
    evaluationSection(sizes),
    '  // Equal seeds give equal results on the same machine.\n  "seed": 1',
  ];
  return `{\n${foldComments(sections.join('\n\n'))}\n}\n`;
}

/** Comments can be read beside the plan, in a window of usual size, without scrolling to the side. */
const COMMENT_COLUMNS = 57;

function foldComments(text: string): string {
  return text.replace(/^( *\/\/ )(.*)$/gm, (_, start: string, words: string) =>
    foldWords(words, COMMENT_COLUMNS - start.length)
      .map((line) => start + line)
      .join('\n'),
  );
}

function foldWords(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Begins with what runs differ in: lists and tabs have room for the first words only. */
function nameFor({ name }: DatasetSummary, integration: Integration, task: Task): string {
  const words: Record<Integration, string> = { 'cross-attention': 'cross-attention', 'text-prompt': 'text prompt', none: 'no user' };
  return `${words[integration]} on ${name}${task === 'next-item' ? '' : `, ${task}`}`;
}

function dataSection({ minEventsPerItem }: Sizes): string {
  if (minEventsPerItem > 1) {
    return `  // Titles met fewer times are left out: a small model cannot learn them in minutes. {} takes everything.\n  "data": { "minEventsPerItem": ${minEventsPerItem} },`;
  }
  return '  // Which events and users take part; left out: all. For example { "minEventsPerUser": 50, "from": "2010-01-01" }.\n  "data": {},';
}

function historySection(longest: number, integration: Integration): string {
  const embedded = `"embedded": ${longest}`;
  if (integration !== 'text-prompt') return `  // Last events that the user encoder sees; in the paper 50.\n  "history": { ${embedded} },`;
  return `  // "prompted": how many of the last events are written into the prompt as text.\n  "history": { ${embedded}, "prompted": ${PROMPTED_EVENTS} },`;
}

/** The tasks that suit a dataset, in words. */
function tasksText(summary: DatasetSummary): string {
  const favourite = `"favourite-genre" (the most frequent ${categoryNoun(summary)})`;
  if (summary.textFeatures.length === 0) return `"next-item" (the next title) or ${favourite}`;
  return `"next-item" (the next title), ${favourite} or "review" (what the user wrote)`;
}

function encoderSection({ encoderSteps }: Sizes, { features }: DatasetSummary): string {
  const known = ENCODED.filter((name) => features.some((feature) => feature.name === name));
  return `  // The user encoder: a causal Transformer over the events of a timeline. The paper: 6 layers, dModel 128, 8 heads.
  "encoder": {
    "features": [${known.map((name) => JSON.stringify(name)).join(', ')}],
    "dModel": 64,
    "numLayers": 2,
    "numHeads": 2,
    // "pretrained": first learns to predict the next event; "random": starts untrained.
    "init": "pretrained",
    "pretraining": {
      "steps": ${encoderSteps},
      "batchSize": 64,
      "learningRate": 0.003
    }
  },`;
}

function languageModelSection(sizes: Sizes): string {
  return `  // A small GPT, pretrained here on the texts of the items so that it can write titles.
  "languageModel": {
    "vocabularySize": ${sizes.vocabularySize},
    "dModel": ${sizes.textWidth},
    "numLayers": ${sizes.textLayers},
    "numHeads": 4,
    "pretraining": {
      "steps": ${sizes.textSteps},
      "batchSize": 128,
      "learningRate": ${sizes.textLearningRate}
    }
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
  const inside = written.length > 1 ? `{\n    ${written.join(',\n    ')}\n  }` : `{ ${written.join(', ')} }`;
  return `  // ${INTEGRATION_COMMENTS[kind]}\n  "integration": ${inside},`;
}

function trainingSection(sizes: Sizes, integration: Integration): string {
  const choice: Experiment['strategy'] = 'full';
  const strategy =
    integration === 'cross-attention'
      ? `  // "full": everything trains. "enc": the language model is frozen.\n  "strategy": "${choice}",\n\n`
      : '';
  const prompted = integration === 'text-prompt';
  const steps = prompted ? sizes.promptedSteps : sizes.finetuneSteps;
  // A prompt of its own, or a history of its own, costs several times as much as a label.
  const isDear = prompted || (integration === 'cross-attention' && sizes.labelsPerHistory === 1);
  const batchSize = isDear ? SINGLE_LABELS : sizes.finetuneBatch;
  const shares = integration === 'cross-attention' && sizes.labelsPerHistory > 1;
  const labels = shares
    ? `\n    // Events in a row that share one encoded history as labels.\n    "labelsPerHistory": ${sizes.labelsPerHistory},`
    : '';
  return `${strategy}  "training": {
    "steps": ${steps},
    "batchSize": ${batchSize},${labels}
    "learningRate": ${sizes.finetuneLearningRate},
    "validateEvery": 100,
    "checkpointEvery": 100
  },`;
}

function evaluationSection({ testUsers }: Sizes): string {
  return `  // Each test user's last event is to be predicted, by beam search.\n  "evaluation": { "users": ${testUsers}, "beams": 10 },`;
}
