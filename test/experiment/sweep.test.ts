import { describe, expect, it } from 'vitest';
import { parseExperiment, requireExperiment } from '../../src-main/experiment/parse.ts';
import { sweepLabel } from '../../src-main/experiment/sweep.ts';
import { previewSweep } from '../../src-main/experiment/sweepPreview.ts';
import type { Stage } from '../../src-shared/run.ts';
import { experimentFileJsonSchema, sweepPaths } from '../../src-shared/sweep.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createAndExecute } from './runSupport.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

/** Messages, and what stands in the file where they point. */
const problemsOf = (text: string) =>
  parseExperiment(text).problems.map(({ message, line, column, endColumn }) => [
    message,
    text.split('\n')[line - 1]!.slice(column - 1, endColumn - 1),
  ]);
const sweepOf = (sweep: string, more = '') => `{ "dataset": "a",${more}\n "sweep": ${sweep} }`;

describe('a sweep', () => {
  it('makes a run of every combination, the last path varying fastest', () => {
    const { runs } = parseExperiment(sweepOf('{ "training.steps": [10, 20], "seed": [1, 2] }', ' "name": "mine",'));
    expect(runs.map(({ experiment: { name, seed, training } }) => [name, training.steps, seed])).toEqual([
      ['mine (training.steps=10, seed=1)', 10, 1],
      ['mine (training.steps=10, seed=2)', 10, 2],
      ['mine (training.steps=20, seed=1)', 20, 1],
      ['mine (training.steps=20, seed=2)', 20, 2],
    ]);
    expect(runs.map(({ values }) => sweepLabel(values))[3]).toBe('training.steps=20, seed=2');
  });

  it('writes for each run a file of its own that keeps the comments and says the same', () => {
    const text = sweepOf(
      '{ "strategy": ["lora"], "integration.perceiver.numLatents": [8] }',
      ' // why\n "integration": { "perceiver": null },',
    );
    const [run] = parseExperiment(text).runs;
    expect(run!.text).toContain('// why');
    expect(run!.text).not.toContain('sweep');
    expect(requireExperiment(run!.text)).toEqual(run!.experiment);
    expect(run!.experiment).toMatchObject({ strategy: 'lora', integration: { perceiver: { numLatents: 8, numLayers: 6 } } });
  });

  it('sweeps whole sections, and takes values that only together are right', () => {
    const { runs, problems } = parseExperiment(
      sweepOf('{ "integration": [{ "kind": "none" }, { "kind": "text-prompt" }], "history": [{ "prompted": 5 }] }'),
    );
    expect(problems).toEqual([]);
    expect(runs.map(({ experiment }) => experiment.integration.kind)).toEqual(['none', 'text-prompt']);
  });

  it.each([
    ['{ "sed": [1] }', 'unknown path "sed" in sweep; did you mean "seed"?', '"sed"'],
    ['{ "training.step": [1] }', 'unknown path "training.step" in sweep; did you mean "training.steps"?', '"training.step"'],
    ['{ "name": ["a"] }', 'unknown path "name" in sweep; write it with dots, as in "training.steps"', '"name"'],
    ['{ "seed": 3 }', 'sweep.seed: expected a list of values, got 3; write [3]', '3'],
    ['{ "seed": [] }', 'sweep.seed: expected a list of values, got an empty one; leave it out', '[]'],
    ['{ "seed": [1, 2, 1] }', 'sweep.seed: 1 is given twice; keep one of them', '1'],
    ['[1]', 'sweep: expected paths with lists of values, got [1]; write for example { "seed": [1, 2, 3] }', '[1]'],
    ['{ "seed": [1, -2] }', 'seed: Too small: expected number to be >=0, got -2 (with seed=-2)', '-2'],
    ['{ "strategy": ["full", "lorra"] }', /^strategy: .*did you mean "lora"\?/, '"lorra"'],
    ['{ "encoder": [{ "dModell": 8 }] }', 'unknown key "dModell" in encoder; did you mean "dModel"?', '"dModell"'],
    [
      '{ "training": [{}], "training.steps": [3] }',
      'sweep: "training.steps" lies within "training", which is swept too; keep one of them',
      '"training.steps"',
    ],
  ])('refuses %s at its place', (sweep, message, place) => {
    const text = sweepOf(sweep);
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toEqual([typeof message === 'string' ? message : expect.stringMatching(message), place]);
  });

  it('says once what is wrong in every run, and of the others with which values', () => {
    expect(problemsOf(sweepOf('{ "seed": [1, 2, 3] }', ' "sed": 1,'))).toEqual([['unknown key "sed"; did you mean "seed"?', '"sed"']]);
    expect(problemsOf(sweepOf('{ "strategy": ["full", "enc"] }', ' "integration": { "kind": "none" },'))[0]![0]).toMatch(
      /^strategy "enc" trains what reads the user only.*\(with strategy=enc\)$/,
    );
  });

  it('refuses a path into a named language model, and more runs than anyone can mean', () => {
    expect(problemsOf(sweepOf('{ "languageModel.dModel": [8] }', ' "languageModel": "stories",'))[0]![0]).toBe(
      'sweep.languageModel.dModel: expected languageModel to be an object, got "stories"; sweep that instead',
    );
    const seeds = JSON.stringify(Array.from({ length: 257 }, (_, seed) => seed));
    expect(problemsOf(sweepOf(`{ "seed": ${seeds} }`))[0]![0]).toBe(
      'sweep: expected at most 256 runs, got 257; leave values out, or make several files of it',
    );
  });

  it('is suggested where it is misspelt, and is no experiment of one run', () => {
    expect(problemsOf('{"dataset": "a", "sweeps": {}}')[0]![0]).toBe('unknown key "sweeps"; did you mean "sweep"?');
    expect(() => requireExperiment(sweepOf('{ "seed": [1, 2] }'))).toThrow('experiment: expected one run, got a sweep of 2');
  });

  it('is offered by completion: every path, with the values that it takes', () => {
    const { properties } = experimentFileJsonSchema() as { properties: Record<string, { properties: Record<string, object> }> };
    expect(properties.sweep!.properties.strategy).toMatchObject({ type: 'array', items: { enum: ['full', 'lora', 'enc', 'proj'] } });
    expect([...sweepPaths().keys()]).toEqual(
      expect.arrayContaining(['seed', 'integration.perceiver.numLatents', 'languageModel.pretraining.steps', 'data.minEventsPerUser']),
    );
  });
});

describe('the runs of a sweep', () => {
  const sweep = { seed: [1, 2], strategy: ['full', 'enc'] };

  it('share pretraining as the preview says', async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const { name: _, ...experiment } = tinyExperiment({ engine: { threads: 1 } });
    const { runs } = parseExperiment(JSON.stringify({ ...experiment, sweep }));
    const stages: Stage[] = [];
    for (const [at, run] of runs.entries()) stages.push(...(await createAndExecute(workspace, `run-${at}`, run.experiment)).stages);
    const trained = (stage: string) => stages.filter(({ name, status }) => name === stage && status === 'done').length;
    const { pretraining, varied } = previewSweep(runs);
    expect(pretraining).toEqual([
      { stage: 'pretrain-encoder', runs: 4, trainings: 2 },
      { stage: 'pretrain-language-model', runs: 4, trainings: 2 },
    ]);
    for (const { stage, trainings } of pretraining) expect(trained(stage)).toBe(trainings);
    expect(varied).toEqual([
      { path: 'seed', values: ['1', '2'] },
      { path: 'strategy', values: ['full', 'enc'] },
    ]);
  });
});
