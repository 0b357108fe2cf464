import { findNodeAtLocation, getNodeValue, type JSONPath, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { AppError } from '../../src-shared/errors.ts';
import { type Experiment, experimentSchema, type Problem, usesEncoder } from '../../src-shared/experiment.ts';
import { experimentFileJsonSchema, SWEEP_KEY } from '../../src-shared/sweep.ts';
import { nearestName } from '../store/nearestName.ts';
import { expandText, readSweep, type SweepValues, sweepLabel } from './sweep.ts';

export interface ParsedExperiment {
  /** The resolved experiment, the first one of a sweep; null when there are errors. */
  experiment: Experiment | null;
  /** Every run that the file describes: several with a sweep, none when there are errors. */
  runs: DescribedRun[];
  /** The name that the file gives; those of a sweep's runs say their values, too. */
  name: string;
  problems: Problem[];
}

/** A run that an experiment file describes. */
export interface DescribedRun {
  readonly experiment: Experiment;
  /** The experiment file of this run alone. */
  readonly text: string;
  /** What the sweep sets; empty without one. */
  readonly values: SweepValues;
}

type Range = { offset: number; length: number };
type JsonSchema = { properties?: Record<string, JsonSchema>; anyOf?: JsonSchema[] };

const MAX_SHOWN_KEYS = 12;
const trainsNothingMessage = (strategy: string) =>
  `strategy "${strategy}" trains what reads the user only: it needs integration "cross-attention" or "soft-prompt"; use "full" or "lora"`;

/**
 * Reads an experiment file: JSON with comments and trailing commas, checked against the schema. Every problem names its place;
 * an unknown key comes with the known key that it resembles. Never throws on what a person wrote.
 */
export function parseExperiment(text: string): ParsedExperiment {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: false });
  const locate = createLocator(text);
  if (errors.length > 0 || !root) {
    const problems = errors.map((error) => problem(`not valid JSON: ${syntaxMessage(error)}`, [], locate(error)));
    return failed(problems.length > 0 ? problems : [problem('not valid JSON: empty file', [], locate(whole(text)))]);
  }
  const sweep = readSweep(root);
  const ownProblems = [
    ...findDuplicateKeys(root, []).map(({ path, node }) =>
      problem(`"${path.at(-1)}" is given twice; keep one of them`, path, locate(node)),
    ),
    ...sweep.problems.map(({ message, path, at }) => problem(message, path, locate((at === 'key' ? keyRange : valueRange)(root, path)))),
  ];
  const checked = sweep.combinations.map((values) => checkRun(text, root, values, locate));
  const problems = [...ownProblems, ...mergeProblems(checked)];
  if (problems.length > 0) return failed(problems);
  const runs = checked.map(({ experiment, ...run }) => ({ ...run, experiment: experiment! }));
  return { experiment: runs[0]!.experiment, runs, name: writtenName(root) ?? 'experiment', problems };
}

function writtenName(root: Node): string | undefined {
  const name: unknown = findNodeAtLocation(root, ['name'])?.value;
  return typeof name === 'string' ? name : undefined;
}

function failed(problems: Problem[]): ParsedExperiment {
  return { experiment: null, runs: [], name: '', problems };
}

type CheckedRun = Omit<DescribedRun, 'experiment'> & { experiment: Experiment | null; problems: Problem[] };

function checkRun(text: string, written: Node, values: SweepValues, locate: Locator): CheckedRun {
  const runText = values.size === 0 && !findNodeAtLocation(written, [SWEEP_KEY]) ? text : expandText(text, values);
  const root = runText === text ? written : parseTree(runText, [], { allowTrailingComma: true })!;
  const scope: Scope = { root, place: (path, what) => locate(rangeInFile(written, values, path, what)) };
  const checked = experimentSchema.safeParse(getNodeValue(root));
  const problems = (checked.error?.issues ?? []).flatMap((issue) => toProblems(issue, scope));
  if (checked.success && trainsNothing(checked.data))
    problems.push(problem(trainsNothingMessage(checked.data.strategy), ['strategy'], scope.place(['strategy'], 'value')));
  return { experiment: checked.success ? checked.data : null, text: runText, values, problems };
}

