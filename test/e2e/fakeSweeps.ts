import { requireRuns } from '../../src-main/experiment/parse.ts';
import { previewSweep } from '../../src-main/experiment/sweepPreview.ts';
import type { BackendApi } from '../../src-shared/contract.ts';
import type { ReproducedCell, ReproducedTable, ReproductionExperiment, ReproductionRequest } from '../../src-shared/reproduction.ts';
import type { SweepPreview } from '../../src-shared/sweep.ts';
import { type FakeRuns, summaryOf } from './fakeRuns.ts';

export function previewOf(text: string): SweepPreview | null {
  const { runs } = requireRuns(text);
  return runs[0]!.values.size > 0 ? previewSweep(runs) : null;
}

/** Sweeps and the reproduction of the test double: two tables, of whose three experiments one is done. */
export function createFakeSweeps(
  runs: FakeRuns,
): Pick<BackendApi, 'sweeps.plan' | 'sweeps.start' | 'reproduction.report' | 'reproduction.start'> {
  const startAll = (texts: readonly string[]) =>
    texts.map((text) => {
      const { experiment } = requireRuns(text).runs[0]!;
      return runs.start(experiment.name, experiment, text);
    });
  const report = (request: ReproductionRequest) => ({ request, tables: TABLES, experiments: experimentsOf(runs, request) });
  return {
    'sweeps.plan': async ({ text }) => {
      const { name, runs: described } = requireRuns(text);
      const preview = previewSweep(described);
      return { ...preview, name, runs: preview.runs.map((run, at) => ({ ...run, text: described[at]!.text, run: null })) };
    },
    'sweeps.start': async ({ text }) => startAll(requireRuns(text).runs.map((run) => run.text)),
    'reproduction.report': async (request) => report(request),
    'reproduction.start': async ({ request, keys }) =>
      startAll(
        report(request)
          .experiments.filter(({ key }) => keys.includes(key))
          .map(({ text }) => text),
      ),
  };
}

function experimentsOf(runs: FakeRuns, { dataset }: ReproductionRequest): ReproductionExperiment[] {
  const all = [...runs.byId.values()].map(({ detail }) => summaryOf(detail));
  const done = all.find(({ status }) => status === 'completed')!;
  return ['User-LLM', 'text prompt', 'soft prompt'].map((variant, at) => {
    const name = `${variant}, next-item (smoke, seed 1)`;
    const run = at === 0 ? done : all.find((each) => each.name === name);
    const text = `${JSON.stringify({ name, dataset }, null, 2)}\n`;
    return {
      key: variant,
      name,
      text,
      tables: at === 2 ? ['table-6'] : ['table-2', 'table-6'],
      run: run ? { id: run.id, status: run.status } : null,
    };
  });
}

const cell = (value: number | null, paper: number | null = null): ReproducedCell => ({
  value,
  deviation: null,
  state: value === null ? 'gap' : 'done',
  paper,
});
const COLUMNS = ['Recall@1', 'Recall@5', 'Recall@10'].map((label) => ({ key: label.toLowerCase(), label, format: 'share' as const }));
const NOTES = ['smoke: an encoder of 2 layers, 32 wide, where the paper has 6 layers, 128 wide.'];

const TABLES: ReproducedTable[] = [
  {
    id: 'table-2',
    paper: 'Table 2',
    title: 'User-LLM and text prompts',
    columns: COLUMNS,
    rows: [
      { label: 'next item: text prompt', cells: [cell(null), cell(null), cell(null)], experiments: ['text prompt'] },
      { label: 'next item: User-LLM', cells: [cell(0.041), cell(0.122, 0.154), cell(0.196)], experiments: ['User-LLM'] },
    ],
    notes: NOTES,
  },
  {
    id: 'table-6',
    paper: 'Table 6',
    title: 'Cross-attention and soft prompt',
    columns: COLUMNS,
    rows: [
      { label: 'cross-attention', cells: [cell(0.041), cell(0.122), cell(0.196)], experiments: ['User-LLM'] },
      { label: 'soft prompt', cells: [cell(null, 0.047), cell(null), cell(null)], experiments: ['soft prompt'] },
    ],
    notes: NOTES,
  },
];
