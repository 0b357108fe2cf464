import type { Rejection, RejectionGroup } from '../../src-shared/dataset.ts';

const EXAMPLES_PER_GROUP = 3;

/** Rejections that differ only in the values they name, together: most frequent first, each with the first places it was met. */
export function groupRejections(rejections: Iterable<Rejection>): RejectionGroup[] {
  const groups = new Map<string, RejectionGroup>();
  for (const { file, line, reason } of rejections) {
    const key = `${file}\n${reason.replace(/"[^"]*"/g, '""').replace(/\d+/g, '0')}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { reason, count: 1, examples: [{ file, line }] });
    else {
      group.count += 1;
      if (group.reason !== reason) group.reason = commonPart(group.reason, reason);
      if (group.examples.length < EXAMPLES_PER_GROUP) group.examples.push({ file, line });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** The words that both have; where they differ, an ellipsis. */
function commonPart(one: string, other: string): string {
  const words = (text: string) => text.match(/"[^"]*"|\d+|…|[^"\d…]+/g) ?? [];
  const [first, second] = [words(one), words(other)];
  return first.map((word, index) => (word === second[index] ? word : '…')).join('');
}
