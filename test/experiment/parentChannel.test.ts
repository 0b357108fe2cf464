import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectToParent } from '../../src-main/experiment/parentChannel.ts';

afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(process, 'parentPort');
});

describe('connectToParent', () => {
  it('speaks through the port of an Electron utility process where there is one', async () => {
    const sent: unknown[] = [];
    const listeners: ((event: { data: unknown }) => void)[] = [];
    const port = {
      postMessage: (message: unknown) => sent.push(message),
      on: (_: 'message', listener: (event: { data: unknown }) => void) => listeners.push(listener),
    };
    Object.assign(process, { parentPort: port });
    const parent = connectToParent();
    const received: unknown[] = [];
    parent.onMessage((message) => received.push(message));
    await parent.send({ type: 'done' });
    for (const listener of listeners) listener({ data: { type: 'stop' } });
    expect({ sent, received }).toEqual({ sent: [{ type: 'done' }], received: [{ type: 'stop' }] });
  });

  it('goes on without a parent', async () => {
    vi.spyOn(process, 'connected', 'get').mockReturnValue(false);
    await expect(connectToParent().send({ type: 'changed' })).resolves.toBeUndefined();
  });
});
