import type { ErrorData } from '../../src-shared/errors.ts';

/** What lies on top of a folder that was dropped, or what was dropped without one. */
export interface Dropped {
  /** Of the folder; of files without one, the first one's. */
  name: string;
  isFolder: boolean;
  files: File[];
}

/** Reads what was dropped. Call it while the event is handled: the browser forgets it afterwards. Null: nothing that has files. */
export function readDrop(transfer: DataTransfer): Promise<Dropped | null> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return readEntries(entries);
}

async function readEntries(entries: FileSystemEntry[]): Promise<Dropped | null> {
  const folder = entries.find((entry) => entry.isDirectory) as FileSystemDirectoryEntry | undefined;
  const inside = folder ? await childrenOf(folder) : entries;
  const visible = inside.filter((entry) => entry.isFile && !entry.name.startsWith('.')) as FileSystemFileEntry[];
  const files = await Promise.all(visible.map(fileOf));
  if (files.length === 0) return null;
  return { name: folder?.name ?? files[0]!.name, isFolder: folder !== undefined, files };
}

/** A reader hands its entries over in parts; an empty one is the last. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject));

/**
 * Copies the files to the machine that the backend runs on, and resolves to where they lie there.
 * @param onFile called before each file with its index
 * @throws the reason of `signal`; Error with what the server says
 */
export async function copyDropped(dropped: Dropped, onFile: (index: number) => void, signal: AbortSignal): Promise<string> {
  const drop = makeDropId();
  const folder = dropped.isFolder ? dropped.name : dropped.files.length > 1 ? 'files' : null;
  let path = '';
  for (const [index, file] of dropped.files.entries()) {
    onFile(index);
    const names = folder === null ? [file.name] : [folder, file.name];
    path = await send(`/dropped/${drop}/${names.map(encodeURIComponent).join('/')}`, file, signal);
  }
  return path;
}

/** Short, since people see it in the path of the copy; `randomUUID` is missing where a tunnel shows the page without TLS. */
function makeDropId(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(url: string, file: File, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { method: 'PUT', body: file, signal });
  const answer = (await response.json()) as { path?: string } & Partial<ErrorData>;
  if (!response.ok || answer.path === undefined) {
    throw new Error(answer.message ?? `"${file.name}" could not be copied (${response.status}); drop it again`);
  }
  return answer.path;
}
