import { z } from 'zod';
import { problemsOf, time, words } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/**
 * The Mastodon API as its many servers really answer it: only what is used is asked for, and whatever may be absent
 * may be absent. Shapes: https://docs.joinmastodon.org/entities/
 */

/** Ids are opaque: numbers on Mastodon, ULIDs on GoToSocial, flake ids on Pleroma. They are never compared by size. */
const id = z.union([z.string().min(1).max(1_000), z.number().transform(String)]);
const maybeId = id.nullish().transform((value) => value ?? null);
const maybe = z.string().nullish().catch(null);

const accountSchema = z.object({
  id,
  acct: z.string().min(1),
  display_name: words,
  url: maybe,
  avatar: maybe,
  /** What they say of themselves, in HTML. */
  note: words,
});
export type MastodonAccount = z.output<typeof accountSchema>;

/** A quote that may be shown: https://docs.joinmastodon.org/entities/Quote/ */
const quoteSchema = z.object({
  state: z.literal('accepted'),
  quoted_status: z.object({ id, account: accountSchema, content: words, url: maybe }),
});

export const statusSchema = z.object({
  id,
  created_at: time,
  edited_at: time.nullish().catch(null),
  account: accountSchema,
  content: words,
  spoiler_text: words,
  visibility: words,
  language: maybe,
  url: maybe,
  uri: maybe,
  in_reply_to_id: maybeId,
  in_reply_to_account_id: maybeId,
  // Only whether it is a boost matters.
  reblog: z
    .unknown()
    .optional()
    .transform((value) => value !== null && value !== undefined && value !== false),
  quote: quoteSchema.nullish().catch(null),
  mentions: z
    .array(z.object({ id }))
    .nullish()
    .catch(null)
    .transform((value) => value ?? []),
  media_attachments: z
    .array(z.object({ url: maybe, description: words }))
    .nullish()
    .catch(null)
    .transform((value) => value ?? []),
  poll: z
    .object({ options: z.array(z.object({ title: words })) })
    .nullish()
    .catch(null),
});
export type MastodonStatus = z.output<typeof statusSchema>;

/** `status` is null when the post was deleted since. */
export const notificationSchema = z.object({
  id,
  type: z.string(),
  created_at: time,
  account: accountSchema.nullish().catch(null),
  status: z.unknown().optional(),
});
export type MastodonNotification = z.output<typeof notificationSchema>;

export const contextSchema = z.object({
  ancestors: z
    .array(z.unknown())
    .nullish()
    .transform((value) => value ?? []),
  descendants: z
    .array(z.unknown())
    .nullish()
    .transform((value) => value ?? []),
});

export const meSchema = z.object({ id, acct: z.string().min(1), url: maybe });
export type Me = z.output<typeof meSchema>;

/** A picture that was handed over; its `url` is null while the server works on it. */
export const attachmentSchema = z.object({ id, url: maybe });

export const appSchema = z.object({ scopes: z.array(z.string()).nullish().catch(null) });

const count = z.number().int().positive().nullish().catch(null);
const part = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).nullish().catch(null);

/** `/api/v2/instance`, with what `/api/v1/instance` and Pleroma call the same things. */
export const instanceSchema = z.object({
  domain: maybe,
  uri: maybe,
  title: words,
  version: words,
  max_toot_chars: count,
  urls: part({ streaming_api: maybe }),
  configuration: part({
    urls: part({ streaming: maybe }),
    timelines_access: part({ live_feeds: part({ local: maybe, remote: maybe }) }),
    statuses: part({
      max_characters: count,
      characters_reserved_per_url: count,
      max_media_attachments: count,
    }),
    media_attachments: part({
      supported_mime_types: z.array(z.string()).nullish().catch(null),
      image_size_limit: count,
      image_matrix_limit: count,
      /** Since Mastodon 4.4. */
      description_limit: count,
    }),
  }),
});
export type Instance = z.output<typeof instanceSchema>;

/** Reads a list, dropping entries that cannot be read; each is counted in `dropped` under its own id where it has one. */
export function readList<Output>(
  raw: unknown,
  schema: z.ZodType<Output>,
  dropped: Dropped[],
): readonly Output[] {
  if (!Array.isArray(raw)) return [];
  const good: Output[] = [];
  for (const entry of raw as readonly unknown[]) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) good.push(parsed.data);
    else dropped.push({ id: ownId(entry), why: problemsOf(parsed.error) });
  }
  return good;
}

function ownId(entry: unknown): string | null {
  const parsed = z.object({ id }).safeParse(entry);
  return parsed.success ? parsed.data.id : null;
}
