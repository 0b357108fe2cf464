import { type Node, parseTree } from 'jsonc-parser';

/** The part of a JSON schema that says what holds where nothing is written. */
export interface SchemaNode {
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
}

/** What an object of a text leaves out, and what holds instead. */
export interface LeftOut {
  /** After the last thing that the object has. */
  readonly offset: number;
  /** Whether the object has anything. */
  readonly isEmpty: boolean;
  readonly values: readonly { readonly key: string; readonly value: unknown; readonly description: string }[];
}

/** Properties that say nothing about what is computed. */
const NOT_SHOWN = new Set(['$schema', 'name']);

/**
 * Of every object in a JSON text with comments: the properties that it leaves out, with their defaults by the schema. Objects that are left out
 * whole are not among them, for each is a list of its own. A text that cannot be read has none.
 */
export function leftOut(text: string, schema: SchemaNode): LeftOut[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root ? objectsOf(root, schema) : [];
}

function objectsOf(node: Node, schema: SchemaNode): LeftOut[] {
  const { properties } = withProperties(schema);
  if (node.type !== 'object' || !properties) return [];
  const written = new Map(
    (node.children ?? []).flatMap(({ children: [key, value] = [] }) => (key && value ? [[String(key.value), value]] : [])),
  );
  const inner = [...written].flatMap(([key, value]) => (properties[key] ? objectsOf(value, properties[key]) : []));
  const values = Object.entries(properties)
    .filter(([key, { default: value }]) => !written.has(key) && !NOT_SHOWN.has(key) && value !== undefined && !isObject(value))
    .map(([key, { default: value, description = '' }]) => ({ key, value, description }))
    // null says that something is off or unlimited: what does something comes first.
    .sort((a, b) => Number(a.value === null) - Number(b.value === null));
  if (values.length === 0) return inner;
  const last = node.children?.at(-1);
  return [...inner, { offset: last ? last.offset + last.length : node.offset + 1, isEmpty: !last, values }];
}

/** Of alternatives the one that is an object. */
function withProperties(schema: SchemaNode): SchemaNode {
  return schema.properties ? schema : (schema.anyOf?.find(({ properties }) => properties) ?? schema);
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters of values beside a line; the rest stands in the hover. */
const MOST_CHARACTERS = 40;

/** `, "prompted": 0` as it would be written, cut after a few. */
export function ghostText({ values, isEmpty }: LeftOut): string {
  let text = '';
  for (const [index, { key, value }] of values.entries()) {
    const next = `${isEmpty && index === 0 ? ' ' : ', '}${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    if (index > 0 && text.length + next.length > MOST_CHARACTERS) return `${text}, …`;
    text += next;
  }
  return isEmpty ? `${text} ` : text;
}

/** Markdown: every value that is left out, with what it means. */
export function ghostTooltip({ values }: LeftOut): string {
  const lines = values.map(({ key, value, description }) => `- \`${key}\`: \`${JSON.stringify(value)}\` ${description}`);
  return `Not written, so the usual values hold:\n\n${lines.join('\n')}`;
}
