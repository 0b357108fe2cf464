import type { Estimate } from '../../../src-shared/estimate.ts';
import type { SweepPreview } from '../../../src-shared/sweep.ts';

/** Every run of a sweep taken as long as the first, but a pretraining stage as often as it is trained. */
export function sweepSeconds({ stages, preparationSeconds }: Estimate, { runs, pretraining }: SweepPreview): number {
  const timesOf = (name: string) => pretraining.find(({ stage }) => stage === name)?.trainings ?? runs.length;
  return stages.reduce((sum, { name, seconds }) => sum + timesOf(name) * seconds, runs.length * preparationSeconds);
}
