import type { MessagePortMain } from 'electron';
import { toErrorData } from '../../../src-shared/errors.ts';
import { type Port, serveRpc } from '../../../src-shared/protocol.ts';
import { type Backend, createBackend } from '../../backend/backend.ts';
import { openWorkspace, type Workspace } from '../../store/workspace.ts';
import { BrokeredLauncher } from './brokeredLauncher.ts';
import type { FromBackend, ToBackend } from './messages.ts';

/** Process entry: the backend in Electron's utility process. The page talks to it over a MessagePort; main only hands ports over. */
const main = process.parentPort;
const post = (message: FromBackend) => main.postMessage(message);
const launcher = new BrokeredLauncher(post);
let opened: { workspace: Workspace; backend: Backend } | null = null;

main.on('message', ({ data, ports }: { data: ToBackend; ports: MessagePortMain[] }) => {
  if (data.type === 'open') open(data.workspacePath, data.version);
  else if (data.type === 'connect') connect(ports[0]);
  else if (data.type === 'close') void close();
  else launcher.receive(data);
});

function open(workspacePath: string, version: string): void {
  try {
    const workspace = openWorkspace(workspacePath);
    const backend = createBackend({ workspace, launcher, version });
    opened = { workspace, backend };
    backend.events.subscribe(null, 0, reportActivity());
    post({ type: 'opened' });
  } catch (error) {
    post({ type: 'failed', message: toErrorData(error).message });
  }
}

function connect(port: MessagePortMain | undefined): void {
  if (!port || !opened) return;
  serveRpc(toPort(port), opened.backend.api, opened.backend.events);
  port.start();
}

async function close(): Promise<void> {
  await opened?.backend.close();
  opened?.workspace.close();
  post({ type: 'closed' });
}

/** Tells main when the number of active jobs changes; every such change comes with an event. */
function reportActivity(): () => void {
  let last = '';
  return () => {
    const activity = opened?.backend.activeJobs() ?? { imports: 0, runs: 0 };
    const key = JSON.stringify(activity);
    if (key !== last) post({ type: 'activity', ...activity });
    last = key;
  };
}

function toPort(channel: MessagePortMain): Port {
  return {
    send: (message) => channel.postMessage(message),
    onMessage: (listener) => channel.on('message', ({ data }) => listener(data)),
    onClose: (listener) => channel.on('close', listener),
    close: () => channel.close(),
  };
}
