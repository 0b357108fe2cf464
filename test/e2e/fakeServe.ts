import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Port, serveRpc } from '../../src-shared/protocol.ts';
import { type FakeBackend, makeFakeBackend } from './fakeBackend.ts';

const ROOT = join(import.meta.dirname, '../../dist/renderer');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.ttf': 'font/ttf',
  '.png': 'image/png',
};
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface FakeServe {
  url: string;
  backend: FakeBackend;
  /** Cuts every connection and refuses new ones, as a lost network does; then takes them again. */
  setOffline(offline: boolean): void;
  close(): Promise<void>;
}

export interface FakeServeOptions {
  empty?: boolean;
  demoUsers?: number;
  port?: number;
}

/** Serves the built workbench on top of the test double, with the content security policy of the real host. */
export async function serveFake(options: FakeServeOptions = {}): Promise<FakeServe> {
  const backend = makeFakeBackend(options);
  let isOffline = false;
  const http = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = join(ROOT, path === '/' ? 'index.html' : path);
    if (!file.startsWith(ROOT) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    });
    createReadStream(file).pipe(response);
  });
  const sockets = new WebSocketServer({ server: http, path: '/rpc', verifyClient: () => !isOffline });
  sockets.on('connection', (socket) => serveRpc(portOf(socket), backend.api, backend.events));
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const setOffline = (offline: boolean) => {
    isOffline = offline;
    if (!offline) return;
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    backend,
    setOffline,
    close: async () => {
      backend.close();
      setOffline(true);
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function portOf(socket: WebSocket): Port {
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(String(data)))),
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(),
  };
}
