import { type BackendApi, type BackendEvent, contract, type Method, type MethodInput, type MethodOutput } from './contract.ts';
import { AppError, type ErrorData, fromErrorData, type Result, toErrorData } from './errors.ts';

/**
 * The wire form of the contract. A client that reconnects sends `resume` with the last sequence number it saw and
 * receives every later event, or `reset` when the backend has forgotten them (then it reads its state anew).
 */
export type ClientMessage =
  | { type: 'call'; id: number; method: Method; input: unknown }
  | { type: 'resume'; session: string | null; after: number };
export type ServerMessage =
  | { type: 'answer'; id: number; result: Result<unknown> }
  | { type: 'event'; sequence: number; event: BackendEvent }
  | { type: 'hello'; session: string; sequence: number; reset: boolean };

/** A two-way pipe of plain-data messages: a WebSocket, a MessagePort, or two arrays in a test. */
export interface Port {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** Numbers events and remembers the latest, so that clients which reconnect miss nothing. */
export class EventLog {
  readonly session: string;
  private readonly capacity: number;
  private sequence = 0;
  private readonly recent: { sequence: number; event: BackendEvent }[] = [];
  private readonly listeners = new Set<(message: ServerMessage) => void>();

  constructor(session: string, capacity = 5000) {
    this.session = session;
    this.capacity = capacity;
  }

  emit(event: BackendEvent): void {
    this.sequence += 1;
    const entry = { sequence: this.sequence, event };
    this.recent.push(entry);
    if (this.recent.length > this.capacity) this.recent.shift();
    for (const listener of this.listeners) listener({ type: 'event', ...entry });
  }

  /** Sends what was missed, then everything that follows. Returns the function that ends it. */
  subscribe(session: string | null, after: number, listener: (message: ServerMessage) => void): () => void {
    const oldest = this.recent[0]?.sequence ?? this.sequence + 1;
    const known = session === this.session && after >= oldest - 1 && after <= this.sequence;
    listener({ type: 'hello', session: this.session, sequence: this.sequence, reset: session !== null && !known });
    if (known) for (const entry of this.recent) if (entry.sequence > after) listener({ type: 'event', ...entry });
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Answers a client's calls on `port` with `api`, checking every input and output against the contract. */
export function serveRpc(port: Port, api: BackendApi, events: EventLog): void {
  let unsubscribe: (() => void) | null = null;
  port.onMessage((raw) => {
    const message = raw as ClientMessage;
    if (message?.type === 'resume') {
      unsubscribe?.();
      unsubscribe = events.subscribe(message.session, message.after, (m) => port.send(m));
    } else if (message?.type === 'call' && typeof message.id === 'number') {
      void answer(api, message.method, message.input).then((result) =>
        port.send({ type: 'answer', id: message.id, result } satisfies ServerMessage),
      );
    }
  });
  port.onClose(() => unsubscribe?.());
}

/** One call through the contract's schemas; never throws. */
export async function answer(api: BackendApi, method: Method, input: unknown): Promise<Result<unknown>> {
  try {
    if (!Object.hasOwn(contract, method)) throw new AppError('input-invalid', `backend: no method "${String(method)}"`);
    const parsed = contract[method].input.safeParse(input ?? {});
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new AppError('input-invalid', `${method}: ${issue?.path.join('.') || 'input'}: ${issue?.message}`);
    }
    const call = api[method] as (request: unknown) => Promise<unknown>;
    return { ok: true, value: await call(parsed.data) };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}

/** A typed caller over any port. Calls in flight fail with `internal` when the port closes. */
export class RpcClient {
  private nextId = 1;
  private readonly pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private readonly eventListeners = new Set<(event: BackendEvent) => void>();
  private readonly resetListeners = new Set<() => void>();
  private readonly port: Port;
  /** Last event seen; give both to the next client after a reconnect. */
  session: string | null;
  sequence: number;

  constructor(port: Port, resume: { session: string | null; sequence: number } = { session: null, sequence: 0 }) {
    this.port = port;
    this.session = resume.session;
    this.sequence = resume.sequence;
    port.onMessage((raw) => this.receive(raw as ServerMessage));
    port.onClose(() => this.failAll({ code: 'internal', message: 'the connection to the backend was closed' }));
    port.send({ type: 'resume', session: this.session, after: this.sequence } satisfies ClientMessage);
  }

  call<M extends Method>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.port.send({ type: 'call', id, method, input } satisfies ClientMessage);
    });
  }

  /** Returns the function that ends the subscription. */
  onEvent(listener: (event: BackendEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  /** Called when events were lost for good: read everything anew. */
  onReset(listener: () => void): () => void {
    this.resetListeners.add(listener);
    return () => this.resetListeners.delete(listener);
  }

  private receive(message: ServerMessage): void {
    if (message.type === 'answer') {
      const entry = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (message.result.ok) entry?.resolve(message.result.value);
      else entry?.reject(fromErrorData(message.result.error));
    } else if (message.type === 'event') {
      this.sequence = message.sequence;
      for (const listener of this.eventListeners) listener(message.event);
    } else if (message.type === 'hello') {
      if (this.session !== message.session || message.reset) this.sequence = message.sequence;
      this.session = message.session;
      if (message.reset) for (const listener of this.resetListeners) listener();
    }
  }

  private failAll(error: ErrorData): void {
    for (const entry of this.pending.values()) entry.reject(fromErrorData(error));
    this.pending.clear();
  }
}
