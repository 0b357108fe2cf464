import type { Port } from '../../src-shared/protocol.ts';

/** Where the serve host answers: the page's own origin. */
export function rpcUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/rpc`;
}

/** Opens a WebSocket and resolves with it as a `Port` once it is open; rejects when the host refuses it. */
export function openWebSocketPort(url: string): Promise<Port> {
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(portOf(socket)), { once: true });
    socket.addEventListener('close', () => reject(new Error(`could not connect to ${url}`)), { once: true });
  });
}

function portOf(socket: WebSocket): Port {
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    onMessage: (listener) => socket.addEventListener('message', (event) => listener(JSON.parse(String(event.data)))),
    onClose: (listener) => socket.addEventListener('close', () => listener()),
    close: () => socket.close(),
  };
}
