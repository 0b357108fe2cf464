import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const linkRecordSchema = z.object({
  /** The compiled binding. */
  binding: z.string(),
  /** Folder of the TensorFlow it was linked to. */
  tensorflowFolder: z.string(),
  tensorflowVersion: z.string(),
  /** The npm package whose binding sources were compiled. */
  packageName: z.string(),
  packageVersion: z.string(),
});

/** Which compiled binding the loader uses in place of the npm package's own. */
export type LinkRecord = z.infer<typeof linkRecordSchema>;

/** `$XDG_CACHE_HOME/userllm/tensorflow`, or the same below `~/.cache`. */
export function linkFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'userllm', 'tensorflow');
}

/** The record of the last successful link; null when there was none. */
export function readLinkRecord(): LinkRecord | null {
  const path = join(linkFolder(), 'link.json');
  try {
    return linkRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${path} is not a link record (${(error as Error).message.split('\n')[0]}); link again or delete it`, { cause: error });
  }
}

export function writeLinkRecord(record: LinkRecord): void {
  mkdirSync(linkFolder(), { recursive: true });
  const path = join(linkFolder(), 'link.json');
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}
