/** The two-way line from a job process to whoever started it. */
export interface ParentChannel {
  /** Resolves when the message is on its way, or when nobody is there to get it. */
  send(message: unknown): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
}

/** What Electron's utility process offers instead of `process.send`. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(name: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The channel of `child_process.fork`, or that of Electron's `utilityProcess.fork`. What to do when the parent is gone is the entry script's business. */
export function connectToParent(): ParentChannel {
  const port = (process as { parentPort?: ElectronPort }).parentPort;
  if (port) {
    return {
      send: async (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
    };
  }
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (!process.send || !process.connected) return resolve();
        // A send that fails means that the parent ended: the store has all that the messages say.
        process.send(message, undefined, undefined, () => resolve());
      }),
    onMessage: (listener) => process.on('message', listener),
  };
}
