import { findNodeAtLocation, getNodeValue, type JSONPath, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { AppError } from '../../src-shared/errors.ts';
import { type Experiment, experimentJsonSchema, experimentSchema, type Problem, usesEncoder } from '../../src-shared/experiment.ts';
import { nearestName } from '../store/nearestName.ts';

export interface ParsedExperiment {
  /** The resolved experiment; null when there are errors. */
  experiment: Experiment | null;
  problems: Problem[];
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
    return {
      experiment: null,
      problems: problems.length > 0 ? problems : [problem('not valid JSON: empty file', [], locate(whole(text)))],
    };
  }
  const duplicates = findDuplicateKeys(root, []).map(({ path, node }) =>
    problem(`"${path.at(-1)}" is given twice; keep one of them`, path, locate(node)),
  );
  const checked = experimentSchema.safeParse(getNodeValue(root));
  const problems = [...duplicates, ...(checked.error?.issues ?? []).flatMap((issue) => toProblems(issue, root, locate))];
  if (checked.success && trainsNothing(checked.data))
    problems.push(problem(trainsNothingMessage(checked.data.strategy), ['strategy'], locate(valueRange(root, ['strategy']))));
  return { experiment: checked.success && problems.length === 0 ? checked.data : null, problems };
}

/**
 * As `parseExperiment`, for callers that need the experiment.
 * @throws AppError `experiment-invalid` with the first problem's place, and all problems in its details
 */
export function requireExperiment(text: string, file = 'experiment'): Experiment {
  const { experiment, problems } = parseExperiment(text);
  if (experiment) return experiment;
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

function toProblems(issue: z.core.$ZodIssue, root: Node, locate: Locator): Problem[] {
  const path = issue.path as JSONPath;
  if (issue.code === 'invalid_union') return unionProblems(issue, root, locate);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], root, locate));
  return [problem(issueMessage(issue, root), path, locate(valueRange(root, path)))];
}

/** What is wrong by the alternative that was meant: the one that the value has the type of. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, root: Node, locate: Locator): Problem[] {
  const meant =
    issue.errors.find((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)) ?? issue.errors[0]!;
  return meant.flatMap((inner) => toProblems({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, root, locate));
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

function unknownKey(path: JSONPath, root: Node, locate: Locator): Problem {
  const parent = path.slice(0, -1);
  const known = knownKeys(parent);
  const near = nearestName(String(path.at(-1)), known);
  const listed = known.slice(0, MAX_SHOWN_KEYS).join(', ');
  const advice = near ? `did you mean "${near}"?` : `known here: ${listed}${known.length > MAX_SHOWN_KEYS ? ', ...' : ''}`;
  const where = parent.length > 0 ? ` in ${parent.join('.')}` : '';
  return problem(`unknown key "${path.at(-1)}"${where}; ${advice}`, path, locate(keyRange(root, path)));
}

function knownKeys(path: JSONPath): string[] {
  let schema: JsonSchema | undefined = experimentJsonSchema();
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
