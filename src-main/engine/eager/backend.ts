import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `body` on a tfjs backend that is already initialised, and puts the previous one back.
 * tfjs has one current backend per process; several engines live side by side by choosing theirs around every synchronous piece of work.
 */
export function withBackend<T>(backend: string, body: () => T): T {
  const previous: string | undefined = tf.getBackend();
  choose(backend);
  try {
    return body();
  } finally {
    if (previous && previous !== backend) choose(previous);
  }
}

// For an initialised backend setBackend does all its work before it returns the promise.
function choose(backend: string): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}
