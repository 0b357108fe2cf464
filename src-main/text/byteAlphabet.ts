/**
 * GPT-2's printable stand-ins for the 256 bytes (Radford et al. 2019): a byte that is a visible Latin-1 character stands for itself,
 * the others take the code points from U+0100 on, in the order of their values. Byte-level tokenizers spell their tokens with them.
 */
export const BYTE_CHARACTERS: readonly string[] = buildByteCharacters();

/**
 * GPT-2's pre-tokenizer: contractions, words, numbers and runs of symbols, each with the one space before it, and runs of white space.
 * Global: use it with `matchAll` or `match`, which keep no state between calls.
 */
export const PRE_TOKEN_PATTERN = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

function buildByteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : next++));
}

/** Latin-1 characters that show a glyph of their own: neither control, nor space, nor soft hyphen (0xad). */
function isVisible(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}
