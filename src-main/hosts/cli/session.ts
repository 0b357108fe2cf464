import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { RpcClient, serveRpc } from '../../../src-shared/protocol.ts';
import { type Backend, createBackend } from '../../backend/backend.ts';
import { createForkLauncher } from '../../backend/forkLauncher.ts';
import { APP_VERSION } from '../../experiment/version.ts';
import { openWorkspace } from '../../store/workspace.ts';
import { createLocalPorts } from '../localPort.ts';

/** Options that every command has. */
export interface CommonOptions {
  workspace?: string;
  json?: boolean;
}

/** The backend as a command uses it. */
export interface Session {
  readonly client: RpcClient;
  readonly backend: Backend;
  readonly workspacePath: string;
}

export function workspacePath({ workspace }: CommonOptions): string {
  return resolve(workspace ?? process.env.USERLLM_WORKSPACE ?? join(homedir(), '.userllm', 'workspace'));
}

/** Opens the workspace and its backend for one action, and closes both in order whatever happens. */
export async function withSession<T>(options: CommonOptions, action: (session: Session) => Promise<T>): Promise<T> {
  const path = workspacePath(options);
  const workspace = openWorkspace(path);
  try {
    const backend = createBackend({ workspace, launcher: createForkLauncher(), version: APP_VERSION });
    const [near, far] = createLocalPorts();
    serveRpc(far, backend.api, backend.events);
    try {
      return await action({ client: new RpcClient(near), backend, workspacePath: path });
    } finally {
      await backend.close();
      near.close();
    }
  } finally {
    workspace.close();
  }
}
