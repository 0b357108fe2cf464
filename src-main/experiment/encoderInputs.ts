import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import { floats, type HostTensors, ints } from '../engine/engine.ts';
import { seededUniform } from '../model/parameters.ts';
import { rankedFeatures, type UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { deriveSeed } from '../training/random.ts';

/** What pretraining reads besides histories and labels, by architecture. */
export interface EncoderInputs {
  /** For a training batch: with masked events, and with a fresh draw of wrong answers. `seed` is the batch's own. */
  forTraining(batch: HostTensors, seed: number): HostTensors;
  /** For a held-out batch: nothing is masked but what is to be predicted. */
  forValidation(batch: HostTensors, seed: number): HostTensors;
}

export interface EncoderInputsOptions {
  readonly shape: UserEncoderShape;
  readonly reader: DatasetReader;
  /** Training examples: their labels give the shares that logQ corrects for. */
  readonly train: readonly Example[];
  /** Share of events that a BERT4Rec encoder has to guess. */
  readonly clozeRate: number;
}

export function createEncoderInputs({ shape, reader, train, clozeRate }: EncoderInputsOptions): EncoderInputs {
  const logQ = shape.architecture === 'dual' ? labelLogShares(shape, reader, train) : null;
  const forValidation = (batch: HostTensors, seed: number): HostTensors => ({
    ...batch,
    ...drawnSamples(shape, seed),
    ...(logQ && { 'labels.logQ': lookUp(logQ, batch[`labels.${shape.dual!.labelFeature}`]!) }),
  });
  return {
    forValidation,
    forTraining: (batch, seed) => ({
      ...forValidation(batch, seed),
      ...(shape.architecture === 'bert4rec' && { 'cloze.mask': maskedEvents(batch['history.mask']!, clozeRate, seed) }),
    }),
  };
}

/** int32 `samples.<feature>` [count]: uniform draws from the values of a predicted feature, the same for every row of the batch. */
function drawnSamples({ sampledSoftmax, ...shape }: UserEncoderShape, seed: number): HostTensors {
  if (!sampledSoftmax || shape.architecture === 'dual') return {};
  const predicted = new Set(rankedFeatures(shape));
  const features = shape.features.filter(({ name, vocabularySize }) => predicted.has(name) && vocabularySize > sampledSoftmax);
  return Object.fromEntries(
    features.map(({ name, vocabularySize }) => {
      const uniform = seededUniform(deriveSeed(seed, 'samples', name));
      const draw = () => FIRST_VALUE_ID + Math.floor(uniform() * (vocabularySize - FIRST_VALUE_ID));
      return [`samples.${name}`, ints(Int32Array.from({ length: sampledSoftmax }, draw), [sampledSoftmax])];
    }),
  );
}

function maskedEvents(mask: HostTensors[string], rate: number, seed: number): HostTensors[string] {
  const uniform = seededUniform(deriveSeed(seed, 'cloze'));
  return ints(
    Int32Array.from(mask.data, (isEvent) => (uniform() < rate ? isEvent : 0)),
    mask.shape,
  );
}

/** By id of the label feature the logarithm of its share of the training labels; a value that is no training label counts as met once. */
function labelLogShares({ dual, features }: UserEncoderShape, reader: DatasetReader, train: readonly Example[]): Float32Array {
  const { labelFeature } = dual!;
  const counts = new Float64Array(features.find(({ name }) => name === labelFeature)!.vocabularySize);
  for (const { userId, labelIndex } of train) {
    const timeline = timelineOf(reader, userId);
    const ofEvent = timeline.eventFeatures[labelFeature];
    counts[ofEvent ? ofEvent[labelIndex]! : reader.itemFeature(labelFeature)[timeline.itemIds[labelIndex]!]!]! += 1;
  }
  return Float32Array.from(counts, (count) => Math.log(Math.max(1, count) / Math.max(1, train.length)));
}

function lookUp(values: Float32Array, ids: HostTensors[string]): HostTensors[string] {
  return floats(
    Float32Array.from(ids.data, (id) => values[id]!),
    ids.shape,
  );
}
