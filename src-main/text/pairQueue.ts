/** A pair of neighbouring tokens and how often it was counted when it was queued. */
export interface QueuedPair {
  readonly count: number;
  readonly left: number;
  readonly right: number;
}

/** Binary heap: the most frequent pair first; among equals the smaller left id, then the smaller right id. */
export class PairQueue {
  private readonly heap: QueuedPair[] = [];

  push(pair: QueuedPair): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(pair);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(pair, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = pair;
  }

  /** Takes the first pair out; undefined when the queue is empty. */
  pop(): QueuedPair | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
    return first;
  }

  /** Moves the pair from the root to its place. */
  private sink(pair: QueuedPair): void {
    const { heap } = this;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (!precedes(heap[child]!, pair)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = pair;
  }
}

function precedes(a: QueuedPair, b: QueuedPair): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}
