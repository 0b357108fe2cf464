import type { Port } from '../../src-shared/protocol.ts';

/** The message with which Electron's preload hands over a port to the backend (a new one after every restart of it). */
export const PORT_MESSAGE = 'userllm-port';

/** Calls `onPort` for every port the preload hands over. Returns the function that stops listening. */
export function listenForElectronPorts(target: Window, onPort: (port: Port) => void): () => void {
  const listener = (event: MessageEvent) => {
    const channel = event.ports[0];
    if (event.source === target && event.data === PORT_MESSAGE && channel) onPort(portOf(channel));
  };
  target.addEventListener('message', listener);
  return () => target.removeEventListener('message', listener);
}

function portOf(channel: MessagePort): Port {
  channel.start();
  return {
    send: (message) => channel.postMessage(message),
    onMessage: (listener) => channel.addEventListener('message', (event) => listener(event.data)),
    onClose: (listener) => channel.addEventListener('close', () => listener()),
    close: () => channel.close(),
  };
}
