import type { RunDetail } from '../../../src-shared/run.ts';

type Made = Pick<RunDetail, 'datasetFingerprint' | 'environment'>;

/** What a run was made with that another one was not. */
export function changesBetween(before: Made, after: Made): string[] {
  const changes = before.datasetFingerprint === after.datasetFingerprint ? [] : ['the dataset has changed'];
  for (const key of Object.keys(before.environment)) {
    const [was, is] = [before.environment[key], after.environment[key]];
    if (was !== is) changes.push(`${key} was ${was} and is ${is ?? 'missing'}`);
  }
  return changes;
}
