import type { Experiment } from '../../src-shared/experiment.ts';
import type { MetricValue } from '../../src-shared/run.ts';
import { bootstrapInterval } from '../evaluation/statistics.ts';

/** Metrics by the value of each test user, in the order of the test examples. */
export type UserValues = Record<string, ArrayLike<number>>;
export type Metrics = Record<string, MetricValue>;

/** The mean of each metric over the users with its bootstrap interval. */
export function summarise(values: UserValues, { seed, evaluation }: Experiment): Metrics {
  return Object.fromEntries(
    Object.entries(values).map(([name, ofUsers]) => [name, bootstrapInterval(ofUsers, evaluation.bootstrap, seed)]),
  );
}
