import { existsSync, readFileSync } from 'node:fs';
import { type ParseError, parse } from 'jsonc-parser';
import { type DatasetFormat, datasetFormatSchema, type TableMapping, tableMappingSchema } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';

/** Options of `userllm import` beside the name. */
export interface ImportChoices {
  format?: string;
  map?: string;
}

/** @throws AppError `usage` */
export function parseImportChoices({ format, map }: ImportChoices): { format: DatasetFormat | null; mapping: TableMapping | null } {
  const mapping = map === undefined ? null : parseMapping(map);
  if (format === undefined) return { format: mapping ? 'table' : null, mapping };
  const parsed = datasetFormatSchema.safeParse(format);
  if (parsed.success) return { format: parsed.data, mapping };
  throw new AppError('usage', `import: expected --format ${datasetFormatSchema.options.join(', ')}, got "${format}"`);
}

/** A JSON file (comments allowed), or pairs such as `user=userId,item=asin,time=date,features=device+country`. */
function parseMapping(text: string): TableMapping {
  const value = existsSync(text) ? readMapping(text) : parsePairs(text);
  const parsed = tableMappingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue!.path.join('.');
  throw new AppError('usage', `import: --map ${where === '' ? '' : `"${where}": `}${issue!.message}; see "userllm import --help"`);
}

function readMapping(path: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(readFileSync(path, 'utf8'), errors, { allowTrailingComma: true });
  if (errors.length === 0) return value;
  throw new AppError('usage', `import: expected --map to be a JSON file, got something else in ${path}; check it in an editor`);
}

const LISTS = new Set(['texts', 'features']);

function parsePairs(text: string): Record<string, unknown> {
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new AppError('usage', `import: expected --map <file> or pairs like user=<column>,item=<column>, got "${pair}"`);
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    return [name, LISTS.has(name) ? value.split('+') : value];
  });
  return Object.fromEntries(pairs) as Record<string, unknown>;
}
