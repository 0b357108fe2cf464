import { type Experiment, type LanguageModelConfig, usesEncoder } from '../../src-shared/experiment.ts';
import type { Stage, StageName } from '../../src-shared/run.ts';

/** Stages that an experiment needs, in order: pretraining that nothing would use, or of no steps, is left out. */
export function neededStages({ encoder, integration, languageModel }: Experiment): StageName[] {
  const pretrained = usesEncoder(integration) && encoder.init === 'pretrained' && encoder.pretraining.steps > 0;
  const names: (StageName | false)[] = [
    pretrained && 'pretrain-encoder',
    scratchSteps(languageModel) > 0 && 'pretrain-language-model',
    'finetune',
    'evaluate',
  ];
  return names.filter((name) => name !== false);
}

/** A pretrained language model is not pretrained again. */
function scratchSteps(languageModel: LanguageModelConfig): number {
  return typeof languageModel === 'string' ? 0 : languageModel.pretraining.steps;
}

function stepsOf(name: StageName, experiment: Experiment, users: number): number {
  const steps: Record<StageName, number> = {
    'pretrain-encoder': experiment.encoder.pretraining.steps,
    'pretrain-language-model': scratchSteps(experiment.languageModel),
    finetune: experiment.training.steps,
    evaluate: Math.min(experiment.evaluation.users, users),
  };
  return steps[name];
}

/**
 * The stages of a new run, all pending.
 * @param users of the dataset
 */
export function initialStages(experiment: Experiment, users: number): Stage[] {
  return neededStages(experiment).map((name) => ({
    name,
    status: 'pending',
    steps: stepsOf(name, experiment, users),
    stepsDone: 0,
    seconds: 0,
    finalLoss: null,
  }));
}
