/**
 * Which pieces of `text` are not in the longest common subsequence with `reference` (Hunt and McIlroy 1976): what an eye that compares the two
 * looks for. O(n m) time.
 */
export function differentPieces(text: readonly string[], reference: readonly string[]): boolean[] {
  const lengths = commonLengths(text, reference);
  const different = text.map(() => true);
  let [i, j] = [0, 0];
  while (i < text.length && j < reference.length) {
    if (text[i] === reference[j]) {
      different[i] = false;
      i += 1;
      j += 1;
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i += 1;
    else j += 1;
  }
  return different;
}

/** lengths[i][j]: length of the longest common subsequence of text[i..] and reference[j..]. */
function commonLengths(text: readonly string[], reference: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: text.length + 1 }, () => new Uint16Array(reference.length + 1));
  for (let i = text.length - 1; i >= 0; i--) {
    for (let j = reference.length - 1; j >= 0; j--) {
      lengths[i]![j] = text[i] === reference[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
