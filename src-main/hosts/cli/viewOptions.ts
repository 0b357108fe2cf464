import type { Command } from 'commander';
import { type DatasetView, datasetViewSchema } from '../../../src-shared/datasetView.ts';
import { AppError } from '../../../src-shared/errors.ts';

/** The options of a view, as the command line gives them. */
export interface ViewOptions {
  minEventsPerUser?: string;
  minEventsPerItem?: string;
  from?: string;
  until?: string;
  minRating?: string;
  duplicates?: string;
  sampleUsers?: string;
  sampleSeed?: string;
}

const TEXTS = ['from', 'until', 'duplicates'] as const;
const NUMBERS = ['minEventsPerUser', 'minEventsPerItem', 'minRating', 'sampleUsers', 'sampleSeed'] as const;

/** The same view that an experiment's data section describes. */
export function addViewOptions(command: Command): Command {
  return command
    .option('--min-events-per-user <n>', 'only users with at least so many events')
    .option('--min-events-per-item <n>', 'only events on items with at least so many')
    .option('--from <date>', 'no earlier events, such as 2015-06-30')
    .option('--until <date>', 'no events at or after this date')
    .option('--min-rating <rating>', 'only events rated at least so high')
    .option('--duplicates <how>', 'keep, same-item or same-item-and-time: the first of repeated events')
    .option('--sample-users <n>', 'at most so many users, drawn by --sample-seed')
    .option('--sample-seed <n>', 'equal seeds draw equal users (default: 1)');
}

/** @throws AppError `usage` that names the option */
export function viewFrom(options: ViewOptions): DatasetView {
  const input: Record<string, unknown> = {};
  for (const name of TEXTS) if (options[name] !== undefined) input[name] = options[name];
  for (const name of NUMBERS) if (options[name] !== undefined) input[name] = numberOf(name, options[name]);
  const { data, error } = datasetViewSchema.safeParse(input);
  if (data) return data;
  const issue = error.issues[0]!;
  throw new AppError('usage', `${flagOf(String(issue.path[0]))}: ${issue.message}`);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new AppError('usage', `${flagOf(name)}: expected a number, got "${text}"`);
}

/** minRating -> --min-rating */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
