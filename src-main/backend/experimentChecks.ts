import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { MethodOutput, Plan } from '../../src-shared/contract.ts';
import { countCategories, type DatasetSummary } from '../../src-shared/dataset.ts';
import { isWholeDataset } from '../../src-shared/datasetView.ts';
import { AppError, type ErrorCode } from '../../src-shared/errors.ts';
import { type Experiment, type Problem, usesEncoder } from '../../src-shared/experiment.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { encoderRunId, requireEncoderRun } from '../experiment/adoptedEncoder.ts';
import { pretrainedShape } from '../experiment/languageModels.ts';
import { isWritten, parseExperiment } from '../experiment/parse.ts';
import { planExperiment } from '../experiment/plan.ts';
import { readRetentionText } from '../experiment/retentionText.ts';
import { previewSweep } from '../experiment/sweepPreview.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';

/** What in the file is to blame, where the code of the error says it. */
const PLACES: Partial<Record<ErrorCode, string[]>> = {
  'dataset-not-found': ['dataset'],
  'model-not-found': ['languageModel'],
  'checkpoint-invalid': ['languageModel'],
  'run-not-found': ['encoder', 'init'],
};

/** Everything that can be said of an experiment file before it runs: what is wrong, and what it would do. */
export async function validateExperiment(workspace: Workspace, text: string): Promise<MethodOutput<'experiments.validate'>> {
  const { experiment, runs, problems } = parseExperiment(text);
  if (!experiment) return { problems, plan: null, sweep: null };
  const sweep = runs[0]!.values.size > 0 ? previewSweep(runs) : null;
  try {
    const plan = await planFor(workspace, suitedToDataset(workspace, experiment, runs[0]!.text));
    return { problems: [...problems, ...warningsOf(workspace, experiment, text)], plan, sweep };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problems: [...problems, problemAt(text, placeOf(error), error.message)], plan: null, sweep };
  }
}

/**
 * The experiment with the defaults that depend on its dataset: an encoder reads those of its default features that the dataset has.
 * @throws AppError `dataset-not-found`
 */
export function suitedToDataset(workspace: Workspace, experiment: Experiment, text: string): Experiment {
  const { encoder } = experiment;
  if (isWritten(text, ['encoder', 'features']) || encoder.labels !== null) return experiment;
  const known = workspace.datasets.get(experiment.dataset).features.map(({ name }) => name);
  const features = encoder.features.filter((name) => known.includes(name));
  // A label feature that is not there is named as such.
  if (encoder.architecture === 'dual' && !features.includes(encoder.dual.labelFeature)) return experiment;
  return { ...experiment, encoder: { ...encoder, features } };
}

/**
 * @throws AppError `dataset-not-found`, `model-not-found` or `run-not-found` with a suggestion, `checkpoint-invalid`, `experiment-invalid` when dataset,
 *   its categories, language model or the run that the encoder is taken from cannot serve it, `file-not-found` or `file-not-readable` for the text of retention
 */
export async function planFor(workspace: Workspace, experiment: Experiment): Promise<Plan> {
  const reader = await openDatasetView(workspace.datasets, experiment.dataset, experiment.data);
  if (!isWholeDataset(experiment.data)) requireTrainable(reader);
  const runId = usesEncoder(experiment.integration) ? encoderRunId(experiment.encoder) : null;
  if (runId !== null) requireEncoderRun(workspace, runId, reader.summary.fingerprint);
  requireCategories(experiment, workspace.datasets.get(experiment.dataset));
  readRetentionText(workspace, experiment);
  const pretrained = pretrainedShape(workspace, experiment);
  return planExperiment(experiment, reader, { pretrained, dataset: workspace.datasets.get(experiment.dataset) });
}

/** What in the file an error is about; errors about a value begin with its path, such as "data.minRating: ...". */
function placeOf({ code, message }: AppError): string[] {
  return PLACES[code] ?? /^(data|integration|strategy|encoder|task|review|evaluation)(\.\w+)*(?=[: ])/.exec(message)?.[0].split('.') ?? [];
}

function requireCategories({ task }: Experiment, dataset: DatasetSummary): void {
  if (task !== 'favourite-genre' || countCategories(dataset) > 0) return;
  throw new AppError(
    'experiment-invalid',
    `task: expected a dataset whose items have genres or categories for "favourite-genre", got "${dataset.name}", which has none; choose "next-item"`,
  );
}

/** What will run, and can show nothing. */
function warningsOf(workspace: Workspace, { task, dataset }: Experiment, text: string): Problem[] {
  if (task !== 'favourite-genre' || countCategories(workspace.datasets.get(dataset)) > 1) return [];
  const message = `task: every item of "${dataset}" has the same category, so every answer is right; choose "next-item", or map another column as category`;
  return [{ ...problemAt(text, ['task'], message), severity: 'warning' }];
}

/** The last two events are held out, and the first has no history before it. */
const FEWEST_EVENTS = 4;

function requireTrainable(reader: DatasetReader): void {
  const most = reader.eventCounts().reduce((a, b) => Math.max(a, b), 0);
  if (most >= FEWEST_EVENTS) return;
  throw new AppError(
    'experiment-invalid',
    `data: expected a user with at least ${FEWEST_EVENTS} events, got ${most} at most; keep more of the events`,
  );
}

/** A problem at the value that stands at `path`; at the start of the file when there is none. */
function problemAt(text: string, path: string[], message: string): Problem {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, path);
  const start = positionOf(text, path.length > 0 && node ? node.offset : 0);
  const end = positionOf(text, path.length > 0 && node ? node.offset + node.length : 1);
  return { message, severity: 'error', path: path.join('.'), ...start, endLine: end.line, endColumn: end.column };
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
