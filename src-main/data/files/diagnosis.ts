/** What a file may be instead of data. */
export type Diagnosis = { got: string; advice: string };

const REPEAT: Diagnosis = { got: '', advice: 'copy or download it again' };
export const START_BYTES = 65_536;

/**
 * Recognises a download that went wrong by the first bytes of its (unpacked) content.
 * @returns null for what may be text
 */
export function diagnose(start: Buffer): Diagnosis | null {
  if (start.length === 0) return { ...REPEAT, got: 'an empty file' };
  if (start[0] === 0x50 && start[1] === 0x4b) return { got: 'a compressed file', advice: 'unpack it first' };
  const text = textOf(start);
  if (/^<(!doctype|html|head|body|\?xml)/i.test(text)) {
    return { got: 'a web page', advice: 'download the file itself instead of the page about it' };
  }
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return { got: 'a Git LFS pointer', advice: 'run "git lfs pull" where it came from, or download the file itself' };
  }
  if (text === '') return { ...REPEAT, got: 'blank lines only' };
  if (start.includes(0)) return { got: 'binary data or UTF-16 text', advice: 'save it as UTF-8 text' };
  return null;
}

/** Without byte-order mark and blank lines before the first text. */
export function textOf(start: Buffer): string {
  return start
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
}
