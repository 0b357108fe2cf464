import type { SpooledEvents } from './eventSpool.ts';
import { timeOrder } from './timeOrder.ts';

/** One user's events by their places in the part, in time order; valid until the next one is asked for. */
export interface UserEvents {
  user: number;
  order: Uint32Array;
}

/** Cuts a part into users; events of equal time keep the order of arrival. */
export function* groupByUser({ users, timesMs }: SpooledEvents): Generator<UserEvents> {
  const slots = slotsByUser(users);
  const slotOf = slotsOfEvents(users, slots);
  const starts = startsOf(slotOf, slots.size);
  let order = place(slotOf, starts, null);
  // Most files that are not in order of time have hardly a user who is.
  if (!isSorted(order, starts, timesMs)) order = place(slotOf, starts, timeOrder(timesMs));
  let slot = 0;
  for (const user of slots.keys()) {
    yield { user, order: order.subarray(starts[slot]!, starts[slot + 1]!) };
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

function slotsOfEvents(users: Uint32Array, slots: ReadonlyMap<number, number>): Uint32Array {
  const slotOf = new Uint32Array(users.length);
  let previous = -1;
  let slot = -1;
  for (let index = 0; index < users.length; index++) {
    if (users[index] !== previous) {
      previous = users[index]!;
      slot = slots.get(previous)!;
    }
    slotOf[index] = slot;
  }
  return slotOf;
}

/** [slots + 1]: where each user's events begin when they are put together. */
function startsOf(slotOf: Uint32Array, slots: number): Uint32Array {
  const starts = new Uint32Array(slots + 1);
  for (let index = 0; index < slotOf.length; index++) starts[slotOf[index]! + 1]! += 1;
  for (let slot = 0; slot < slots; slot++) starts[slot + 1]! += starts[slot]!;
  return starts;
}

/** Events user by user, those of one user in the order of `visited` (of arrival when it is null). */
function place(slotOf: Uint32Array, starts: Uint32Array, visited: Uint32Array | null): Uint32Array {
  const order = new Uint32Array(slotOf.length);
  const next = starts.slice();
  for (let index = 0; index < slotOf.length; index++) {
    const event = visited ? visited[index]! : index;
    order[next[slotOf[event]!]!++] = event;
  }
  return order;
}

function isSorted(order: Uint32Array, starts: Uint32Array, timesMs: Float64Array): boolean {
  for (let slot = 0; slot + 1 < starts.length; slot++) {
    for (let index = starts[slot]! + 1; index < starts[slot + 1]!; index++) {
      if (timesMs[order[index]!]! < timesMs[order[index - 1]!]!) return false;
    }
  }
  return true;
}
