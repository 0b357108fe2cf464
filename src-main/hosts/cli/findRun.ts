import { AppError } from '../../../src-shared/errors.ts';
import type { RunSummary } from '../../../src-shared/run.ts';
import type { Session } from './session.ts';

/**
 * A run as a person names it: by its id, the start of its id, its name (the newest of that name), or `latest`.
 * @throws AppError `run-not-found`, `input-invalid` when several ids begin like that
 */
export async function findRun({ client }: Session, reference: string): Promise<RunSummary> {
  const newestFirst = await client.call('runs.list', {});
  const exact = newestFirst.find((run) => run.id === reference) ?? newestFirst.find((run) => run.name === reference);
  if (exact) return exact;
  if (reference === 'latest' && newestFirst[0]) return newestFirst[0];
  const [first, second] = newestFirst.filter((run) => run.id.startsWith(reference));
  if (!first)
    throw new AppError('run-not-found', `run "${reference}": there is no such run in this workspace; \`userllm runs\` lists them`);
  if (second)
    throw new AppError('input-invalid', `run "${reference}": several ids begin like that (${first.id}, ${second.id}); write more of it`);
  return first;
}
