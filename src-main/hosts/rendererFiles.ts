import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export interface RendererFile {
  content: Buffer<ArrayBuffer>;
  contentType: string;
  /** Names that carry a hash of their content never change. */
  immutable: boolean;
}

/**
 * A file of the built workbench by its URL path; `/` is index.html. Null when there is no such file, or when the path leads
 * outside the folder: by "..", by an encoded separator, or through a link.
 */
export async function readRendererFile(folder: string, urlPath: string): Promise<RendererFile | null> {
  const relative = decodePath(urlPath);
  if (relative === null) return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, relative === '' ? 'index.html' : relative));
    if (!path.startsWith(root + sep)) return null;
    const contentType = contentTypes[extname(path)];
    return contentType ? { content: await readFile(path), contentType, immutable: relative.startsWith('assets/') } : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** The path below the folder, without its leading slash; null for one that no link of the workbench has. */
function decodePath(urlPath: string): string | null {
  try {
    const decoded = decodeURIComponent(urlPath).replace(/^\/+/, '');
    const suspicious = decoded.split('/').some((part) => part === '..' || part.startsWith('.')) || /[\\\0:]/.test(decoded);
    return suspicious ? null : decoded;
  } catch {
    return null;
  }
}
