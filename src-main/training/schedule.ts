export interface Schedule {
  /** Optimiser steps in all. */
  readonly steps: number;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Share of the steps (0 to 1) during which the rate rises. */
  readonly warmup: number;
}

/**
 * Learning rate of one update: linear warm-up to the peak, then half a cosine down to 0 (Loshchilov and Hutter 2017, equation 5,
 * without restarts). With w = round(warmup * steps):
 * rate(s) = peak (s + 1) / w for s < w, else peak (1 + cos(pi (s - w) / (steps - w))) / 2.
 * @param step updates done before this one, from 0
 */
export function learningRateAt(step: number, schedule: Schedule): number {
  const warmupSteps = Math.round(schedule.warmup * schedule.steps);
  if (step < warmupSteps) return (schedule.learningRate * (step + 1)) / warmupSteps;
  if (step >= schedule.steps) return 0;
  const progress = (step - warmupSteps) / (schedule.steps - warmupSteps);
  return (schedule.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
