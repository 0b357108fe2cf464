import { describe, expect, it } from 'vitest';
import { parseExperiment, requireExperiment } from '../../src-main/experiment/parse.ts';

const messagesOf = (text: string) => parseExperiment(text).problems.map(({ message }) => message);

describe('parseExperiment', () => {
  it('accepts comments and trailing commas and fills in every default', () => {
    const { experiment, problems } = parseExperiment(`{
      // which data
      "dataset": "ml-small", /* the small one */
      "training": { "steps": 7, },
    }`);
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({ dataset: 'ml-small', seed: 1, training: { steps: 7, batchSize: 32 }, integration: { gated: true } });
  });

  it('names the nearest known key and its place for an unknown key', () => {
    const { experiment, problems } = parseExperiment('{\n  "dataset": "a",\n  "training": { "batchsize": 3 }\n}');
    expect(experiment).toBeNull();
    expect(problems).toEqual([
      {
        message: 'unknown key "batchsize" in training; did you mean "batchSize"?',
        severity: 'error',
        path: 'training.batchsize',
        line: 3,
        column: 17,
        endLine: 3,
        endColumn: 28,
      },
    ]);
  });

  it('lists the known keys when nothing is near', () => {
    expect(messagesOf('{"dataset": "a", "history": {"zzzzzzzzz": 1}}')).toEqual([
      'unknown key "zzzzzzzzz" in history; known here: embedded, prompted',
    ]);
  });

  it('reports the value that was wrong at its place', () => {
    const { problems } = parseExperiment('{ "dataset": "a",\r\n "task": "next", "seed": -1 }');
    expect(problems.map(({ message, line, column }) => ({ message, line, column }))).toEqual([
      { message: 'task: expected one of "next-item"|"favourite-genre"|"review", got "next"', line: 2, column: 10 },
      { message: 'seed: Too small: expected number to be >=0, got -1', line: 2, column: 26 },
    ]);
  });

  it('takes a language model by its name or by its sizes, and says what is wrong with the one that was meant', () => {
    const messageOf = (value: string) => messagesOf(`{"dataset": "a", "languageModel": ${value}}`);
    expect(parseExperiment('{"dataset": "a", "languageModel": "stories"}').experiment!.languageModel).toBe('stories');
    expect(messageOf('{"dMdel": 3}')).toEqual(['unknown key "dMdel" in languageModel; did you mean "dModel"?']);
    expect(messageOf('{"dModel": -3}')[0]).toBe('languageModel.dModel: Too small: expected number to be >0, got -3');
    expect(messageOf('{"dModel": 12, "numHeads": 5}')).toEqual(['languageModel.numHeads must divide languageModel.dModel']);
    expect(messageOf('"/a"')[0]).toMatch(/^languageModel: a model name starts with a letter or digit/);
    expect(messageOf('3')).toEqual(['languageModel: expected string, got 3']);
  });

  it.each([
    ['"training": {"batchSize": 32, "labelsPerHistory": 3}', 'training.labelsPerHistory must divide training.batchSize'],
    ['"training": {"labelsPerHistory": 8}, "history": {"embedded": 4}', 'training.labelsPerHistory must be at most history.embedded'],
    ['"training": {"labelsPerHistory": 8}, "task": "favourite-genre"', /labelsPerHistory above 1 needs task "next-item"/],
  ])('refuses labels that cannot share a history: %s', (section, message) => {
    const messages = messagesOf(`{"dataset": "a", ${section}}`);
    expect(messages).toEqual([expect.stringMatching(message)]);
  });

  it('says that a dataset is missing', () => {
    expect(messagesOf('{}')).toEqual(['dataset: missing; every experiment must name it']);
  });

  it('reports broken JSON with line and column', () => {
    const { experiment, problems } = parseExperiment('{\n  "dataset": "a"\n  "seed": 1\n}');
    expect(experiment).toBeNull();
    expect(problems[0]).toMatchObject({ message: 'not valid JSON: comma expected', line: 3, column: 3 });
  });

  it('reports an empty file', () => {
    expect(messagesOf('')).toEqual(['not valid JSON: value expected']);
  });

  it('refuses a file that is not an object', () => {
    expect(messagesOf('[]')).toEqual(['experiment: expected object']);
  });

  it('refuses a key given twice', () => {
    const { problems } = parseExperiment('{"dataset": "a", "seed": 1,\n "seed": 2}');
    expect(problems).toMatchObject([{ message: '"seed" is given twice; keep one of them', path: 'seed', line: 2, column: 2 }]);
  });

  it('reports rules between values at the value that breaks them', () => {
    const { problems } = parseExperiment('{"dataset": "a",\n "integration": {"kind": "text-prompt"}}');
    expect(problems).toMatchObject([
      {
        message: 'integration "text-prompt" needs history.prompted > 0: the events written into the prompt',
        path: 'history.prompted',
        line: 1,
      },
    ]);
    expect(messagesOf('{"dataset": "a", "encoder": {"dModel": 10, "numHeads": 4}}')).toEqual([
      'encoder.numHeads must divide encoder.dModel',
    ]);
  });
});

