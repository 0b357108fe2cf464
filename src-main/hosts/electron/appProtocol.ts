import { protocol } from 'electron';
import { readRendererFile } from '../rendererFiles.ts';
import { securityHeaders } from '../securityHeaders.ts';

export const APP_ORIGIN = 'app://workbench';
export const START_URL = `${APP_ORIGIN}/`;

/** Before the app is ready: the scheme behaves like https, so that modules, workers and storage work. */
export function declareAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true, stream: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
}

/** Answers `app://workbench/...` from the built workbench, and nothing else. */
export function serveAppScheme(rendererPath: string): void {
  protocol.handle('app', async (request) => {
    if (!request.url.startsWith(START_URL) || request.method !== 'GET') return new Response(null, { status: 403 });
    const path = request.url.slice(APP_ORIGIN.length).split(/[?#]/)[0]!;
    const file = await readRendererFile(rendererPath, path);
    const headers = securityHeaders();
    if (!file) return new Response('There is no such file.', { status: 404, headers: { ...headers, 'Content-Type': 'text/plain' } });
    return new Response(file.content, { headers: { ...headers, 'Content-Type': file.contentType } });
  });
}
