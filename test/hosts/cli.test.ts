import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTextCheckpoint } from '../pretrained/textCheckpoint.ts';

const command = resolve(import.meta.dirname, '../../bin/userllm.mjs');
/** A command starts in a second, or in many when others use the machine. */
const PATIENCE_MS = 170_000;

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'userllm-cli-'));
  writeRatings(join(home, 'films'));
  writeFileSync(join(home, 'short.experiment.jsonc'), experiment('short', 12));
  writeFileSync(join(home, 'endless.experiment.jsonc'), experiment('endless', 1_000_000));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  output(): { stdout: string; stderr: string };
}

function start(args: string[]): Started {
  const env = { ...process.env, USERLLM_WORKSPACE: join(home, 'workspace') };
  const child = spawn(process.execPath, [command, ...args], { cwd: home, env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return { child, output: () => ({ stdout, stderr }) };
}

async function userllm(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, output } = start(args);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output() };
}

/** The parts of the documents that these tests look into. */
interface Document {
  dataset: Record<string, unknown>;
  runs: { name: string; metrics: Record<string, unknown>; stages: { name: string; steps: number }[] }[];
  candidates: unknown[];
  text: string;
  columns: { key: string }[];
  rows: unknown[];
}

/** With `--json`: the one document on standard output, whatever it is. */
async function userllmJson(...args: string[]): Promise<{ code: number | null; document: Document }> {
  const { code, stdout } = await userllm(...args, '--json');
  return { code, document: JSON.parse(stdout) as Document };
}

/** Runs a command and presses Ctrl+C once, when it says `text`. */
async function interruptWhen(text: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, output } = start(args);
  const listener = () => {
    if (!output().stderr.includes(text)) return;
    child.stderr.off('data', listener);
    child.kill('SIGINT');
  };
  child.stderr.on('data', listener);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output() };
}

/** Eight users, two of whose rows cannot be read. */
function writeRatings(folder: string): void {
  mkdirSync(folder);
  const rows = Array.from({ length: 96 }, (_, row) => `${1 + (row % 8)},${1 + ((row * 5) % 11)},${3 + (row % 3)},${1e9 + row}`);
  writeFileSync(join(folder, 'ratings.csv'), `userId,movieId,rating,timestamp\n${rows.join('\n')}\n9,1,much,1000\n9,2\n`);
  const movies = Array.from({ length: 11 }, (_, movie) => `${movie + 1},Film ${movie} (1990),${movie % 2 ? 'Drama' : 'Comedy'}`);
  writeFileSync(join(folder, 'movies.csv'), `movieId,title,genres\n${movies.join('\n')}\n`);
}

function experiment(name: string, steps: number): string {
  const pretraining = { steps: 6, batchSize: 4 };
  return JSON.stringify({
    name,
    dataset: 'films',
    history: { embedded: 4 },
    encoder: { dModel: 8, numLayers: 1, numHeads: 2, pretraining },
    languageModel: { vocabularySize: 300, dModel: 8, numLayers: 1, numHeads: 2, pretraining },
    integration: { projectionSize: 8, numHeads: 2 },
    training: { steps, batchSize: 4, validateEvery: 1000, checkpointEvery: 4 },
    evaluation: { users: 4, beams: 2, batchSize: 4, bootstrap: 20, efficiencyAt: [5] },
  });
}

