import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileOnDisk } from '../../src-main/data/files/sourceFile.ts';
import { LineBlocks } from '../../src-main/data/lineBlocks.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

const text = Array.from({ length: 300 }, (_, line) => `${line} ${'x'.repeat((line * 37) % 150)}\n`).join('');

/** Every block as text; its memory is overwritten and given back as soon as it was read. */
async function blocksOf(content: string | Buffer, blockBytes = 100) {
  const path = join(temporaryFolder(), 'lines');
  writeFileSync(path, content);
  const blocks = new LineBlocks(fileOnDisk(path), blockBytes);
  const found: { text: string; end: string; storedBytesRead: number }[] = [];
  for await (const { bytes, end, storedBytesRead } of blocks) {
    found.push({ text: bytes.toString(), end, storedBytesRead });
    bytes.fill('?');
    blocks.recycle(bytes);
  }
  return found;
}

describe('blocks of lines', () => {
  it.each([text, text.slice(0, -1), '', '\n', 'one'])('are whole lines, and together the file', async (content) => {
    const blocks = await blocksOf(content);
    expect(blocks.map((block) => block.text).join('')).toBe(content);
    for (const block of blocks.slice(0, -1)) expect([block.text.at(-1), block.end]).toEqual(['\n', 'whole']);
    expect(blocks.at(-1)?.end).toBe(content === '' ? undefined : content.endsWith('\n') ? 'whole' : 'last');
  });

  it('come from a gzipped file as from the file itself', async () => {
    const texts = async (content: string | Buffer) => (await blocksOf(content)).map((block) => block.text);
    expect(await texts(gzipSync(text))).toEqual(await texts(text));
  });

  it('say how much of the stored file was read, and leave a byte-order mark out', async () => {
    const blocks = await blocksOf(`\ufeff${text}`, 1 << 20);
    expect(blocks).toEqual([{ text, end: 'whole', storedBytesRead: text.length + 3 }]);
  });

  it('end where a line is too long to be read', async () => {
    const blocks = await blocksOf(`one\n${'x'.repeat(17 << 20)}\n`, 1 << 16);
    expect(blocks.map(({ text: { length }, end }) => [length, end])).toEqual([
      [4, 'whole'],
      [(16 << 20) + 1, 'endless'],
    ]);
  });
});
