import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError, toErrorData } from '../../../src-shared/errors.ts';
import { serveRpc } from '../../../src-shared/protocol.ts';
import { type Backend, createBackend } from '../../backend/backend.ts';
import { createForkLauncher } from '../../backend/forkLauncher.ts';
import { APP_VERSION } from '../../experiment/version.ts';
import { openWorkspace } from '../../store/workspace.ts';
import { readRendererFile } from '../rendererFiles.ts';
import { securityHeaders } from '../securityHeaders.ts';
import { Access } from './access.ts';
import { DROPPED_PREFIX, DroppedFiles } from './droppedFiles.ts';
import { loggedInPage, notBuiltPage, refusedPage } from './pages.ts';
import { createWebSocketPort } from './webSocketPort.ts';

export interface ServeOptions {
  readonly workspacePath: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** The built workbench; `dist/renderer` of the project by default. */
  readonly rendererPath?: string;
  /** Further values of the Host header to answer, for a tunnel with another port: `localhost:9000`. */
  readonly allowedHosts?: readonly string[];
}

export interface ServeHost {
  /** Login address; works once. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly backend: Backend;
  /** A login address for one more browser. */
  createLoginUrl(): string;
  /** Ends the jobs in order, then the server. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const PING_INTERVAL_MS = 30_000;
const LARGEST_MESSAGE_BYTES = 16 * 2 ** 20;

/**
 * Shows the workbench on this machine's loopback address: built files over HTTP, the contract over a WebSocket at `/rpc`.
 * @throws AppError `input-invalid` when the port is taken; whatever opening the workspace refuses
 */
export async function startServe(options: ServeOptions): Promise<ServeHost> {
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const workspace = openWorkspaceOrClose(options.workspacePath, server);
  const backend = createBackend({ workspace, launcher: createForkLauncher(), version: APP_VERSION });
  const hosts = [`${LOOPBACK}:${port}`, `localhost:${port}`, ...(options.allowedHosts ?? [])];
  const access = new Access(hosts, port);
  const rendererPath = options.rendererPath ?? fileURLToPath(new URL('../../../dist/renderer', import.meta.url));
  const dropped = new DroppedFiles(workspace.temporaryPath, () => backend.activeJobs().imports > 0);
  server.on('request', (request, response) => {
    const takesFile = request.method === 'PUT' && rawPath(request).startsWith(DROPPED_PREFIX);
    (takesFile ? takeDropped(request, response, access, dropped) : answerRequest(request, response, access, rendererPath)).catch(
      (error: unknown) => failRequest(response, error),
    );
  });
  const closeSockets = acceptSockets(server, access, backend);
  const token = access.createToken();
  const loginUrl = (secret: string) => `http://${LOOPBACK}:${port}/?token=${secret}`;
  return {
    url: loginUrl(token),
    port,
    token,
    backend,
    createLoginUrl: () => loginUrl(access.createToken()),
    close: async () => {
      await backend.close();
      closeSockets();
      await closeServer(server);
      dropped.remove();
      workspace.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      const advice = `serve: port ${port} cannot be used (${error.code}); choose another, or 0 for any free one`;
      reject(taken ? new AppError('input-invalid', advice) : error);
    });
    server.listen(port, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}

function openWorkspaceOrClose(path: string, server: Server) {
  try {
    return openWorkspace(path);
  } catch (error) {
    server.close();
    throw error;
  }
}

async function answerRequest(request: IncomingMessage, response: ServerResponse, access: Access, rendererPath: string): Promise<void> {
  const headers = securityHeaders([`ws://${request.headers.host}`]);
  const plain = (status: number, text: string) => response.writeHead(status, { ...headers, 'Content-Type': 'text/plain' }).end(text);
  const html = (status: number, text: string, more = {}) =>
    response.writeHead(status, { ...headers, 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', ...more }).end(text);

  if (!access.isKnownHost(request)) return void plain(421, 'This server does not answer for that host name.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return void plain(405, 'Only GET and HEAD are answered.');
  const url = new URL(request.url ?? '/', `http://${LOOPBACK}`);
  const token = url.searchParams.get('token');
  // A page, not a redirect: SameSite=Strict cookies are not sent along a redirect that began on another site.
  const cookie = token === null ? null : access.logIn(token);
  if (cookie) return void html(200, loggedInPage, { 'Set-Cookie': cookie });
  if (!access.hasSession(request)) return void html(401, refusedPage);
  const file = await readRendererFile(rendererPath, rawPath(request));
  if (!file) return void (url.pathname === '/' ? html(503, notBuiltPage) : plain(404, 'There is no such file.'));
  const caching = file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache';
  const length = file.content.length;
  response.writeHead(200, { ...headers, 'Content-Type': file.contentType, 'Content-Length': length, 'Cache-Control': caching });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

/** A file that was dropped on the page; only our own page may send one. */
async function takeDropped(request: IncomingMessage, response: ServerResponse, access: Access, dropped: DroppedFiles): Promise<void> {
  const answer = (status: number, content: object) =>
    response.writeHead(status, { ...securityHeaders(), 'Content-Type': 'application/json' }).end(JSON.stringify(content));
  if (!access.isKnownHost(request)) return void answer(421, {});
  if (!access.isOwnOrigin(request)) return void answer(403, {});
  if (!access.hasSession(request)) return void answer(401, {});
  try {
    answer(200, { path: await dropped.receive(rawPath(request), request) });
  } catch (error) {
    answer(error instanceof AppError && error.code === 'input-invalid' ? 400 : 507, toErrorData(error));
  }
}

/** As it was sent: `URL` would resolve ".." and hide an attempt to get out. */
function rawPath(request: IncomingMessage): string {
  return (request.url ?? '/').split(/[?#]/)[0]!;
}

function failRequest(response: ServerResponse, error: unknown): void {
  process.stderr.write(`serve: ${error instanceof Error ? error.stack : String(error)}\n`);
  if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
  response.end('The server failed to answer.');
}

/** Returns the function that ends every connection. */
function acceptSockets(server: Server, access: Access, backend: Backend): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES });
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    const refusal = refuseUpgrade(request, access);
    if (refusal) return refuse(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      keepAlive(socket);
      socket.on('error', () => socket.terminate());
      serveRpc(createWebSocketPort(socket), backend.api, backend.events);
    });
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function refuseUpgrade(request: IncomingMessage, access: Access): string | null {
  if (!access.isKnownHost(request)) return '421 Misdirected Request';
  if (rawPath(request) !== '/rpc') return '404 Not Found';
  if (!access.isOwnOrigin(request)) return '403 Forbidden';
  return access.hasSession(request) ? null : '401 Unauthorized';
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Drops a client that has not answered the previous ping. */
function keepAlive(socket: WebSocket): void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_INTERVAL_MS);
  socket.on('close', () => clearInterval(timer));
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
