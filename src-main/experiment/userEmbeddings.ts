import { createHash } from 'node:crypto';
import { type HostTensor, type HostTensors, ints } from '../engine/engine.ts';
import { encodeUser, type UserEncoderShape, userSlots } from '../model/userEncoder/userEncoder.ts';
import type { Workspace } from '../store/workspace.ts';
import type { LoadedModel } from './loadedModel.ts';

/**
 * A user's embeddings as a decoding session takes them: `embeddings` [1, slots, width] and `embeddings.mask`. Kept in the workspace, so that
 * the encoder runs once for a run, a user and a history.
 * @param history `history.*` of one user
 */
export async function userEmbeddings(
  workspace: Workspace,
  model: LoadedModel,
  user: { readonly runId: string; readonly userId: number },
  history: HostTensors,
): Promise<HostTensors> {
  const key = { ...user, historyFingerprint: fingerprintOf(history) };
  const known = workspace.embeddings.get(key);
  const embeddings = known ?? (await encode(model, history));
  if (!known) workspace.embeddings.set(key, embeddings);
  return { embeddings, 'embeddings.mask': slotMask(model.shape.user!.encoder, history['history.mask']!) };
}

/** The mask of `encodeUser`, which does not depend on its parameters. */
function slotMask(encoder: UserEncoderShape, mask: HostTensor): HostTensor {
  if (encoder.architecture !== 'dual') return mask;
  const slots = userSlots(encoder);
  return ints(new Int32Array(slots).fill(mask.data.some((event) => event !== 0) ? 1 : 0), [1, slots]);
}

async function encode({ engine, parameters, shape }: LoadedModel, history: HostTensors): Promise<HostTensor> {
  const { encoder } = shape.user!;
  const inputs = { ...parameters, ...history };
  const specs = Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const key = `userEmbeddings ${JSON.stringify(encoder)}`;
  const program = await engine.compile((x) => ({ embeddings: encodeUser(x, encoder, x).embeddings }), { key, inputs: specs });
  return (await program.run(inputs)).host['embeddings']!;
}

/** SHA-256 (hex) over names, shapes and values. */
function fingerprintOf(history: HostTensors): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(history).sort()) {
    const { shape, data } = history[name]!;
    hash.update(`${name} ${shape.join()}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
