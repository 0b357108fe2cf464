import { applyEdits, findNodeAtLocation, getNodeValue, type JSONPath, modify, type Node, parseTree } from 'jsonc-parser';
import { MOST_SWEEP_RUNS, SWEEP_KEY, sweepPaths } from '../../src-shared/sweep.ts';
import { nearestName } from '../store/nearestName.ts';

/** The values of one run of a sweep, by dotted path; empty for an experiment without one. */
export type SweepValues = ReadonlyMap<string, unknown>;

/** Something wrong with the sweep itself, and the path to it in the file. */
export interface SweepProblem {
  readonly message: string;
  readonly path: JSONPath;
  /** A misspelt path is shown at its name, a wrong value at the value. */
  readonly at?: 'key' | 'value';
}

export interface Sweep {
  /** Every combination of values, the last path varying fastest; one without values where the file has no sweep. */
  readonly combinations: SweepValues[];
  readonly problems: SweepProblem[];
}

const LONGEST_NAME = 120;
const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** Reads `sweep` of an experiment file. Paths are checked here; the values only in the experiments that they make. */
export function readSweep(root: Node): Sweep {
  const node = findNodeAtLocation(root, [SWEEP_KEY]);
  if (!node) return { combinations: [new Map()], problems: [] };
  const value: unknown = getNodeValue(node);
  if (node.type !== 'object') {
    const message = `sweep: expected paths with lists of values, got ${JSON.stringify(value)}; write for example { "seed": [1, 2, 3] }`;
    return { combinations: [], problems: [{ message, path: [SWEEP_KEY] }] };
  }
  const lists = Object.entries(value as Record<string, unknown>);
  const problems = lists.flatMap(([path, values]) => problemsOf(path, values, lists, root));
  if (problems.length > 0) return { combinations: [], problems };
  const runs = lists.reduce((product, [, values]) => product * (values as unknown[]).length, 1);
  if (runs <= MOST_SWEEP_RUNS) return { combinations: combine(lists as [string, unknown[]][]), problems: [] };
  const message = `sweep: expected at most ${MOST_SWEEP_RUNS} runs, got ${runs}; leave values out, or make several files of it`;
  return { combinations: [], problems: [{ message, path: [SWEEP_KEY] }] };
}

function problemsOf(path: string, values: unknown, lists: readonly [string, unknown][], root: Node): SweepProblem[] {
  const at = [SWEEP_KEY, path];
  const place = pathProblem(path, lists, root);
  if (place !== null) return [{ message: place, path: at, at: 'key' }];
  if (!Array.isArray(values)) {
    const given = JSON.stringify(values);
    return [{ message: `sweep.${path}: expected a list of values, got ${given}; write [${given}]`, path: at }];
  }
  if (values.length === 0) return [{ message: `sweep.${path}: expected a list of values, got an empty one; leave it out`, path: at }];
  const texts = values.map((value) => JSON.stringify(value));
  return texts.flatMap((text, index) => {
    if (texts.indexOf(text) === index) return [];
    return [{ message: `sweep.${path}: ${text} is given twice; keep one of them`, path: [...at, index] }];
  });
}

/** What is wrong with a path: unknown, within another one, or leading into a value that has no parts. */
function pathProblem(path: string, lists: readonly [string, unknown][], root: Node): string | null {
  const known = [...sweepPaths().keys()];
  if (!known.includes(path)) {
    const near = nearestName(path, known);
    return `unknown path "${path}" in sweep; ${near ? `did you mean "${near}"?` : 'write it with dots, as in "training.steps"'}`;
  }
  const outer = lists.find(([other]) => path.startsWith(`${other}.`));
  if (outer) return `sweep: "${path}" lies within "${outer[0]}", which is swept too; keep one of them`;
  const segments = path.split('.');
  for (let length = 1; length < segments.length; length++) {
    const parent = findNodeAtLocation(root, segments.slice(0, length));
    if (!parent || parent.type === 'object' || parent.type === 'null') continue;
    return `sweep.${path}: expected ${segments.slice(0, length).join('.')} to be an object, got ${JSON.stringify(getNodeValue(parent))}; sweep that instead`;
  }
  return null;
}

function combine(lists: readonly [string, unknown[]][]): SweepValues[] {
  return lists.reduce<Map<string, unknown>[]>(
    (combinations, [path, values]) =>
      combinations.flatMap((combination) => values.map((value) => new Map([...combination, [path, value] as const]))),
    [new Map()],
  );
}

/** "seed=2, strategy=lora": what sets a run apart from the others of its sweep. */
export function sweepLabel(values: SweepValues): string {
  return [...values].map(([path, value]) => `${path}=${valueText(value)}`).join(', ');
}

export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The experiment file of one run of a sweep: the values in place, comments kept, no sweep, and a name that says which run it is. */
export function expandText(text: string, values: SweepValues): string {
  if (values.size === 0) return withoutSweep(text);
  const name = findNodeAtLocation(parseTree(text, [], { allowTrailingComma: true })!, ['name'])?.value as unknown;
  const written = [...values].reduce((edited, [path, value]) => withValue(edited, path.split('.'), value), withoutSweep(text));
  return withValue(written, ['name'], runName(typeof name === 'string' ? name : 'experiment', values));
}

function runName(name: string, values: SweepValues): string {
  const full = `${name} (${sweepLabel(values)})`;
  return full.length <= LONGEST_NAME ? full : `${full.slice(0, LONGEST_NAME - 1)}…`;
}

function withoutSweep(text: string): string {
  return applyEdits(text, modify(text, [SWEEP_KEY], undefined, FORMATTING));
}

/** Sets the value at a path; a `null` on the way to it makes room for an object. */
function withValue(text: string, path: readonly string[], value: unknown): string {
  const root = parseTree(text, [], { allowTrailingComma: true })!;
  const empty = path.findIndex((_, at) => at > 0 && findNodeAtLocation(root, path.slice(0, at))?.type === 'null');
  if (empty < 0) return applyEdits(text, modify(text, [...path], value, FORMATTING));
  const inner = path.slice(empty).reduceRight<unknown>((part, key) => ({ [key]: part }), value);
  return applyEdits(text, modify(text, path.slice(0, empty), inner, FORMATTING));
}
