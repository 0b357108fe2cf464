import { describe, expect, it } from 'vitest';
import { Connection } from '../../../src-renderer/transport/connection.ts';
import type { BackendApi } from '../../../src-shared/contract.ts';
import { EventLog, type Port, serveRpc } from '../../../src-shared/protocol.ts';

/** Two ports that are each other's end; as with real ones, nothing arrives in the turn in which it was sent. */
function createPipe(): [Port, Port] {
  const made = [0, 1].map(() => ({ message: [] as ((m: unknown) => void)[], close: [] as (() => void)[] }));
  const port = (own: number, other: number): Port => ({
    send: (message) =>
      queueMicrotask(() => {
        for (const listener of made[other]!.message) listener(message);
      }),
    onMessage: (listener) => void made[own]!.message.push(listener),
    onClose: (listener) => void made[own]!.close.push(listener),
    close: () => {
      for (const listener of made.flatMap((end) => end.close)) listener();
    },
  });
  return [port(0, 1), port(1, 0)];
}

/** Until everything that is on its way has arrived. */
const arrival = () => new Promise((resolve) => setImmediate(resolve));

/** A backend that was just started, with a port to it. */
function startBackend(session: string): Port {
  const [page, backend] = createPipe();
  serveRpc(backend, {} as BackendApi, new EventLog(session));
  return page;
}

describe('the connection to the backend', () => {
  it.each(['before', 'after'])('reads everything anew when a new backend takes over %s the end of the old one is told', async (order) => {
    const connection = new Connection();
    let resets = 0;
    connection.onReset(() => {
      resets += 1;
    });
    const first = startBackend('first');
    connection.attach(first);
    await arrival();
    expect(resets).toBe(0);
    if (order === 'after') first.close();
    expect(connection.state).toBe(order === 'after' ? 'lost' : 'connected');
    connection.attach(startBackend('second'));
    if (order === 'before') first.close();
    await arrival();
    expect(resets).toBe(1);
    expect(connection.state).toBe('connected');
  });
});
