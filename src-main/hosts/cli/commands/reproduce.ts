import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import {
  type Reproduction,
  type ReproductionExperiment,
  type ReproductionRequest,
  reproductionSizeSchema,
} from '../../../../src-shared/reproduction.ts';
import { REPORT_FORMATS, type ReportFormat, reportText, titleOf } from '../../../../src-shared/reproductionReport.ts';
import { writeSampleDataset, writeSampleReviews } from '../../../data/sample/writeSample.ts';
import { nearestName } from '../../../store/nearestName.ts';
import { addCommand } from '../command.ts';
import { followRun } from '../followRun.ts';
import { importOnce } from '../importOnce.ts';
import { formatSeconds } from '../numbers.ts';
import { EXIT, type ExitCode, type Outcome } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';
import { formatTable } from '../table.ts';

interface ReproduceOptions extends CommonOptions {
  size: string;
  data?: string;
  reviewData?: string;
  model?: string;
  seeds: string;
  format: string;
  output?: string;
  dryRun?: true;
}

const ALL = 'all';

/** `userllm reproduce`: the paper's tables from runs; what is missing is run first. */
export function registerReproduceCommand(program: Command): void {
  addCommand<ReproduceOptions>(
    program,
    'reproduce [tables...]',
    'run what is missing of the paper\'s tables and print them beside the paper\'s numbers; "all", or names such as table-2, figure-4; none: list them',
    (tables, options) => withSession(options, (session) => reproduceTables(session, tables, options)),
  )
    .option('--size <size>', 'smoke (minutes on two cores), small (an evening) or paper (its sizes; for a GPU)', 'smoke')
    .option('--data <dataset>', 'dataset or folder for next item and favourite category (default: a made-up sample)')
    .option('--review-data <dataset>', 'dataset or folder with texts, for reviews (default: the sample, where --data is left out)')
    .option('--model <name>', 'pretrained language model of the workspace (default: a small one from scratch)')
    .option('--seeds <number>', 'runs of every experiment', '1')
    .option('--format <format>', REPORT_FORMATS.join(', '), 'markdown')
    .option('--output <file>', 'write the report there')
    .option('--dry-run', 'only say what would run');
}

async function reproduceTables(session: Session, tables: readonly string[], options: ReproduceOptions): Promise<Outcome> {
  const format = REPORT_FORMATS.find((name) => name === options.format);
  if (!format) throw new AppError('usage', `reproduce: expected --format ${REPORT_FORMATS.join(', ')}, got "${options.format}"`);
  const progress = createProgress();
  const request = await requestOf(session, options, progress);
  const read = () => session.client.call('reproduction.report', request);
  const before = await read();
  if (tables.length === 0)
    return { document: { tables: before.tables.map(({ id, paper, title }) => ({ id, paper, title })) }, text: listText(before) };
  const wanted = chooseTables(before, tables);
  const missing = before.experiments.filter((experiment) => isMissing(experiment) && experiment.tables.some((id) => wanted.has(id)));
  if (options.dryRun) return { document: { missing: missing.map(({ name }) => name) }, text: dryRunText(missing) };
  const exitCode = await runMissing(session, missing, progress);
  return reportOutcome(await read(), { wanted, format, output: options.output, exitCode });
}

async function requestOf(session: Session, options: ReproduceOptions, progress: Progress): Promise<ReproductionRequest> {
  const size = reproductionSizeSchema.safeParse(options.size).data;
  if (!size) throw new AppError('usage', `reproduce: expected --size ${reproductionSizeSchema.options.join(', ')}, got "${options.size}"`);
  const seeds = Number(options.seeds);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > 20)
    throw new AppError('usage', `reproduce: expected --seeds from 1 to 20, got "${options.seeds}"`);
  const usesSample = options.data === undefined;
  const dataset = usesSample
    ? await importSample(session, 'sample', writeSampleDataset, progress)
    : await datasetOf(session, options.data!, progress);
  const reviewDataset =
    options.reviewData !== undefined
      ? await datasetOf(session, options.reviewData, progress)
      : usesSample
        ? await importSample(session, 'sample-reviews', writeSampleReviews, progress)
        : null;
  return { size, seeds, dataset, reviewDataset, languageModel: options.model ?? null };
}