/** Where in the file a value of a run was written: in the sweep, or where it stands for every run. */
function rangeInFile(written: Node, values: SweepValues, path: JSONPath, what: 'key' | 'value'): Range {
  const swept = [...values.keys()].find((each) => `${path.join('.')}.`.startsWith(`${each}.`));
  if (swept === undefined) return what === 'key' ? keyRange(written, path) : valueRange(written, path);
  const list = (findNodeAtLocation(written, [SWEEP_KEY, swept])?.children ?? []).map((node) => JSON.stringify(getNodeValue(node)));
  const value = [SWEEP_KEY, swept, list.indexOf(JSON.stringify(values.get(swept)))];
  const inside = [...value, ...path.slice(swept.split('.').length)];
  const node = findNodeAtLocation(written, inside);
  if (node) return what === 'key' ? keyRange(written, inside) : node;
  return findNodeAtLocation(written, value) ?? keyRange(written, [SWEEP_KEY, swept]);
}

/** What is wrong in every run is said once; what is wrong in some of them, with the first of those. */
function mergeProblems(runs: readonly CheckedRun[]): Problem[] {
  const found = new Map<string, { problem: Problem; label: string; count: number }>();
  for (const { problems, values } of runs) {
    for (const each of problems) {
      const key = `${each.line}:${each.column}:${each.message}`;
      const known = found.get(key) ?? { problem: each, label: sweepLabel(values), count: 0 };
      found.set(key, { ...known, count: known.count + 1 });
    }
  }
  return [...found.values()].map(({ problem: each, label, count }) =>
    count === runs.length ? each : { ...each, message: `${each.message} (with ${label})` },
  );
}

/**
 * As `parseExperiment`, for callers that need its one run.
 * @throws AppError `experiment-invalid` with the first problem's place, and all problems in its details; also for a sweep of several
 */
export function requireExperiment(text: string, file = 'experiment'): Experiment {
  const { runs } = requireRuns(text, file);
  if (runs.length === 1) return runs[0]!.experiment;
  throw new AppError('experiment-invalid', `${file}: expected one run, got a sweep of ${runs.length}; start it as a sweep`);
}

/**
 * As `parseExperiment`, for callers that need the runs.
 * @throws AppError `experiment-invalid` with the first problem's place, and all problems in its details
 */
export function requireRuns(text: string, file = 'experiment'): Pick<ParsedExperiment, 'name' | 'runs'> {
  const { name, runs, problems } = parseExperiment(text);
  if (runs.length > 0) return { name, runs };
  const first = problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const { line, column } = first;
  throw new AppError('experiment-invalid', `${file}:${line}:${column}: ${first.message}${more}`, {
    position: { file, line, column },
    problems,
  });
}

/** Whether an experiment file says something itself, where it would otherwise have a default. */
export function isWritten(text: string, path: JSONPath): boolean {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root !== undefined && findNodeAtLocation(root, path) !== undefined;
}

/** `enc` and `proj` freeze the language model; without an encoder nothing is left. */
function trainsNothing({ strategy, integration }: Experiment): boolean {
  return (strategy === 'enc' || strategy === 'proj') && !usesEncoder(integration);
}

function syntaxMessage(error: ParseError): string {
  const words = printParseErrorCode(error.error).replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.toLowerCase();
}

function whole(text: string): Range {
  return { offset: 0, length: text.length };
}

/** One experiment as it is checked, and where in the file its parts stand. */
interface Scope {
  readonly root: Node;
  place(path: JSONPath, what: 'key' | 'value'): ReturnType<Locator>;
}

function toProblems(issue: z.core.$ZodIssue, scope: Scope): Problem[] {
  const path = issue.path as JSONPath;
  if (issue.code === 'invalid_union') return unionProblems(issue, scope);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], scope));
  return [problem(issueMessage(issue, scope.root), path, scope.place(path, 'value'))];
}

