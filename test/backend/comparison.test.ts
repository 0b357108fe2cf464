import { describe, expect, it } from 'vitest';
import { compareConfigurations, compareRuns, flattenConfig } from '../../src-main/backend/comparison.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import { newRun, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

const recall = { value: 0.5, n: 10, low: 0.3, high: 0.7 };

function createRuns() {
  const { runs } = temporaryWorkspace();
  const configs = [
    { dataset: 'films', integration: { kind: 'none' } },
    { dataset: 'films', integration: { kind: 'cross-attention', gated: false }, evaluation: { efficiencyAt: [50] } },
  ];
  configs.forEach((config, index) => {
    runs.create(newRun({ id: `run-${index}000`, name: `run ${index}`, config: experimentSchema.parse(config) }));
  });
  runs.setResult('run-1000', { metrics: { 'recall@1': recall } });
  return [runs.get('run-0000'), runs.get('run-1000')];
}

describe('comparing runs', () => {
  it('shows name, status, the configuration values that differ, and every metric that any run has', () => {
    const { columns, rows } = compareRuns(createRuns());
    expect(columns).toEqual([
      { key: 'name', label: 'Run', kind: 'text' },
      { key: 'status', label: 'Status', kind: 'text' },
      { key: 'config.integration.kind', label: 'integration.kind', kind: 'config' },
      { key: 'config.integration.gated', label: 'integration.gated', kind: 'config' },
      { key: 'config.evaluation.efficiencyAt', label: 'evaluation.efficiencyAt', kind: 'config' },
      { key: 'metric.recall@1', label: 'recall@1', kind: 'metric' },
    ]);
    expect(rows).toEqual([
      {
        id: 'run-0000',
        name: 'run 0',
        status: 'queued',
        'config.integration.kind': 'none',
        'config.integration.gated': true,
        'config.evaluation.efficiencyAt': '[50,100,200]',
        'metric.recall@1': null,
      },
      {
        id: 'run-1000',
        name: 'run 1',
        status: 'queued',
        'config.integration.kind': 'cross-attention',
        'config.integration.gated': false,
        'config.evaluation.efficiencyAt': '[50]',
        'metric.recall@1': recall,
      },
    ]);
  });

  it('has no configuration columns for a single run', () => {
    const { columns } = compareRuns(createRuns().slice(0, 1));
    expect(columns.map((column) => column.key)).toEqual(['name', 'status']);
  });

  it('flattens sections to paths', () => {
    expect([...flattenConfig({ seed: 1, training: { steps: 2, nested: { on: true } } })]).toEqual([
      ['seed', 1],
      ['training.steps', 2],
      ['training.nested.on', true],
    ]);
  });
});

describe('comparing configurations', () => {
  it('has every setting of every run, defaults included, and tells which differ', () => {
    const { runs, settings } = compareConfigurations(createRuns());
    expect(runs).toEqual([
      { id: 'run-0000', name: 'run 0' },
      { id: 'run-1000', name: 'run 1' },
    ]);
    const named = (key: string) => settings.find((setting) => setting.key === key);
    expect(named('integration.gated')).toEqual({ key: 'integration.gated', values: [true, false], differs: true });
    expect(named('evaluation.efficiencyAt')).toMatchObject({ values: ['[50,100,200]', '[50]'], differs: true });
    expect(named('encoder.dModel')).toEqual({ key: 'encoder.dModel', values: [64, 64], differs: false });
    expect(named('name')).toBeUndefined();
  });

  it('has null for a setting that a run does not have, and counts it as different', () => {
    const [a, b] = createRuns();
    const { settings } = compareConfigurations([a!, { ...b!, config: { ...b!.config, languageModel: 'stories' } }]);
    expect(settings.find(({ key }) => key === 'languageModel.dModel')).toMatchObject({ values: [128, null], differs: true });
    expect(settings.find(({ key }) => key === 'languageModel')).toMatchObject({ values: [null, 'stories'], differs: true });
  });
});
