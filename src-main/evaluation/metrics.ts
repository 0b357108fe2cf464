/**
 * The form in which titles are compared: Unicode NFKC, case folded, white space trimmed and collapsed.
 * Case folding goes by way of capitals, so that "ß" meets "SS" (and from small letters to them, for the capital "ẞ").
 */
export function normaliseTitle(title: string): string {
  return title.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC').trim().replace(/\s+/gu, ' ');
}

/** Items by title. Items whose titles are equal when normalised are one title class: no text tells them apart. */
export class TitleCatalogue {
  /** Title classes, numbered by first appearance. */
  readonly size: number;
  private readonly classes = new Map<string, number>();

  constructor(titles: Iterable<string>) {
    for (const title of titles) {
      const key = normaliseTitle(title);
      if (!this.classes.has(key)) this.classes.set(key, this.classes.size);
    }
    this.size = this.classes.size;
  }

  /** The class of a title, or -1 for a text that is no title of the catalogue. */
  classOf(title: string): number {
    return this.classes.get(normaliseTitle(title)) ?? -1;
  }

  has(title: string): boolean {
    return this.classes.has(normaliseTitle(title));
  }
}

/**
 * For each user 1 where the target is among the first k distinct predicted titles, else 0; the mean is Recall@k (one target a user: also
 * the hit rate). Titles are compared normalised; a text that is no title takes a place like any other.
 * @param predictions for each user, best first
 */
export function recallAtK(predictions: readonly (readonly string[])[], targets: readonly string[], k: number): number[] {
  requireSameLength('recallAtK', predictions.length, targets.length);
  return predictions.map((texts, user) => (firstDistinct(texts, k).has(normaliseTitle(targets[user]!)) ? 1 : 0));
}

/** For each user 1 where the best prediction is the target, else 0: Recall@1. */
export function accuracy(predictions: readonly (readonly string[])[], targets: readonly string[]): number[] {
  return recallAtK(predictions, targets, 1);
}

/** For each user the share, 0 to 1, of predictions that are no title of the catalogue; 0 where nothing was predicted. */
export function offCatalogueShare(predictions: readonly (readonly string[])[], catalogue: TitleCatalogue): number[] {
  return predictions.map((texts) => texts.filter((text) => !catalogue.has(text)).length / Math.max(texts.length, 1));
}

function firstDistinct(texts: readonly string[], k: number): Set<string> {
  const distinct = new Set<string>();
  for (const text of texts) {
    if (distinct.size >= k) break;
    distinct.add(normaliseTitle(text));
  }
  return distinct;
}

function requireSameLength(who: string, predictions: number, targets: number): void {
  if (predictions !== targets) throw new Error(`${who}: expected a target for each of the ${predictions} predictions, got ${targets}`);
}
