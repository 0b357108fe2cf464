import type { BackendApi, BackendEvent } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Estimate, EstimateStatus } from '../../src-shared/estimate.ts';
import type { StageName } from '../../src-shared/run.ts';

const STAGES: readonly StageName[] = ['pretrain-encoder', 'pretrain-language-model', 'finetune', 'evaluate'];
const STAGE_MS = 150;

export interface FakeEstimates {
  api: Pick<BackendApi, 'experiments.estimate' | 'experiments.measure' | 'experiments.cancelMeasuring'>;
  /** Keys in the order in which they were measured. */
  readonly measured: string[];
  /** What keeps it from being measured unasked. */
  onRequest: EstimateStatus['onRequest'];
}

/** Estimates whose time grows with the steps of fine-tuning; experiments of equal sizes of the encoder are measured alike. */
export function createFakeEstimates(emit: (event: BackendEvent) => void): FakeEstimates {
  const measured: string[] = [];
  const cancelled = new Set<string>();
  const numberAfter = (text: string, key: string) => Number(new RegExp(`"${key}": (\\d+)`).exec(text)?.[1] ?? 0);
  const keyOf = (text: string) => `encoder-${numberAfter(text, 'dModel')}`;
  const statusOf = (text: string): EstimateStatus => {
    const key = keyOf(text);
    const isKnown = measured.includes(key);
    return { key, estimate: isKnown ? estimateOf(text) : null, measuring: false, onRequest: isKnown ? null : fake.onRequest };
  };
  const estimateOf = (text: string): Estimate => {
    const steps = Number(/"training":\s*\{[^}]*"steps": (\d+)/.exec(text)?.[1] ?? 300);
    const stages = STAGES.map((name, at) => ({
      name,
      seconds: name === 'finetune' ? steps / 4 : at === 0 ? 0 : 41,
      memoryBytes: (0.4 + at * 0.2) * 2 ** 30,
      reused: at === 0,
    }));
    const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 1.4);
    return { stages, preparationSeconds: 1.4, seconds, memoryBytes: 2 ** 30, measuredAtMs: Date.now() };
  };
  const fake: FakeEstimates = {
    measured,
    onRequest: null,
    api: {
      'experiments.estimate': async ({ text }) => statusOf(text),
      'experiments.measure': async ({ text }) => {
        const key = keyOf(text);
        cancelled.delete(key);
        for (const stage of STAGES) {
          emit({ name: 'estimate.progress', payload: { key, stage } });
          await new Promise((resolve) => setTimeout(resolve, STAGE_MS));
          if (cancelled.has(key)) throw new AppError('cancelled', 'estimate: the measurement was ended');
        }
        measured.push(key);
        emit({ name: 'estimate.progress', payload: { key, stage: null } });
        return statusOf(text);
      },
      'experiments.cancelMeasuring': async ({ key }) => {
        cancelled.add(key);
        return {};
      },
    },
  };
  return fake;
}
