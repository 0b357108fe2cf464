import type { Example } from '../data/windows.ts';
import type { TextEvaluation } from './evaluateTexts.ts';
import { fillUp } from './fillUp.ts';
import { scoreWithModel } from './textScores.ts';
import type { UserValues } from './userValues.ts';

/**
 * Test loss with the user, and without: neither embeddings nor history in the prompt. A user's value is the summed loss of the answer's tokens
 * divided by the mean number of tokens of an answer, so that the mean over users is the mean loss per token.
 */
export async function evaluateLoss(evaluation: TextEvaluation): Promise<UserValues> {
  return {
    testLoss: await lossOfUsers(evaluation, true),
    'userPathOff.testLoss': await lossOfUsers(evaluation, false),
  };
}

async function lossOfUsers(evaluation: TextEvaluation, withUser: boolean): Promise<number[]> {
  const { examples, test, experiment, onProgress } = evaluation;
  const batchSize = Math.min(experiment.evaluation.batchSize, test.length);
  const losses: number[] = [];
  for (let start = 0; start < test.length; start += batchSize) {
    onProgress(test.length);
    const chunk = test.slice(start, start + batchSize);
    losses.push(...(await lossOfBatch(evaluation, fillUp(chunk, batchSize), withUser)).slice(0, chunk.length));
  }
  const tokens = test.reduce((sum, example) => sum + examples.answerTokens(examples.answerOf(example)).length + 1, 0);
  return losses.map((loss) => (loss * test.length) / tokens);
}

async function lossOfBatch({ model, examples }: TextEvaluation, batch: readonly Example[], withUser: boolean): Promise<number[]> {
  const scores = await scoreWithModel(model, {
    prompts: batch.map((example) => examples.promptTokens(example, withUser)),
    history: withUser && model.shape.user ? examples.historyInputs(batch) : null,
    texts: batch.map((example) => [examples.answerTokens(examples.answerOf(example))]),
    textsPerPrompt: 1,
  });
  return scores.map(([score]) => -score!);
}
