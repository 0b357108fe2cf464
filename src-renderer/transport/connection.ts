import type { BackendEvent, Method, MethodInput, MethodOutput } from '../../src-shared/contract.ts';
import { type Port, RpcClient } from '../../src-shared/protocol.ts';

export type ConnectionState = 'connecting' | 'connected' | 'lost';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;

/**
 * One lasting connection to the backend over ports that come and go. Calls made while there is no port wait for the next
 * one; calls in flight when a port closes fail. Events missed in between are sent again by the backend (`RpcClient`
 * resume); when it has forgotten them, `onReset` listeners read everything anew.
 */
export class Connection {
  private client: RpcClient | null = null;
  private waiting: ((client: RpcClient) => void)[] = [];
  private readonly eventListeners = new Set<(event: BackendEvent) => void>();
  private readonly resetListeners = new Set<() => void>();
  private readonly stateListeners = new Set<() => void>();
  private resume: { session: string | null; sequence: number } = { session: null, sequence: 0 };
  state: ConnectionState = 'connecting';

  /** Speaks over `port` from now on. `onClosed` runs when it closes and nothing has replaced it. */
  attach(port: Port, onClosed: () => void = () => undefined): void {
    // The new port may be here before the end of the old one is.
    if (this.client) this.resume = { session: this.client.session, sequence: this.client.sequence };
    const client = new RpcClient(port, this.resume);
    this.client = client;
    client.onEvent((event) => {
      for (const listener of this.eventListeners) listener(event);
    });
    client.onReset(() => {
      for (const listener of this.resetListeners) listener();
    });
    port.onClose(() => {
      if (this.client !== client) return;
      this.resume = { session: client.session, sequence: client.sequence };
      this.client = null;
      this.setState('lost');
      onClosed();
    });
    this.setState('connected');
    for (const resolve of this.waiting.splice(0)) resolve(client);
  }

  /** Opens ports with `open` for ever: after every loss again, waiting longer after each failure. */
  keepOpen(open: () => Promise<Port>): void {
    let retryMs = FIRST_RETRY_MS;
    const attempt = () => {
      open().then(
        (port) => {
          retryMs = FIRST_RETRY_MS;
          this.attach(port, attempt);
        },
        () => {
          this.setState('lost');
          setTimeout(attempt, retryMs);
          retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        },
      );
    };
    attempt();
  }

  async call<M extends Method>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    const client = this.client ?? (await new Promise<RpcClient>((resolve) => this.waiting.push(resolve)));
    return client.call(method, input);
  }

  onEvent(listener: (event: BackendEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  onReset(listener: () => void): () => void {
    this.resetListeners.add(listener);
    return () => this.resetListeners.delete(listener);
  }

  onStateChange(listener: () => void): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  private setState(state: ConnectionState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}
