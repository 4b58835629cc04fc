import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { problemsOf, time } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/** Answers of X API v2, only as far as they are used: https://docs.x.com/x-api/fundamentals/data-dictionary */
const id = z.string().regex(/^\d{1,25}$/, 'is not an id');
const maybe = z.string().nullish().catch(null);
const words = maybe.transform((value) => value ?? '');
const list = <Entry extends z.ZodType>(entry: Entry) =>
  z
    .array(entry)
    .nullish()
    .catch(null)
    .transform((value) => value ?? []);

const entitiesSchema = z
  .object({
    urls: list(z.object({ url: z.string(), expanded_url: maybe, unwound_url: maybe, media_key: maybe })),
    mentions: list(z.object({ username: z.string(), id: maybe })),
  })
  .nullish()
  .catch(null);

export const tweetSchema = z.object({
  id,
  text: words,
  author_id: id.nullish().catch(null),
  created_at: time,
  conversation_id: id.nullish().catch(null),
  in_reply_to_user_id: maybe,
  lang: maybe,
  edit_history_tweet_ids: list(id),
  referenced_tweets: list(z.object({ type: z.string(), id: z.string() })),
  attachments: z
    .object({ media_keys: list(z.string()) })
    .nullish()
    .catch(null),
  entities: entitiesSchema,
  /** The whole of a post that is longer than 280 characters. */
  note_tweet: z.object({ text: words, entities: entitiesSchema }).nullish().catch(null),
});
export type Tweet = z.output<typeof tweetSchema>;

export const userSchema = z.object({
  id,
  name: words,
  username: z.string().min(1),
  profile_image_url: maybe,
});
export type User = z.output<typeof userSchema>;

const mediaSchema = z.object({
  media_key: z.string(),
  url: maybe,
  preview_image_url: maybe,
  alt_text: maybe,
});
export type Media = z.output<typeof mediaSchema>;

const answerSchema = z.object({
  data: z.unknown().optional(),
  includes: z
    .object({ users: list(z.unknown()), media: list(z.unknown()) })
    .nullish()
    .catch(null),
  meta: z.object({ next_token: maybe }).nullish().catch(null),
  errors: list(z.unknown()),
});

/** A list of posts with what belongs to them. */
export interface Page {
  readonly tweets: readonly Tweet[];
  readonly users: ReadonlyMap<string, User>;
  readonly media: ReadonlyMap<string, Media>;
  readonly next: string | null;
  /** How many entries were on the page, unreadable ones included. */
  readonly count: number;
}

function read<Output>(json: unknown, schema: z.ZodType<Output>): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`X’s answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** An answer with an array of posts; `data` is absent where there are none. */
export function readPage(json: unknown, dropped: Dropped[]): Page {
  const { data, includes, meta } = read(json, answerSchema);
  const entries = Array.isArray(data) ? (data as readonly unknown[]) : data ? [data] : [];
  return {
    tweets: readItems(entries, tweetSchema, dropped),
    users: new Map(readItems(includes?.users ?? [], userSchema, []).map((one) => [one.id, one])),
    media: new Map(readItems(includes?.media ?? [], mediaSchema, []).map((one) => [one.media_key, one])),
    next: meta?.next_token || null,
    count: entries.length,
  };
}

export function readUser(json: unknown): User {
  return read(json, z.object({ data: userSchema })).data;
}

/** What POST /2/tweets answers: https://docs.x.com/x-api/posts/create-post */
export function readCreated(json: unknown): string {
  return read(json, z.object({ data: z.object({ id }) })).data.id;
}

function readItems<Output>(
  items: readonly unknown[],
  schema: z.ZodType<Output>,
  dropped: Dropped[],
): readonly Output[] {
  return items.flatMap((entry) => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    const own = z.object({ id: z.string() }).safeParse(entry);
    dropped.push({ id: own.success ? own.data.id : null, why: problemsOf(parsed.error) });
    return [];
  });
}
