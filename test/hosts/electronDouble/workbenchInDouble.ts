import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Method } from '../../../src-shared/contract.ts';
import type { ControlAnswer, ControlRequest, ControlState } from './control.ts';

const root = resolve(import.meta.dirname, '../../..');
/** Inside the project, where the packages that stay outside the bundle are found. */
const bundle = join(root, 'dist', 'test-main');

/** Bundles main, preload and utility processes as the app ships them. */
export async function buildMainBundle(outDir = bundle): Promise<void> {
  for (const name of ['vite.config.ts', 'vite.preload.config.ts']) {
    const configFile = join(root, 'src-main/hosts/electron', name);
    await build({ configFile, logLevel: 'error', build: { outDir } });
  }
}

/** A page small enough to see through: it takes the port as the workbench does. */
const page = `
let next = 1;
const waiting = new Map();
window.events = [];
window.call = (method, input = {}) => new Promise((resolve) => {
  const id = next++;
  waiting.set(id, resolve);
  window.portReady.then((port) => port.postMessage({ type: 'call', id, method, input }));
});
let ready;
window.portReady = new Promise((resolve) => { ready = resolve; });
window.heard = [];
window.userllmHost.onMessage((message) => window.heard.push(message));
window.portCount = 0;
window.addEventListener('message', (event) => {
  if (event.data !== 'userllm-port' || event.source !== window) return;
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data.type === 'answer') waiting.get(data.id)(data.result);
    else if (data.type === 'event') window.events.push(data.event);
  };
  port.postMessage({ type: 'resume', session: null, after: 0 });
  window.portCount += 1;
  window.portReady = Promise.resolve(port);
  ready(port);
});`;

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

/** The desktop app, its real main process running in the double of Electron. */
export class WorkbenchInDouble {
  readonly workspacePath: string;
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private nextId = 1;

  constructor(home: string) {
    this.workspacePath = join(home, 'workspace');
    const renderer = join(home, 'dist', 'renderer');
    mkdirSync(renderer, { recursive: true });
    writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Small page</title><script type="module" src="./main.js"></script>');
    writeFileSync(join(renderer, 'main.js'), page);
    const hooks = fileURLToPath(new URL('./register.ts', import.meta.url));
    this.child = fork(join(bundle, 'main.js'), [], {
      execArgv: ['--import', hooks],
      env: { ...process.env, USERLLM_DOUBLE_HOME: home, USERLLM_WORKSPACE: this.workspacePath },
    });
    this.exited = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  async ask(request: WithoutId<ControlRequest>): Promise<unknown> {
    const id = this.nextId++;
    this.child.send({ id, ...request });
    for (;;) {
      const [answer] = (await once(this.child, 'message')) as [ControlAnswer];
      if (answer.id !== id) continue;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    }
  }

  evaluate(expression: string): Promise<unknown> {
    return this.ask({ type: 'evaluate', expression });
  }

  /** Calls the backend from the page, over the port. */
  async call(method: Method, input: object = {}): Promise<unknown> {
    const result = (await this.evaluate(`window.call(${JSON.stringify(method)}, ${JSON.stringify(input)})`)) as {
      ok: boolean;
      value?: unknown;
    };
    if (!result.ok) throw new Error(JSON.stringify(result));
    return result.value;
  }

  async state(): Promise<ControlState> {
    return (await this.ask({ type: 'state' })) as ControlState;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
