import type { Port } from '../../src-shared/protocol.ts';

/** Two ends of a pipe within this process: what one sends, the other receives in a later turn. */
export function createLocalPorts(): [Port, Port] {
  const left = new LocalPort();
  const right = new LocalPort();
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class LocalPort implements Port {
  peer: LocalPort | null = null;
  private readonly messageListeners: ((message: unknown) => void)[] = [];
  private readonly closeListeners: (() => void)[] = [];

  send(message: unknown): void {
    const { peer } = this;
    if (peer) queueMicrotask(() => peer.deliver(message));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.messageListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  close(): void {
    const { peer } = this;
    if (!peer) return;
    this.peer = null;
    peer.peer = null;
    for (const port of [this, peer]) for (const listener of port.closeListeners) listener();
  }

  private deliver(message: unknown): void {
    for (const listener of this.messageListeners) listener(message);
  }
}
