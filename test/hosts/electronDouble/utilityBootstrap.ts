import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** First code of a utility process of the double (a thread): gives it `process.parentPort`, then runs its entry. */
const parent = parentPort!;

/** Electron's ports wrap what arrives in an event. */
function wrap(port: MessagePort) {
  return {
    postMessage: (message: unknown) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
    on: (name: string, listener: (event: unknown) => void) => {
      if (name === 'message') port.on('message', (data) => listener({ data }));
      else port.on('close', () => listener({}));
    },
  };
}

Object.defineProperty(process, 'parentPort', {
  value: {
    postMessage: (message: unknown) => parent.postMessage(message),
    on: (_name: 'message', listener: (event: unknown) => void) =>
      parent.on('message', ({ data, ports }: { data: unknown; ports: MessagePort[] }) => listener({ data, ports: ports.map(wrap) })),
    once: (_name: 'message', listener: (event: unknown) => void) =>
      parent.once('message', ({ data, ports }: { data: unknown; ports: MessagePort[] }) => listener({ data, ports: ports.map(wrap) })),
  },
});

await import((workerData as { entry: string }).entry);
