/** Repeats the last element, so that every batch has the same shape. */
export function fillUp<T>(chunk: readonly T[], size: number): T[] {
  return Array.from({ length: size }, (_, index) => chunk[Math.min(index, chunk.length - 1)]!);
}