async function importSample(session: Session, name: string, write: (folder: string) => Promise<void>, progress: Progress): Promise<string> {
  const folder = join(session.workspacePath, name);
  if (!existsSync(join(folder, 'README.txt'))) {
    progress.note(`Writing a made-up dataset to ${folder}`);
    await write(folder);
  }
  return (await importOnce(session, folder, name, progress)).name;
}

/** A dataset of the workspace by its name, or a folder or file that is imported where it has not been. */
async function datasetOf(session: Session, given: string, progress: Progress): Promise<string> {
  const datasets = await session.client.call('datasets.list', {});
  if (datasets.some(({ name }) => name === given)) return given;
  const path = resolve(given);
  if (!existsSync(path)) {
    const near = nearestName(
      given,
      datasets.map(({ name }) => name),
    );
    const advice = near ? `did you mean "${near}"?` : 'import it first, or name a folder';
    throw new AppError('dataset-not-found', `reproduce: expected a dataset of the workspace or a folder, got "${given}"; ${advice}`);
  }
  const { suggestedName } = await session.client.call('datasets.preview', { path });
  return (await importOnce(session, path, suggestedName, progress)).name;
}

function chooseTables({ tables }: Reproduction, names: readonly string[]): ReadonlySet<string> {
  const known = tables.map(({ id }) => id);
  if (names.includes(ALL)) return new Set(known);
  for (const name of names.filter((each) => !known.includes(each))) {
    const near = nearestName(name, known);
    throw new AppError(
      'usage',
      `reproduce: expected ${known.join(', ')} or ${ALL}, got "${name}"${near ? `; did you mean "${near}"?` : ''}`,
    );
  }
  return new Set(names);
}

const isMissing = ({ run }: ReproductionExperiment) => run?.status !== 'completed';

async function runMissing(session: Session, missing: readonly ReproductionExperiment[], progress: Progress): Promise<ExitCode> {
  const startedAt = performance.now();
  let exitCode: ExitCode = EXIT.done;
  for (const [at, { name, text, run }] of missing.entries()) {
    const elapsed = formatSeconds((performance.now() - startedAt) / 1000);
    progress.note(`Experiment ${at + 1} of ${missing.length}${at > 0 ? `, ${elapsed} so far` : ''}: ${name}`);
    const goesOn = run !== null && (run.status === 'stopped' || run.status === 'interrupted');
    const start = () => (goesOn ? session.client.call('runs.resume', { runId: run.id }) : session.client.call('runs.start', { text }));
    const { run: ended, interrupted } = await followRun(session, progress, start);
    if (interrupted) return EXIT.interrupted;
    if (ended.status === 'completed') continue;
    progress.note(`${name}: ${ended.status}${ended.reason ? ` (${ended.reason})` : ''}`);
    exitCode = EXIT.failed;
  }
  if (missing.length > 0) progress.note(`All of it took ${formatSeconds((performance.now() - startedAt) / 1000)}.`);
  return exitCode;
}

interface ReportOptions {
  wanted: ReadonlySet<string>;
  format: ReportFormat;
  output: string | undefined;
  exitCode: ExitCode;
}

function reportOutcome(reproduction: Reproduction, { wanted, format, output, exitCode }: ReportOptions): Outcome {
  const tables = reproduction.tables.filter(({ id }) => wanted.has(id));
  const document = { request: reproduction.request, tables };
  const text = reportText(tables, format);
  if (output === undefined) return { document, text, exitCode };
  const path = resolve(output);
  if (existsSync(path) && statSync(path).isDirectory())
    throw new AppError('input-invalid', `reproduce: expected a file for the report, got the folder "${path}"`);
  writeFileSync(path, text);
  return { document, text: `The report is in ${path}\n`, exitCode };
}

function listText({ tables, experiments }: Reproduction): string {
  const rows = tables.map((table) => {
    const own = experiments.filter(({ tables: ids }) => ids.includes(table.id));
    const done = own.filter((experiment) => !isMissing(experiment)).length;
    return [table.id, titleOf(table), own.length === 0 ? '-' : `${done} of ${own.length}`];
  });
  return formatTable([{ title: 'Table' }, { title: 'What it shows' }, { title: 'Runs done' }], rows);
}

function dryRunText(missing: readonly ReproductionExperiment[]): string {
  if (missing.length === 0) return 'Nothing is missing.\n';
  return `${missing.length} to run:\n${missing.map(({ name }) => `  ${name}\n`).join('')}`;
}
