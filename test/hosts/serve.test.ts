import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { RpcClient } from '../../src-shared/protocol.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

const hosts: ServeHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function serve() {
  const folder = temporaryFolder();
  const rendererPath = join(folder, 'renderer');
  mkdirSync(join(rendererPath, 'assets'), { recursive: true });
  writeFileSync(join(rendererPath, 'index.html'), '<!doctype html><title>Workbench</title>');
  writeFileSync(join(rendererPath, 'assets', 'main-1.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  symlinkSync(join(folder, 'secret.txt'), join(rendererPath, 'link.txt'));
  const host = await startServe({ workspacePath: join(folder, 'workspace'), rendererPath });
  hosts.push(host);
  return host;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends the path exactly as given: `fetch` would tidy it up. */
function get({ port }: ServeHost, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function logIn(host: ServeHost): Promise<{ Cookie: string }> {
  const { headers } = await get(host, `/?token=${host.token}`);
  return { Cookie: headers['set-cookie']![0]!.split(';')[0]! };
}

/** The status with which a WebSocket is refused; 101 when it is opened. */
function upgrade({ port }: ServeHost, headers: Record<string, string>, path = '/rpc'): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

describe('the serve host', () => {
  it('swaps the login token for a cookie that scripts and other sites cannot use', async () => {
    const host = await serve();
    expect(host.url).toBe(`http://127.0.0.1:${host.port}/?token=${host.token}`);
    expect(Buffer.from(host.token, 'base64url')).toHaveLength(32);
    const { status, headers } = await get(host, `/?token=${host.token}`);
    expect(status).toBe(200);
    expect(headers['set-cookie']![0]).toMatch(new RegExp(`^userllm-${host.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
    const page = await get(host, '/', await logIn({ ...host, token: new URL(host.createLoginUrl()).searchParams.get('token')! }));
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Workbench</title>']);
  });

  it('takes a token once', async () => {
    const host = await serve();
    await logIn(host);
    const again = await get(host, `/?token=${host.token}`);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('shows nothing without a login', async () => {
    const host = await serve();
    for (const path of ['/', '/index.html', '/assets/main-1.js', '/?token=', '/?token=wrong']) {
      expect((await get(host, path)).status, path).toBe(401);
    }
    expect((await get(host, '/', { Cookie: `userllm-${host.port}=wrong` })).status).toBe(401);
  });

  it('answers for its own host names only', async () => {
    const host = await serve();
    const cookie = await logIn(host);
    for (const name of ['evil.example', `evil.example:${host.port}`, '127.0.0.1', `127.0.0.1:${host.port}.evil.example`]) {
      expect((await get(host, '/', { ...cookie, Host: name })).status, name).toBe(421);
    }
    expect((await get(host, '/', { ...cookie, Host: `localhost:${host.port}` })).status).toBe(200);
  });

  it('sends files with a strict content security policy and without sniffing', async () => {
    const host = await serve();
    const { status, headers } = await get(host, '/assets/main-1.js', await logIn(host));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toContain('immutable');
  });

  it('keeps inside its folder', async () => {
    const host = await serve();
    const cookie = await logIn(host);
    const ways = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/link.txt',
      '//etc/passwd',
      '/%00',
      '/%zz',
    ];
    for (const path of ways) {
      const { status, text } = await get(host, path, cookie);
      expect([status, text], path).toEqual([404, 'There is no such file.']);
    }
    expect((await get(host, '/', cookie, 'POST')).status).toBe(405);
  });

  it('opens a WebSocket for its own page with a login only', async () => {
    const host = await serve();
    const cookie = await logIn(host);
    const own = { Origin: `http://127.0.0.1:${host.port}` };
    expect(await upgrade(host, { ...cookie, ...own })).toBe(101);
    expect(await upgrade(host, own)).toBe(401);
    expect(await upgrade(host, { ...own, Cookie: `userllm-${host.port}=wrong` })).toBe(401);
    expect(await upgrade(host, cookie)).toBe(403);
    expect(await upgrade(host, { ...cookie, Origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade(host, { ...cookie, Origin: 'null' })).toBe(403);
    expect(await upgrade(host, { ...cookie, ...own, Host: 'evil.example' })).toBe(421);
    expect(await upgrade(host, { ...cookie, ...own }, '/other')).toBe(404);
  });

  it('speaks the contract over the WebSocket', async () => {
    const host = await serve();
    const headers = { ...(await logIn(host)), Origin: `http://127.0.0.1:${host.port}` };
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, { headers });
    await new Promise((resolve) => socket.on('open', resolve));
    const client = new RpcClient({
      send: (message) => socket.send(JSON.stringify(message)),
      onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(String(data)))),
      onClose: (listener) => socket.on('close', listener),
      close: () => socket.close(),
    });
    expect(await client.call('runs.list', {})).toEqual([]);
    const changed = new Promise((resolve) => client.onEvent((event) => resolve(event.name)));
    const path = 'films.experiment.jsonc';
    expect(await client.call('experiments.write', { path, text: '{ "dataset": "films" }' })).toMatchObject({ name: 'films' });
    expect(await changed).toBe('experiments.changed');
    await expect(client.call('runs.get', { runId: 'nope' })).rejects.toMatchObject({ code: 'run-not-found' });
    const { problems } = await client.call('experiments.validate', { text: '{\n  "dataset": "films"\n}' });
    expect(problems).toMatchObject([{ severity: 'error', path: 'dataset', line: 2, column: 14 }]);
    socket.terminate();
  });
});