describe('the userllm command', { timeout: PATIENCE_MS }, () => {
  it('imports a folder and tells what was kept and what was not', async () => {
    const { code, document } = await userllmJson('import', 'films');
    expect(code).toBe(0);
    expect(document.dataset).toMatchObject({ name: 'films', format: 'movielens-csv', users: 8, items: 11, events: 96, rejected: 2 });
    expect(Object.keys(document.dataset).sort()).toEqual(
      [
        'events',
        'features',
        'fingerprint',
        'format',
        'items',
        'name',
        'peakMemoryBytes',
        'rejected',
        'rejections',
        'seconds',
        'users',
      ].sort(),
    );
    expect(document.dataset.rejections).toMatchObject([
      { file: 'ratings.csv', line: 98 },
      { file: 'ratings.csv', line: 99 },
    ]);
    const { stdout } = await userllm('datasets');
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^Dataset +Format +Users +Items +Events +Imported$/),
      expect.stringMatching(/^[- ]+$/),
      expect.stringMatching(/^films +movielens-csv +8 +11 +96 +\d{4}-\d\d-\d\d \d\d:\d\d$/),
    ]);
  });

  it('reports what is in a dataset, and in a view of it', async () => {
    const { stdout } = await userllm('dataset', 'films');
    expect(stdout).toMatch(/^Items +11, 11 of them with events$/m);
    expect(stdout).toMatch(/^Sparsity +\d+\.\d\d %$/m);
    expect(stdout).toMatch(/^at least 52 events +0 +0 +0$/m);
    expect(stdout).toMatch(/^paper: MovieLens 20M +82,977 +27,280 +13,821,405$/m);
    expect(stdout).toMatch(/^Not kept: 2 rows$/m);
    expect(stdout).toMatch(/^ +1 +.+ +ratings\.csv:99$/m);
    const { document } = await userllmJson('dataset', 'films', '--sample-users', '3');
    expect(document.dataset).toMatchObject({ users: 3, events: 36 });
    expect(await userllmJson('dataset', 'films', '--min-rating', 'x')).toMatchObject({ code: 2, document: { error: { code: 'usage' } } });
  });

  it('plans an experiment, and measures once what it takes', async () => {
    const unmeasured = await userllm('plan', 'short.experiment.jsonc', '--no-measure');
    expect(unmeasured.code).toBe(0);
    expect(unmeasured.stdout).toMatch(/^finetune +12 /m);
    expect(unmeasured.stdout).not.toMatch(/^Time /m);
    const measured = await userllm('plan', 'short.experiment.jsonc');
    expect(measured.stderr).toContain('Measuring some steps of finetune');
    expect(measured.stdout).toMatch(/^Time +about \d/m);
    expect(measured.stdout).toMatch(/^Memory +about \d+ MiB/m);
    const again = await userllm('plan', 'short.experiment.jsonc');
    expect(again).toMatchObject({ stderr: '', stdout: measured.stdout });
    expect(await userllmJson('plan', 'missing.jsonc')).toMatchObject({ code: 1, document: { error: { code: 'file-not-found' } } });
  });

  it('imports the same file again and says so, renames it, exports it, and deletes it when that is meant', async () => {
    expect((await userllm('import', 'films', '--name', 'again')).stdout).toContain('Its content is that of "films"');
    expect((await userllm('datasets', 'rename', 'again', 'more')).stdout).toBe('Renamed "again" to "more"\n');
    const written = await userllmJson('datasets', 'export', 'more', 'more.csv', '--min-rating', '5');
    expect(written).toMatchObject({ code: 0, document: { path: join(home, 'more.csv'), events: 32 } });
    expect(readFileSync(join(home, 'more.csv'), 'utf8').split('\n')).toHaveLength(1 + 32 + 1);
    expect(await userllm('datasets', 'export', 'more', 'more.csv')).toMatchObject({ code: 1, stderr: expect.stringContaining('exists') });
    expect(await userllm('datasets', 'delete', 'more')).toMatchObject({ code: 2, stderr: expect.stringContaining('96 events of 8 users') });
    expect((await userllm('datasets', 'delete', 'more', '--yes')).stdout).toContain('given back to the disk');
    expect(await userllm('dataset', 'more')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no dataset') });
  });

  it('prints errors as one document and ends with code 1', async () => {
    expect(await userllmJson('import', 'films')).toMatchObject({ code: 1, document: { error: { code: 'dataset-exists', details: {} } } });
    const { code, stdout, stderr } = await userllm('show', 'nothing');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('userllm: run "nothing": there is no such run in this workspace; `userllm runs` lists them\n');
  });

  it('ends with code 2 when it is used wrongly', async () => {
    expect(await userllmJson('run')).toMatchObject({ code: 2, document: { error: { code: 'usage' } } });
    expect(await userllmJson('improt', 'films')).toMatchObject({ code: 2, document: { error: { code: 'usage' } } });
    expect(await userllm('datasets', '--bogus')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining("unknown option '--bogus'"),
    });
  });

  it('executes an experiment and prints its results', async () => {
    const { code, document } = await userllmJson('run', 'short.experiment.jsonc');
    expect(code).toBe(0);
    const [run] = document.runs;
    expect(run).toMatchObject({ name: 'short', status: 'completed', parameters: { total: expect.any(Number) }, gates: [{ layer: 0 }] });
    expect(run!.metrics['recall@1']).toEqual({ value: expect.any(Number), n: 4, low: expect.any(Number), high: expect.any(Number) });
    expect(run!.stages.map(({ name, steps }) => [name, steps])).toEqual([
      ['pretrain-encoder', 6],
      ['pretrain-language-model', 6],
      ['finetune', 12],
      ['evaluate', 4],
    ]);
    const shown = await userllmJson('show', 'short');
    expect(shown).toEqual({ code: 0, document });
    const { document: generation } = await userllmJson('generate', 'short', '--user', '3', '--constrained', '--beams', '2');
    expect(generation.candidates).toHaveLength(2);
    expect(generation.candidates[0]).toMatchObject({ inCatalogue: true, text: expect.stringMatching(/^Film \d+ \(1990\)$/) });
  });

  it('executes what is missing of a sweep, after a plan of it, and shows the runs side by side', async () => {
    const sweep = { ...(JSON.parse(experiment('swept', 12)) as object), sweep: { strategy: ['full', 'enc'] } };
    writeFileSync(join(home, 'swept.experiment.jsonc'), JSON.stringify(sweep));
    const { code, stdout, stderr } = await userllm('run', 'swept.experiment.jsonc');
    expect(code).toBe(0);
    // The run "short" of an earlier test is the first of them under another name.
    expect(stderr).toContain(
      'Sweep "swept": 2 runs, 1 of them done before\n  strategy: full, enc\n  Pretraining the user encoder: 1 for 2 runs\n',
    );
    expect(stderr).toContain('Pretraining the user encoder: taken from an earlier run with the same settings');
    expect(stdout).toMatch(/^strategy +full +enc$/m);
    const again = await userllmJson('run', 'swept.experiment.jsonc');
    expect(again.document.runs).toMatchObject([{ name: 'short' }, { name: 'swept (strategy=enc)', status: 'completed' }]);
    writeFileSync(join(home, 'wrong.experiment.jsonc'), JSON.stringify({ dataset: 'films', sweep: { sed: [1] } }));
    expect((await userllm('run', 'wrong.experiment.jsonc')).stderr).toMatch(/wrong\.experiment\.jsonc:1:\d+: unknown path "sed" in sweep/);
  });

  it('stops a sweep in order at Ctrl+C, and goes on with the same run when it is started again', async () => {
    const sweep = { ...(JSON.parse(experiment('halted', 1_000_000)) as object), sweep: { seed: [7, 8] } };
    writeFileSync(join(home, 'halted.experiment.jsonc'), JSON.stringify(sweep));
    const first = await interruptWhen('Fine-tuning', ['run', 'halted.experiment.jsonc']);
    expect(first.code).toBe(130);
    expect(first.stderr).toContain('To go on with the sweep, start it again.\n');
    const again = await interruptWhen('Fine-tuning', ['run', 'halted.experiment.jsonc']);
    expect(again.code).toBe(130);
    const { document } = await userllmJson('runs');
    expect(document.runs.filter(({ name }) => name.startsWith('halted'))).toMatchObject([{ name: 'halted (seed=7)', status: 'stopped' }]);
  });

  it('adds a pretrained language model, writes with it, verifies and forgets it', async () => {
    await writeTextCheckpoint(join(home, 'little'));
    expect(await userllm('models', 'add', 'little')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Language model +little\n/) });
    const written = await userllm('generate', '--model', 'little', '--prompt', 'Next title:', '--max-tokens', '5', '--greedy');
    const { document } = await userllmJson('generate', '--model', 'little', '--prompt', 'Next title:', '--max-tokens', '5');
    expect(document).toMatchObject({ tokens: 5, promptTokens: expect.any(Number) });
    expect(written).toMatchObject({ code: 0, stdout: `Next title:${document.text}\n` });
    writeFileSync(join(home, 'little/tokenizer_config.json'), '{ "eos_token": "<|endoftext|>", "changed": true }');
    expect(await userllmJson('models', 'verify', 'little')).toMatchObject({ code: 1, document: { verification: { unchanged: false } } });
    expect(await userllm('models', 'remove', 'little')).toMatchObject({ code: 0 });
    const gone = await userllm('generate', '--model', 'little', '--prompt', 'a');
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such language model') });
    const { code, stderr } = await userllm('generate', '--model', 'little', '--prompt', 'a', '--top-p', '3');
    expect([code, stderr]).toEqual([2, 'userllm: generate: --top-p: Too big: expected number to be <=1, got "3"\n']);
    expect((await userllm('generate')).stderr).toBe('userllm: generate: expected either a run or --model\n');
  });

  it('stops a run in order at Ctrl+C, says how to resume it, and resumes it', async () => {
    const { code, stdout, stderr } = await interruptWhen('Fine-tuning', ['run', 'endless.experiment.jsonc']);
    expect(code).toBe(130);
    const id = /To go on: userllm run --resume (\S+)\n/.exec(stderr)![1]!;
    expect(stdout).toMatch(/Status +stopped/);

    expect((await interruptWhen('Fine-tuning', ['run', '--resume', id])).code).toBe(130);
    const { document } = await userllmJson('compare', 'short', id);
    expect(document.columns.map(({ key }) => key)).toContain('config.training.steps');
    expect(document.rows).toMatchObject([{ status: 'completed' }, { id, status: 'stopped' }]);
    expect(document).toMatchObject({ baselineId: expect.any(String), pairedTests: [] });
  });
});
