import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocketPort } from '../../src-main/hosts/serve/webSocketPort.ts';
import type { BackendApi, BackendEvent } from '../../src-shared/contract.ts';
import { EventLog, RpcClient, serveRpc } from '../../src-shared/protocol.ts';

/** A socket whose other end reads when the test says so. */
class SocketDouble extends EventEmitter {
  readyState: number = WebSocket.OPEN;
  terminated = false;
  private waiting: { text: string; sent: () => void }[] = [];
  readonly deliver: (message: unknown) => void;

  constructor(deliver: (message: unknown) => void) {
    super();
    this.deliver = deliver;
  }

  get bufferedAmount(): number {
    return this.waiting.reduce((sum, { text }) => sum + text.length, 0);
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  send(text: string, sent: () => void): void {
    this.waiting.push({ text, sent });
  }

  read(): void {
    while (this.waiting.length > 0) {
      const { text, sent } = this.waiting.shift()!;
      this.deliver(JSON.parse(text));
      sent();
    }
  }

  terminate(): void {
    this.terminated = true;
  }
}

function connect(capacity = 5000) {
  const events = new EventLog('session', capacity);
  const toClient: ((message: unknown) => void)[] = [];
  const socket = new SocketDouble((message) => {
    for (const listener of toClient) listener(message);
  });
  const limits = { pauseAbove: 2000, dropAbove: 10_000 };
  const api = { 'settings.get': async () => ({ text: 'x'.repeat(6000) }) } as unknown as BackendApi;
  serveRpc(createWebSocketPort(socket as unknown as WebSocket, limits), api, events);
  const client = new RpcClient({
    send: (message) => socket.emit('message', JSON.stringify(message), false),
    onMessage: (listener) => toClient.push(listener),
    onClose: () => undefined,
    close: () => undefined,
  });
  socket.read();
  const steps: number[] = [];
  client.onEvent((event) => {
    if (event.name === 'run.metrics') steps.push(event.payload.points[0]!.step);
  });
  return { events, socket, client, steps };
}

function metric(step: number): BackendEvent {
  return { name: 'run.metrics', payload: { runId: 'run-0001', points: [{ stage: 'finetune', step, name: 'loss', value: 1 }] } };
}

const upTo = (count: number) => Array.from({ length: count }, (_, step) => step);

describe('a WebSocket port', () => {
  it('holds events back from a client that does not read, and makes up for them when it does', () => {
    const { events, socket, steps } = connect();
    for (let step = 0; step < 500; step++) events.emit(metric(step));
    expect(socket.bufferedAmount).toBeLessThan(2500);
    expect(socket.waitingCount).toBeLessThan(50);
    socket.read();
    expect(steps).toEqual(upTo(500));
    events.emit(metric(500));
    socket.read();
    expect(steps).toEqual(upTo(501));
  });

  it('says so when the events missed are forgotten', () => {
    const { events, socket, client, steps } = connect(10);
    let resets = 0;
    client.onReset(() => {
      resets += 1;
    });
    for (let step = 0; step < 500; step++) events.emit(metric(step));
    socket.read();
    expect(resets).toBe(1);
    expect(steps.length).toBeLessThan(50);
    events.emit(metric(500));
    socket.read();
    expect(steps.at(-1)).toBe(500);
  });

  it('drops a client that asks and asks and never reads', async () => {
    const { socket, client } = connect();
    for (let i = 0; i < 4; i++) client.call('settings.get', {}).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.terminated).toBe(true);
  });

  it('closes a connection that does not speak JSON', () => {
    const { socket } = connect();
    let closed: unknown[] = [];
    Object.assign(socket, {
      close: (...reason: unknown[]) => {
        closed = reason;
      },
    });
    socket.emit('message', 'hello {', false);
    expect(closed).toEqual([1007, 'expected JSON messages']);
  });
});
