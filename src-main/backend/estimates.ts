import type { Plan } from '../../src-shared/contract.ts';
import { AppError, fromErrorData } from '../../src-shared/errors.ts';
import type { Estimate, EstimateStatus } from '../../src-shared/estimate.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { StageName } from '../../src-shared/run.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { pretrainedModel } from '../experiment/languageModels.ts';
import { parseExperiment, requireExperiment } from '../experiment/parse.ts';
import { encoderStageHash, languageModelStageHash, VALIDATION_USERS } from '../experiment/pretraining.ts';
import { keepRates, ratesKey, readRates } from '../experiment/rehearsal/keptRates.ts';
import { estimateRun, optimizerOf, type Rates } from '../experiment/rehearsal/rates.ts';
import { rehearsedSteps } from '../experiment/rehearsal/rehearseStage.ts';
import { encoderShape, scratchShape } from '../experiment/shapes.ts';
import { hasSharedStage } from '../experiment/sharedStages.ts';
import { neededStages } from '../experiment/stages.ts';
import { isWrittenByModel } from '../experiment/summaries.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { removeAbandonedFolders } from '../store/temporary.ts';
import type { BackendContext } from './context.ts';
import { planFor, suitedToDataset } from './experimentChecks.ts';
import { explainExit, type JobProcess } from './jobLauncher.ts';
import { type RehearsalAnswer, type RehearsalRequest, rehearsalAnswerSchema } from './rehearsalMessages.ts';

/** Floating-point operations of a rehearsal that a person is not made to wait for unasked: about half a minute of two cores. */
const CHEAP_FLOPS = 1e12;

interface Measurement {
  readonly key: string;
  readonly job: JobProcess;
  readonly rates: Promise<Rates>;
  fail(error: AppError): void;
}

/** An experiment with everything that its estimate depends on. */
interface Estimated {
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly plan: Plan;
  readonly key: string;
}

/**
 * Estimates of time and memory, from rehearsals on this device that are kept in the workspace. A rehearsal runs in a process of its own; there is
 * one at a time.
 */
export class Estimates {
  private readonly context: BackendContext;
  /** Whether something else computes, so that measuring would be wrong and in the way. */
  private readonly isBusy: () => boolean;
  private current: Measurement | null = null;

  constructor(context: BackendContext, isBusy: () => boolean) {
    this.context = context;
    this.isBusy = isBusy;
  }

  /** What is known without measuring anything. A file with errors has no estimate. */
  async status(text: string): Promise<EstimateStatus> {
    const { experiment, runs } = parseExperiment(text);
    if (!experiment) return { estimate: null, key: null, measuring: false, onRequest: null };
    return this.statusOf(await this.open(experiment, runs[0]!.text));
  }

  /**
   * Measures what is not known yet; joins a measurement of the same kind that is under way.
   * @throws AppError `cancelled`, `job-failed` when the process dies, and whatever the run itself would fail with
   */
  async measure(text: string): Promise<EstimateStatus> {
    const estimated = await this.open(requireExperiment(text), text);
    if (this.current?.key !== estimated.key) this.start(estimated);
    await this.current!.rates;
    return this.statusOf(estimated);
  }

  cancel(key: string): void {
    if (this.current?.key === key) this.stop();
  }

  close(): void {
    this.stop();
  }

  private async open(experiment: Experiment, text: string): Promise<Estimated> {
    const { workspace } = this.context;
    const suited = suitedToDataset(workspace, experiment, text);
    const plan = await planFor(workspace, suited);
    const reader = await openDatasetView(workspace.datasets, suited.dataset, suited.data);
    const modelFingerprint = pretrainedModel(workspace, suited)?.fingerprint ?? null;
    const key = ratesKey({ experiment: suited, datasetFingerprint: reader.summary.fingerprint, modelFingerprint });
    return { experiment: suited, reader, plan, key };
  }

  private statusOf(estimated: Estimated): EstimateStatus {
    const { key, experiment, plan } = estimated;
    const rates = readRates(this.context.workspace, key);
    const reason = this.isBusy() ? 'busy' : isExpensive(experiment, plan) ? 'expensive' : null;
    return {
      key,
      estimate: rates && this.estimate(estimated, rates),
      measuring: this.current?.key === key,
      onRequest: rates ? null : reason,
    };
  }

  private estimate({ experiment, reader, plan }: Estimated, rates: Rates): Estimate {
    const { users, events } = plan.data;
    const testUsers = Math.min(experiment.evaluation.users, users);
    const { steps, batchSize, accumulation } = experiment.training;
    const read = Math.min(steps * batchSize * accumulation, events) + Math.min(VALIDATION_USERS, users) + testUsers;
    const sizes = { testUsers, summarised: isWrittenByModel(experiment) ? read : 0 };
    return estimateRun(experiment, neededStages(experiment), rates, sizes, this.reusedStages(experiment, reader, rates));
  }

  private reusedStages(experiment: Experiment, reader: DatasetReader, { engine, tokenizer }: Rates): Set<StageName> {
    const { workspace } = this.context;
    const between = { engine, experiment, reader, run: { datasetFingerprint: reader.summary.fingerprint }, tokenizerHash: tokenizer.hash };
    const hashes: Partial<Record<StageName, () => string>> = {
      'pretrain-encoder': () => encoderStageHash(between, encoderShape(experiment, reader)),
      'pretrain-language-model': () => languageModelStageHash(between, scratchShape(experiment, tokenizer.vocabularySize)),
    };
    return new Set(neededStages(experiment).filter((name) => hashes[name] && hasSharedStage(workspace, hashes[name]())));
  }

  private start({ key, experiment }: Estimated): void {
    this.stop();
    const { workspace, launcher, emit, guard } = this.context;
    const { promise: rates, resolve, reject } = Promise.withResolvers<Rates>();
    const job = launcher.launch('rehearsal');
    const measurement: Measurement = { key, job, rates, fail: reject };
    this.current = measurement;
    const end = () => {
      if (this.current === measurement) this.current = null;
      emit({ name: 'estimate.progress', payload: { key, stage: null } });
    };
    rates.then(end, end);
    job.onMessage((message) =>
      guard(() => {
        const answer: RehearsalAnswer = rehearsalAnswerSchema.parse(message);
        if (answer.type === 'stage') return emit({ name: 'estimate.progress', payload: { key, stage: answer.name } });
        if (answer.type === 'failed') return reject(fromErrorData(answer.error));
        keepRates(workspace, key, answer.rates);
        resolve(answer.rates);
      }),
    );
    job.onExit((exit) => {
      reject(new AppError('job-failed', `estimate: ${explainExit(exit)}`));
      removeAbandonedFolders(workspace.temporaryPath);
    });
    job.send({ workspacePath: workspace.path, experiment } satisfies RehearsalRequest);
  }

  private stop(): void {
    const { current } = this;
    if (!current) return;
    this.current = null;
    current.fail(new AppError('cancelled', 'estimate: the measurement was ended'));
    current.job.kill();
  }
}

/** Whether a rehearsal would take long. */
function isExpensive(experiment: Experiment, { stages }: Plan): boolean {
  const flops = stages.reduce((sum, stage) => {
    if (stage.steps === 0) return sum;
    if (stage.name === 'evaluate') return sum + (stage.flops / stage.steps) * Math.min(stage.steps, experiment.evaluation.batchSize) * 2;
    const config = optimizerOf(stage.name as Exclude<StageName, 'evaluate'>, experiment);
    return sum + (stage.flops / stage.steps) * rehearsedSteps(config) * 2;
  }, 0);
  return flops > CHEAP_FLOPS;
}
