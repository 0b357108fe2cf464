import { TimeCounter } from './histograms.ts';

/** What `EventCounts` has counted, as plain data. */
export interface CountedEvents {
  /** One for each user, in any order. */
  eventsPerUser: Int32Array;
  itemEvents: Int32Array;
  busiestUser: Int32Array;
  ratingEvents: Int32Array;
  duplicates: { sameItem: number; sameItemAndTime: number };
  eventsByDay: [day: number, events: number][];
  firstEventAtMs: number;
  lastEventAtMs: number;
}

/** Counts while timelines pass by, so that no event has to be read twice. */
export class EventCounts {
  private readonly eventsPerUser: number[] = [];
  private readonly itemEvents: Int32Array;
  /** By ItemId: events of the busiest user among those who met it. */
  private readonly busiestUser: Int32Array;
  private readonly ratingEvents: Int32Array;
  /** By ItemId: number (from 1) of the user who met it last, and when. */
  private readonly metBy: Int32Array;
  private readonly metAtMs: Float64Array;
  private readonly duplicates = { sameItem: 0, sameItemAndTime: 0 };
  private readonly times = new TimeCounter();
  private firstEventAtMs = Number.POSITIVE_INFINITY;
  private lastEventAtMs = Number.NEGATIVE_INFINITY;

  /** @param ratings how many values the vocabulary of the rating has; 0 where events have none */
  constructor(items: number, ratings: number) {
    this.itemEvents = new Int32Array(items);
    this.busiestUser = new Int32Array(items);
    this.metBy = new Int32Array(items);
    this.metAtMs = new Float64Array(items);
    this.ratingEvents = new Int32Array(ratings);
  }

  /** One user's events, in time order; at least one. */
  add(itemIds: Int32Array, timestampsMs: Float64Array, ratingIds: Int32Array | undefined): void {
    this.eventsPerUser.push(itemIds.length);
    this.countItems(itemIds, timestampsMs);
    if (ratingIds) for (let index = 0; index < ratingIds.length; index++) this.ratingEvents[ratingIds[index]!]! += 1;
    this.times.add(timestampsMs);
    this.firstEventAtMs = Math.min(this.firstEventAtMs, timestampsMs[0]!);
    this.lastEventAtMs = Math.max(this.lastEventAtMs, timestampsMs[timestampsMs.length - 1]!);
  }

  /** Takes in what others have counted of other users. */
  merge(other: CountedEvents): void {
    for (const events of other.eventsPerUser) this.eventsPerUser.push(events);
    other.itemEvents.forEach((events, item) => {
      this.itemEvents[item]! += events;
    });
    other.busiestUser.forEach((events, item) => {
      this.busiestUser[item] = Math.max(this.busiestUser[item]!, events);
    });
    other.ratingEvents.forEach((events, rating) => {
      this.ratingEvents[rating]! += events;
    });
    this.duplicates.sameItem += other.duplicates.sameItem;
    this.duplicates.sameItemAndTime += other.duplicates.sameItemAndTime;
    this.times.merge(other.eventsByDay);
    this.firstEventAtMs = Math.min(this.firstEventAtMs, other.firstEventAtMs);
    this.lastEventAtMs = Math.max(this.lastEventAtMs, other.lastEventAtMs);
  }

  counted(): CountedEvents {
    const { itemEvents, busiestUser, ratingEvents, duplicates, firstEventAtMs, lastEventAtMs } = this;
    const eventsPerUser = Int32Array.from(this.eventsPerUser);
    return {
      eventsPerUser,
      itemEvents,
      busiestUser,
      ratingEvents,
      duplicates,
      eventsByDay: this.times.byDay(),
      firstEventAtMs,
      lastEventAtMs,
    };
  }

  private countItems(itemIds: Int32Array, timestampsMs: Float64Array): void {
    const user = this.eventsPerUser.length;
    const { itemEvents, busiestUser, metBy, metAtMs, duplicates } = this;
    const events = itemIds.length;
    for (let index = 0; index < events; index++) {
      const item = itemIds[index]!;
      const timestampMs = timestampsMs[index]!;
      itemEvents[item]! += 1;
      if (busiestUser[item]! < events) busiestUser[item] = events;
      if (metBy[item] === user) {
        duplicates.sameItem += 1;
        if (metAtMs[item] === timestampMs) duplicates.sameItemAndTime += 1;
      }
      metBy[item] = user;
      metAtMs[item] = timestampMs;
    }
  }
}