/** What is wrong by the alternative that was meant: the one that the value has the type of. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, scope: Scope): Problem[] {
  const meant =
    issue.errors.find((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)) ?? issue.errors[0]!;
  return meant.flatMap((inner) => toProblems({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, scope));
}

function issueMessage(issue: z.core.$ZodIssue, root: Node): string {
  const name = issue.path.join('.');
  const node = findNodeAtLocation(root, issue.path as JSONPath);
  if (!node && issue.code === 'invalid_type') return `${name}: missing; every experiment must name it`;
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  if (issue.code === 'custom') return message;
  const given = node && node.type !== 'object' && node.type !== 'array' ? `, got ${JSON.stringify(getNodeValue(node))}` : '';
  return `${name === '' ? 'experiment' : name}: ${message.replace(/, received .*$/, '')}${given}${valueAdvice(issue, node)}`;
}

/** The value of a closed set that a misspelt one resembles. */
function valueAdvice(issue: z.core.$ZodIssue, node: Node | undefined): string {
  if (node?.type !== 'string') return '';
  const near = nearestName(String(getNodeValue(node)), allowedValues(issue));
  return near ? `; did you mean "${near}"?` : '';
}

function allowedValues(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(allowedValues) : [];
}

function unknownKey(path: JSONPath, scope: Scope): Problem {
  const parent = path.slice(0, -1);
  const known = knownKeys(parent);
  const near = nearestName(String(path.at(-1)), known);
  const listed = known.slice(0, MAX_SHOWN_KEYS).join(', ');
  const advice = near ? `did you mean "${near}"?` : `known here: ${listed}${known.length > MAX_SHOWN_KEYS ? ', ...' : ''}`;
  const where = parent.length > 0 ? ` in ${parent.join('.')}` : '';
  return problem(`unknown key "${path.at(-1)}"${where}; ${advice}`, path, scope.place(path, 'key'));
}

function knownKeys(path: JSONPath): string[] {
  let schema: JsonSchema | undefined = experimentFileJsonSchema();
  for (const segment of path) schema = withProperties(schema?.properties?.[String(segment)]);
  return Object.keys(schema?.properties ?? {}).filter((key) => key !== '$schema');
}

/** The object among the alternatives of a value that may also be null. */
function withProperties(schema: JsonSchema | undefined): JsonSchema | undefined {
  return schema?.anyOf?.find(({ properties }) => properties) ?? schema;
}

/** The place of the key of a property. */
function keyRange(root: Node, path: JSONPath): Range {
  const property = findNodeAtLocation(root, path)?.parent;
  return property?.children?.[0] ?? root;
}

/** The place of a value, or of the nearest thing around it that is written in the file. */
function valueRange(root: Node, path: JSONPath): Range {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (!node) continue;
    return length === path.length ? node : keyRange(root, path.slice(0, length));
  }
  return { offset: root.offset, length: 1 };
}

function findDuplicateKeys(node: Node, path: JSONPath): { path: JSONPath; node: Node }[] {
  const found: { path: JSONPath; node: Node }[] = [];
  const seen = new Set<string>();
  for (const property of node.type === 'object' ? (node.children ?? []) : []) {
    const [key, value] = property.children ?? [];
    if (!key) continue;
    const name = key.value as string;
    if (seen.has(name)) found.push({ path: [...path, name], node: key });
    seen.add(name);
    if (value) found.push(...findDuplicateKeys(value, [...path, name]));
  }
  return found;
}

type Locator = (range: Range) => Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'>;

function createLocator(text: string): Locator {
  const position = (offset: number) => {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    return { line: before.length, column: before.at(-1)!.length + 1 };
  };
  return ({ offset, length }) => {
    const start = position(offset);
    const end = position(offset + length);
    return { ...start, endLine: end.line, endColumn: end.column };
  };
}

function problem(message: string, path: JSONPath, place: ReturnType<Locator>): Problem {
  return { message, severity: 'error', path: path.join('.'), ...place };
}
