import { z } from 'zod';
import { cleanLine } from '../post.ts';

/** `drafts` in potluck.yaml: what suggestions for answers are made of. */
export const draftsSchema = z.strictObject({
  /** What you make, as people write it: `{product}` in saved replies. */
  products: z.array(z.string().trim().min(2).max(60)).max(200).default([]),
  /** Where `{link}` leads when nobody passed on a page of yours. */
  link: z.url({ protocol: /^https?$/, error: 'must be an address that starts with https://' }).optional(),
});
export type DraftSettings = z.output<typeof draftsSchema>;

/** Longest saved reply, in UTF-16 units: the longest that the forms of the chats take. */
export const MAX_SAVED_TEXT = 3_000;
const MAX_SAVED_NAME = 40;

/** What a saved reply may be called: one line, short enough for a button. Empty when nothing is left. */
export function savedName(raw: string): string {
  return cleanLine(raw, MAX_SAVED_NAME);
}
