import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import type { RunDetail } from '../../../src-shared/run.ts';

/** The documents that `--json` prints: a stable form for scripts, whatever the contract between processes becomes. */

export function datasetDocument(dataset: DatasetSummary) {
  const { name, format, users, items, events, rejected, rejections, fingerprint, seconds, peakMemoryBytes } = dataset;
  const features = dataset.features.map((feature) => ({ name: feature.name, vocabularySize: feature.vocabularySize }));
  return { name, format, users, items, events, features, rejected, rejections, fingerprint, seconds, peakMemoryBytes };
}

export function runDocument(run: RunDetail) {
  const { id, name, status, reason, config, metrics, parameters, gates } = run;
  const stages = run.stages.map((stage) => ({
    name: stage.name,
    status: stage.status,
    steps: stage.steps,
    seconds: stage.seconds,
    finalLoss: stage.finalLoss,
  }));
  return { id, name, status, reason, config, metrics, parameters, efficiency: efficiencyDocument(run), stages, gates };
}

/** By method, then by history length: what one request costs. */
function efficiencyDocument({ efficiency }: RunDetail) {
  const byMethod: Record<string, Record<string, { tokensPerRequest: number; flops: number; millisecondsPerRequest: number }>> = {};
  for (const { method, historyLength, tokensPerRequest, flops, millisecondsPerRequest } of efficiency) {
    byMethod[method] ??= {};
    byMethod[method][historyLength] = { tokensPerRequest, flops, millisecondsPerRequest };
  }
  return byMethod;
}
