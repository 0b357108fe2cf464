import { WebSocket } from 'ws';
import type { ClientMessage, Port, ServerMessage } from '../../../src-shared/protocol.ts';

type ResumeMessage = Extract<ClientMessage, { type: 'resume' }>;

/** Bytes that may wait for a client before events are held back, and before it is dropped. */
export interface PortLimits {
  readonly pauseAbove: number;
  readonly dropAbove: number;
}

const MIB = 2 ** 20;
const DEFAULT_LIMITS: PortLimits = { pauseAbove: 4 * MIB, dropAbove: 64 * MIB };

/**
 * A WebSocket as a `Port`. A client that does not read gets no further events until it has caught up; then the events it
 * missed are asked for anew, as after a reconnect. Answers to its own calls are always sent, up to a limit.
 */
export function createWebSocketPort(socket: WebSocket, { pauseAbove, dropAbove }: PortLimits = DEFAULT_LIMITS): Port {
  const listeners: ((message: unknown) => void)[] = [];
  let asked: ResumeMessage = { type: 'resume', session: null, after: 0 };
  let session: string | null = null;
  let lastSequence = 0;
  let paused = false;

  const deliver = (message: unknown) => {
    if (isResume(message)) asked = message;
    for (const listener of listeners) listener(message);
  };
  const resumeWhenRead = () => {
    if (!paused || socket.bufferedAmount > pauseAbove / 2 || socket.readyState !== WebSocket.OPEN) return;
    paused = false;
    deliver({ type: 'resume', session, after: lastSequence });
  };
  const send = (message: ServerMessage) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (message.type === 'event') {
      paused ||= socket.bufferedAmount > pauseAbove;
      if (paused) return;
      lastSequence = message.sequence;
    } else if (message.type === 'hello') {
      session = message.session;
      lastSequence = !message.reset && asked.session === message.session ? asked.after : message.sequence;
    } else if (socket.bufferedAmount > dropAbove) {
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(message), resumeWhenRead);
  };

  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : parse(String(data));
    if (message === null) socket.close(1007, 'expected JSON messages');
    else deliver(message);
  });
  return {
    send: (message) => send(message as ServerMessage),
    onMessage: (listener) => listeners.push(listener),
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(),
  };
}

function isResume(message: unknown): message is ResumeMessage {
  return (message as ClientMessage | null)?.type === 'resume';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
