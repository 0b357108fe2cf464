import type { ReproducedColumn } from '../../src-shared/reproduction.ts';
import type { RunDetail } from '../../src-shared/run.ts';

/** A column and what a finished run has to say in it; undefined: nothing. */
export interface RunColumn extends ReproducedColumn {
  valueOf(run: RunDetail, row: { readonly requestLength?: number | undefined }): number | string | undefined;
}

/** The value of a metric of the run. */
export function metric(name: string, label: string, format: ReproducedColumn['format'] = 'share'): RunColumn {
  return { key: name, label, format, valueOf: (run) => run.metrics[name]?.value };
}

/** The one answer that a favourite category has is right or wrong: its accuracy is Recall@1. */
const FIRST: RunColumn = {
  key: 'recall@1',
  label: 'Recall@1',
  format: 'share',
  valueOf: ({ metrics }) => (metrics['recall@1'] ?? metrics['accuracy'])?.value,
};
export const RECALLS = [FIRST, ...[5, 10].map((k) => metric(`recall@${k}`, `Recall@${k}`))];
export const CONSTRAINED = metric('constrained.recall@10', 'Recall@10, catalogue only');
export const FUSED = metric('fused.hr@10', 'HR@10, fused');
export const TEST_LOSS = metric('testLoss', 'Test loss', 'number');
export const ROUGE = metric('rougeLsum', 'ROUGE-Lsum', 'score');

export const TRAINABLE: RunColumn = {
  key: 'parameters.trainable',
  label: 'Trained parameters',
  format: 'count',
  valueOf: (run) => run.parameters?.trainable,
};

/** What one request costs: with the history as text where the run prompts it, else with the user's embeddings. */
function request(key: 'tokensPerRequest' | 'flops' | 'millisecondsPerRequest', label: string, format: 'count' | 'number'): RunColumn {
  return {
    key: `request.${key}`,
    label,
    format,
    valueOf: (run, { requestLength }) => {
      const { kind } = run.config.integration as { kind: string };
      const method = kind === 'text-prompt' || kind === 'text-summary' ? kind : 'embedding';
      return run.efficiency.find((point) => point.method === method && point.historyLength === requestLength)?.[key];
    },
  };
}

export const TOKENS = request('tokensPerRequest', 'Tokens of the language model', 'number');
export const FLOPS = request('flops', 'FLOPs', 'count');
export const MILLISECONDS = request('millisecondsPerRequest', 'ms a request', 'number');

/** How many times as many tokens a text prompt of the same events has: equal to the ratio of 6ND operations. */
export const TEXT_RATIO: RunColumn = {
  key: 'request.textRatio',
  label: 'Text prompt / embeddings',
  format: 'number',
  valueOf: (run, { requestLength }) => {
    const flopsOf = (method: string) =>
      run.efficiency.find((point) => point.method === method && point.historyLength === requestLength)?.flops;
    const [text, embedding] = [flopsOf('text-prompt'), flopsOf('embedding')];
    return text && embedding ? text / embedding : undefined;
  },
};

export function gateColumn(layer: number): RunColumn {
  return {
    key: `gate.${layer}`,
    label: `Layer ${layer}`,
    format: 'number',
    valueOf: (run) => run.gates.find((gate) => gate.layer === layer)?.value,
  };
}

export const RETENTION = [
  metric('retention.basePerplexity', 'Perplexity before', 'number'),
  metric('retention.perplexity', 'Perplexity after', 'number'),
  metric('retention.kl', 'KL divergence', 'number'),
  metric('retention.top1', 'Top-1 agreement'),
  metric('retention.perplexity.userOff', 'Perplexity after, user off', 'number'),
  metric('retention.top1.userOff', 'Top-1 agreement, user off'),
];
