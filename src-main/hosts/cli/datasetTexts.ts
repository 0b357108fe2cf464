import { type DatasetReport, type DatasetSummary, paperCounts, type RejectionGroup, sparsityOf } from '../../../src-shared/dataset.ts';
import { formatCount, formatDate } from './numbers.ts';
import { formatPairs, formatTable } from './table.ts';

const SHOWN_REJECTIONS = 10;
const right = (title: string) => ({ title, align: 'right' as const });

/** The first rows that were not kept. */
export function rejectionsText({ rejected, rejections }: DatasetSummary): string {
  if (rejected === 0) return '';
  const shown = rejections.slice(0, SHOWN_REJECTIONS).map(({ file, line, reason }) => `  ${file}:${line}: ${reason}\n`);
  const more = rejected > shown.length ? `  ... and ${formatCount(rejected - shown.length)} more\n` : '';
  return `Not kept: ${formatCount(rejected)} rows\n${shown.join('')}${more}`;
}

/** Everything that is known of a dataset, or of a view of it. */
export function reportText(report: DatasetReport): string {
  const parts = [factsText(report), examplesText(report), minEventsText(report), groupsText(report.summary, report.rejectionGroups)];
  return parts.filter((part) => part !== '').join('\n');
}

function factsText(report: DatasetReport): string {
  const { name, format, users, items, events, features, fingerprint, sourcePath } = report.summary;
  const { min, p25, median, p75, p95, max } = mapValues(report.eventsPerUserQuantiles, formatQuantile);
  const { sameItem, sameItemAndTime } = report.duplicates;
  return formatPairs([
    ['Dataset', name],
    ['Format', format],
    ['Source', sourcePath],
    ['Users', formatCount(users)],
    ['Items', `${formatCount(items)}, ${formatCount(report.itemsWithEvents)} of them with events`],
    ['Events', formatCount(events)],
    ['Events per user', `median ${median}, quartiles ${p25} and ${p75}, 95 % up to ${p95}, from ${min} to ${max}`],
    ['Repeated', `${formatCount(sameItem)} events on an item met before, ${formatCount(sameItemAndTime)} of them at the same time`],
    ['Sparsity', `${(100 * sparsityOf(report)).toFixed(2)} %`],
    ['Time', `${formatDate(report.firstEventAtMs)} to ${formatDate(report.lastEventAtMs)}`],
    ['Features', features.map((feature) => `${feature.name} (${formatCount(feature.vocabularySize)} values)`).join(', ')],
    ['Fingerprint', fingerprint],
    ...(report.sameContent.length > 0 ? [['Same content', report.sameContent.join(', ')] as const] : []),
  ]);
}

function formatQuantile(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function mapValues<Key extends string>(values: Record<Key, number>, format: (value: number) => string): Record<Key, string> {
  return Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, format(value)])) as Record<Key, string>;
}

function examplesText({ trainingExamples }: DatasetReport): string {
  const rows = trainingExamples.map((row) => [String(row.historyLength), formatCount(row.examples), formatCount(row.users)]);
  return `Training examples with a full history before the label\n${formatTable([right('History'), right('Examples'), right('Users')], rows)}`;
}

/** Counts by minimum number of events, and below them those of the paper's Table 1. */
function minEventsText({ summary, minEvents }: DatasetReport): string {
  const counts = (row: { users: number; items: number; examples: number }) => [row.users, row.items, row.examples].map(formatCount);
  const own = minEvents.map((row) => [`at least ${row.minEvents} events`, ...counts({ ...row, items: row.itemsWithEvents })]);
  const paper = paperCounts(summary).map((row) => [`paper: ${row.dataset}`, ...counts(row)]);
  const table = formatTable([{ title: 'Users with' }, right('Users'), right('Items met'), right('Examples, N = 50')], [...own, ...paper]);
  return `Beside Table 1 of the paper, whose items are the whole catalogue, PAD and OOV (here ${formatCount(summary.items + 2)})\n${table}`;
}

function groupsText({ rejected }: DatasetSummary, groups: readonly RejectionGroup[]): string {
  if (groups.length === 0) return '';
  const rows = groups.map(({ reason, count, examples }) => {
    const places = examples.map(({ file, line }) => `${file}:${line}`).join(', ');
    return [formatCount(count), reason, count > examples.length ? `${places}, ...` : places];
  });
  return `Not kept: ${formatCount(rejected)} rows\n${formatTable([right('Rows'), { title: 'Reason' }, { title: 'Where' }], rows)}`;
}
