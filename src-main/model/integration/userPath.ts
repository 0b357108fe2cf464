import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { addCrossAttention, attendsUser, type CrossAttentionShape, type UserContext } from './crossAttention.ts';
import { dropPrefix, joinPrefix, type SoftPrefix } from './softPrompt.ts';

/** The user's side of a forward pass: something to attend to, or vectors before the text. */
export type UserPath =
  | { readonly kind: 'cross-attention'; readonly shape: CrossAttentionShape; readonly context: UserContext }
  | { readonly kind: 'soft-prompt'; readonly prefix: SoftPrefix };

/** What cross-attention adds between the self-attention and the feed-forward part of a layer. */
export function addUser(parameters: Tensors, layer: number, x: Tensor, user: UserPath | null): Tensor {
  if (user?.kind !== 'cross-attention' || !attendsUser(user.shape, layer)) return x;
  return addCrossAttention(parameters, user.shape, layer, x, user.context);
}

/** The embedded text [batch, length, dModel], with a soft prompt's vectors before it. */
export function beginText(text: Tensor, user: UserPath | null): Tensor {
  return user?.kind === 'soft-prompt' ? joinPrefix(text, user.prefix) : text;
}

/** The hidden states of the text's own `length` tokens. */
export function endText(hidden: Tensor, length: number, user: UserPath | null): Tensor {
  return user?.kind === 'soft-prompt' ? dropPrefix(hidden, user.prefix, length) : hidden;
}
