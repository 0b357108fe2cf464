import type { SpooledEvents } from './eventSpool.ts';

/** One user's events by their places in the part, in time order; valid until the next one is asked for. */
export interface UserEvents {
  user: number;
  order: Uint32Array;
}

/** Cuts a part into users; events of equal time keep the order of arrival. */
export function* groupByUser({ users, timesMs }: SpooledEvents): Generator<UserEvents> {
  const slots = slotsByUser(users);
  const starts = startsOf(users, slots);
  const order = placeBySlot(users, slots, starts);
  let slot = 0;
  for (const user of slots.keys()) {
    const own = order.subarray(starts[slot]!, starts[slot + 1]!);
    sortByTime(own, timesMs);
    yield { user, order: own };
    slot += 1;
  }
}

function slotsByUser(users: Uint32Array): Map<number, number> {
  const slots = new Map<number, number>();
  let previous = -1;
  for (let index = 0; index < users.length; index++) {
    const user = users[index]!;
    // Files often have a user's events one after the other.
    if (user !== previous && !slots.has(user)) slots.set(user, slots.size);
    previous = user;
  }
  return slots;
}

/** [slots + 1]: where each user's events begin when they are put together. */
function startsOf(users: Uint32Array, slots: ReadonlyMap<number, number>): Uint32Array {
  const starts = new Uint32Array(slots.size + 1);
  forEachSlot(users, slots, (slot) => {
    starts[slot + 1]! += 1;
  });
  for (let slot = 0; slot < slots.size; slot++) starts[slot + 1]! += starts[slot]!;
  return starts;
}

function placeBySlot(users: Uint32Array, slots: ReadonlyMap<number, number>, starts: Uint32Array): Uint32Array {
  const order = new Uint32Array(users.length);
  const next = starts.slice();
  forEachSlot(users, slots, (slot, index) => {
    order[next[slot]!++] = index;
  });
  return order;
}

function forEachSlot(users: Uint32Array, slots: ReadonlyMap<number, number>, visit: (slot: number, index: number) => void): void {
  let previous = -1;
  let slot = -1;
  for (let index = 0; index < users.length; index++) {
    if (users[index] !== previous) {
      previous = users[index]!;
      slot = slots.get(previous)!;
    }
    visit(slot, index);
  }
}

/** Arrival is ascending before; it decides between equal times. */
function sortByTime(order: Uint32Array, timesMs: Float64Array): void {
  let isSorted = true;
  for (let index = 1; index < order.length && isSorted; index++) isSorted = timesMs[order[index]!]! >= timesMs[order[index - 1]!]!;
  if (isSorted || sortByKeys(order, timesMs)) return;
  order.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b);
}

/** Up to here quotients of keys are exact enough to take them apart again. */
const MAX_KEY = 2 ** 51;

/**
 * Sorts by key = (time - first time) * events + place, one number for each event: numbers are sorted several times faster than by
 * a comparison of our own.
 * @returns false where times are no whole numbers or too far apart; nothing is changed then
 */
function sortByKeys(order: Uint32Array, timesMs: Float64Array): boolean {
  const count = order.length;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const time = timesMs[order[index]!]!;
    if (time !== Math.floor(time)) return false;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if ((last - first + 1) * count > MAX_KEY) return false;
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index++) keys[index] = (timesMs[order[index]!]! - first) * count + index;
  keys.sort();
  const arrived = order.slice();
  for (let index = 0; index < count; index++) order[index] = arrived[keys[index]! - Math.floor(keys[index]! / count) * count]!;
  return true;
}