describe('a strategy that has nothing to train', () => {
  it('is a problem of the strategy', () => {
    const { experiment, problems } = parseExperiment('{"dataset": "a", "strategy": "enc",\n "integration": {"kind": "none"}}');
    expect(experiment).toBeNull();
    expect(problems).toMatchObject([{ path: 'strategy', line: 1, column: 30 }]);
    expect(problems[0]!.message).toMatch(/needs integration "cross-attention" or "soft-prompt"; use "full" or "lora"$/);
  });
});

describe('the options of the method', () => {
  it('are read from the file', () => {
    const { experiment, problems } = parseExperiment(`{"dataset": "a", "strategy": "lora", "lora": {"rank": 4, "targets": ["feedForward"]},
      "encoder": {"init": "run:2026-1"}, "history": {"embedded": 50, "prompted": 10},
      "integration": {"kind": "cross-attention", "residual": "paper", "everyNthLayer": 3, "perceiver": {"numLatents": 8}}}`);
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      lora: { rank: 4, alpha: 16, targets: ['feedForward'] },
      integration: { residual: 'paper', everyNthLayer: 3, perceiver: { numLatents: 8, numLayers: 6, numHeads: 4 } },
    });
  });

  it.each([
    ['"strategy": "proy"', 'strategy: expected one of "full"|"lora"|"enc"|"proj", got "proy"; did you mean "proj"?'],
    ['"integration": {"kind": "soft-promt"}', /got "soft-promt"; did you mean "soft-prompt"\?$/],
    ['"integration": {"residual": "papper"}', /did you mean "paper"\?$/],
    ['"integration": {"everyNthlayers": 2}', 'unknown key "everyNthlayers" in integration; did you mean "everyNthLayer"?'],
    ['"integration": {"perceiver": {"numLatent": 2}}', 'unknown key "numLatent" in integration.perceiver; did you mean "numLatents"?'],
    ['"integration": {"summary": {"writter": "profile"}}', 'unknown key "writter" in integration.summary; did you mean "writer"?'],
    ['"evaluation": {"retention": {"txt": "a.txt"}}', 'unknown key "txt" in evaluation.retention; did you mean "text"?'],
    ['"review": {"featre": "summary"}', 'unknown key "featre" in review; did you mean "feature"?'],
    ['"task": "reviews"', 'task: expected one of "next-item"|"favourite-genre"|"review", got "reviews"; did you mean "review"?'],
    [
      '"integration": {"kind": "text-sumary"}',
      'integration.kind: expected one of "cross-attention"|"soft-prompt"|"text-prompt"|"text-summary"|"none", got "text-sumary"; did you mean "text-summary"?',
    ],
    ['"integration": {"kind": "text-summary"}', 'integration "text-summary" needs history.prompted > 0: the events that are summed up'],
    ['"integration": {"taskPromptLenght": 2}', 'unknown key "taskPromptLenght" in integration; did you mean "taskPromptLength"?'],
    ['"lora": {"rnk": 2}', 'unknown key "rnk" in lora; did you mean "rank"?'],
    ['"lora": {"targets": ["atention"]}', /did you mean "attention"\?$/],
    ['"encoder": {"init": "pretrainde"}', /did you mean "pretrained"\?$/],
    ['"integration": {"everyNthLayer": 4}', /must not exceed languageModel.numLayers/],
    ['"integration": {"perceiver": {"numHeads": 3}}', 'integration.perceiver.numHeads must divide integration.projectionSize'],
    ['"encoder": {"architecture": "bert4re"}', /did you mean "bert4rec"\?$/],
    ['"encoder": {"dual": {"temprature": 1}}', 'unknown key "temprature" in encoder.dual; did you mean "temperature"?'],
    ['"encoder": {"sampledSoftMaxx": 9}', 'unknown key "sampledSoftMaxx" in encoder; did you mean "sampledSoftmax"?'],
    ['"encoder": {"features": ["title"], "labels": ["genre"]}', /^encoder.labels may only name features/],
    ['"encoder": {"architecture": "dual"}, "training": {"labelsPerHistory": 4}', /needs the autoregressive encoder/],
    ['"encoder": {"architecture": "dual", "features": ["genre"]}', 'encoder.dual.labelFeature must be one of encoder.features'],
    ['"strategy": "proj", "integration": {"kind": "text-prompt"}, "history": {"prompted": 2}', /^strategy "proj" trains/],
  ])('are refused with a suggestion: %s', (text, message) => {
    const messages = messagesOf(`{"dataset": "a", ${text}}`);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(message);
  });
});

describe('requireExperiment', () => {
  it('throws the first problem with file, line and column', () => {
    expect(() => requireExperiment('{"dataset": "a",\n "sed": 1, "strateggy": "full"}', 'a.experiment.jsonc')).toThrow(
      'a.experiment.jsonc:2:2: unknown key "sed"; did you mean "seed"? (and 1 more)',
    );
  });
});
