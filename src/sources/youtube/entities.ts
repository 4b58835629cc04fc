import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/**
 * Answers of the YouTube Data API, only as far as they are used:
 * https://developers.google.com/youtube/v3/docs/comments and https://developers.google.com/youtube/v3/docs/commentThreads
 */
const id = z.string().min(1).max(1_000);
const maybe = z.string().nullish().catch(null);
const words = maybe.transform((value) => value ?? '');
const instant = (value: string): number => Date.parse(value);
const time = z
  .string()
  .transform(instant)
  .refine((value) => Number.isFinite(value), 'is not a date');

export const commentSchema = z.object({
  id,
  snippet: z.object({
    authorDisplayName: words,
    authorChannelUrl: maybe,
    authorChannelId: z.object({ value: maybe }).nullish().catch(null),
    authorProfileImageUrl: maybe,
    textDisplay: words,
    textOriginal: maybe,
    parentId: maybe,
    videoId: maybe,
    postId: maybe,
    imageUrl: maybe,
    publishedAt: time,
    updatedAt: maybe.transform((value) => {
      const at = instant(value ?? '');
      return Number.isFinite(at) ? at : null;
    }),
  }),
});
export type Comment = z.output<typeof commentSchema>;

export const threadSchema = z.object({
  id,
  snippet: z.object({
    videoId: maybe,
    postId: maybe,
    topLevelComment: commentSchema,
    canReply: z.boolean().nullish().catch(null),
    totalReplyCount: z.number().nullish().catch(null),
  }),
  /** A part of the answers, not all: comments.list has the rest. */
  replies: z
    .object({ comments: z.array(z.unknown()).nullish() })
    .nullish()
    .catch(null),
});
export type Thread = z.output<typeof threadSchema>;

export const channelSchema = z.object({
  id,
  snippet: z.object({ title: words, customUrl: maybe }),
});
export type Channel = z.output<typeof channelSchema>;

/** `items` is absent where nothing was found (channels.list). */
const pageSchema = z.object({
  items: z.array(z.unknown()).nullish(),
  nextPageToken: maybe,
});

export interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

export function readPage(json: unknown): Page {
  const parsed = pageSchema.safeParse(json);
  if (!parsed.success)
    throw new UnavailableError(`YouTube’s answer cannot be read: ${problemsOf(parsed.error)}.`);
  return { items: parsed.data.items ?? [], next: parsed.data.nextPageToken || null };
}

/** The readable entries; the others are counted in `dropped` under their own id where they have one. */
export function readItems<Output>(
  items: readonly unknown[],
  schema: z.ZodType<Output>,
  dropped: Dropped[],
): readonly Output[] {
  return items.flatMap((entry) => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    const own = z.object({ id }).safeParse(entry);
    dropped.push({ id: own.success ? own.data.id : null, why: problemsOf(parsed.error) });
    return [];
  });
}
