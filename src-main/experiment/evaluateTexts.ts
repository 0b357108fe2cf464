import type { Experiment } from '../../src-shared/experiment.ts';
import type { Sample } from '../../src-shared/run.ts';
import type { Example } from '../data/windows.ts';
import { byFrequency } from '../evaluation/baselines.ts';
import { offCatalogueShare, recallAtK, TitleCatalogue } from '../evaluation/metrics.ts';
import { ROUGE_NAMES, rouge } from '../evaluation/rouge.ts';
import { TokenTrie } from '../evaluation/trie.ts';
import { drawSubset } from '../training/sampling.ts';
import { fillUp } from './fillUp.ts';
import { type Answer, type LoadedModel, writeAnswers } from './loadedModel.ts';
import type { TextExamples } from './textExamples.ts';
import type { UserValues } from './userValues.ts';

/** What the texts of a model are compared with. */
export interface TextEvaluation {
  readonly model: LoadedModel;
  readonly examples: TextExamples;
  /** One for each test user. */
  readonly test: readonly Example[];
  readonly experiment: Experiment;
  /** Of what is measured beside the texts only as much as an estimate of its time needs. */
  readonly brief?: boolean;
  /** Called between batches with the number of users done; throws to end early. */
  onProgress(usersDone: number): void;
}

const CUTOFFS = [1, 5, 10];
const SAMPLES = 12;
const SHOWN_PREDICTIONS = 5;
/** Training examples whose answers make the majority baseline. */
const MAJORITY_EXAMPLES = 5000;

/** What a model wrote for the test examples: metrics of the task, and a dozen samples. */
export function evaluateTexts(evaluation: TextEvaluation): Promise<{ values: UserValues; samples: Sample[] }> {
  const { answers } = evaluation.examples;
  return answers === null ? evaluateReviews(evaluation) : evaluateAnswers(evaluation, answers);
}

/** Free and catalogue-constrained answers from a closed set. */
async function evaluateAnswers(evaluation: TextEvaluation, answers: readonly string[]): Promise<{ values: UserValues; samples: Sample[] }> {
  const { examples, test, experiment } = evaluation;
  const targets = test.map((example) => examples.answerOf(example));
  const trie = new TokenTrie(answers.map(examples.answerTokens), evaluation.model.tokenizer.endOfText);
  const { free, constrained } = await answerAll(evaluation, trie);
  const texts = (written: Answer[][]) => written.map((list) => list.map(({ text }) => text));
  const catalogue = new TitleCatalogue(answers);
  const values: UserValues = {
    ...recalls(texts(free), targets, experiment, ''),
    ...recalls(texts(constrained), targets, experiment, 'constrained.'),
    offCatalogueShare: offCatalogueShare(texts(free), catalogue),
  };
  return { values, samples: collectSamples(evaluation, free, targets, catalogue) };
}

/** The best review of each user against what they wrote. */
async function evaluateReviews(evaluation: TextEvaluation): Promise<{ values: UserValues; samples: Sample[] }> {
  const { examples, test } = evaluation;
  const targets = test.map((example) => examples.answerOf(example));
  const { free } = await answerAll(evaluation, null);
  const best = free.map(([answer]) => answer?.text ?? '');
  return { values: rougeValues(best, targets, ''), samples: collectSamples(evaluation, free, targets, null) };
}

function rougeValues(texts: readonly string[], targets: readonly string[], prefix: string): UserValues {
  const scores = texts.map((text, user) => rouge(text, targets[user]!));
  return Object.fromEntries(ROUGE_NAMES.map((name) => [prefix + name, scores.map((ofUser) => ofUser[name])]));
}

/** @param trie null: there is no catalogue to be constrained to */
async function answerAll({ model, examples, test, experiment, onProgress }: TextEvaluation, trie: TokenTrie | null) {
  const { beams, batchSize } = experiment.evaluation;
  const free: Answer[][] = [];
  const constrained: Answer[][] = [];
  for (let start = 0; start < test.length; start += batchSize) {
    onProgress(start);
    const chunk = test.slice(start, start + batchSize);
    const filled = fillUp(chunk, Math.min(batchSize, test.length));
    const options = {
      prompts: filled.map((example) => examples.promptTokens(example)),
      history: model.shape.user ? examples.historyInputs(filled) : null,
      beams,
      maxTokens: examples.longestAnswer,
      ...(!trie && { lengthPenalty: experiment.review.lengthPenalty }),
    };
    free.push(...(await writeAnswers(model, options)).slice(0, chunk.length));
    if (trie) constrained.push(...(await writeAnswers(model, { ...options, trie })).slice(0, chunk.length));
  }
  onProgress(test.length);
  return { free, constrained };
}

/** Recall@k, for the cutoffs that the beams can fill; Recall@1 of a favourite genre is called accuracy. */
function recalls(predictions: string[][], targets: string[], experiment: Experiment, prefix: string): UserValues {
  const cutoffs = CUTOFFS.filter((k) => k <= experiment.evaluation.beams);
  return Object.fromEntries(cutoffs.map((k) => [prefix + recallName(k, experiment), recallAtK(predictions, targets, k)]));
}

function recallName(k: number, { task }: Experiment): string {
  return k === 1 && task === 'favourite-genre' ? 'accuracy' : `recall@${k}`;
}

function collectSamples(
  { examples, test }: TextEvaluation,
  answers: Answer[][],
  targets: string[],
  catalogue: TitleCatalogue | null,
): Sample[] {
  return test.slice(0, SAMPLES).map((example, index) => ({
    userId: example.userId,
    prompt: examples.promptText(example),
    target: targets[index]!,
    predictions: answers[index]!.slice(0, SHOWN_PREDICTIONS).map(({ text, score }) => ({
      text,
      score,
      inCatalogue: catalogue?.has(text) ?? null,
    })),
  }));
}

/** Always answering what is most frequent among the answers of training examples (a draw of them where there are many). */
export function majorityBaseline({ examples, test, experiment }: TextEvaluation, train: readonly Example[]): UserValues {
  const drawn = drawSubset(train.length, MAJORITY_EXAMPLES, experiment.seed, 'majority').map((index) => train[index]!);
  const ranked = byFrequency(drawn.map((example) => examples.answerOf(example)));
  const targets = test.map((example) => examples.answerOf(example));
  if (examples.answers === null)
    return rougeValues(
      test.map(() => ranked[0]!),
      targets,
      'majority.',
    );
  const predictions = test.map(() => ranked);
  return { 'majority.accuracy': recallAtK(predictions, targets, 1) };
}
