import { z } from 'zod';

/** Branded numbers: a user's id is not an item's id. All are dense indices within their dataset or vocabulary. */
export type UserId = number & { readonly __brand: 'UserId' };
export type ItemId = number & { readonly __brand: 'ItemId' };
export type TokenId = number & { readonly __brand: 'TokenId' };

/** Vocabulary id of padding: "no event here". Every vocabulary starts with it. */
export const PAD_ID = 0;
/** Vocabulary id of a value that the vocabulary does not hold. */
export const OOV_ID = 1;
/** First id that stands for a real value. */
export const FIRST_VALUE_ID = 2;

/** A run's id: short, sortable by creation time, safe in paths and URLs. */
export const runIdSchema = z.string().regex(/^[a-z0-9-]{4,40}$/);
export type RunId = string;
