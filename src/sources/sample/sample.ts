import { z } from 'zod';
import { PICTURE_MIMES, type PictureRules } from '../../domain/picture.ts';
import { makePost, type Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import type { Brand } from '../../domain/triage/verdict.ts';
import { RejectedError } from '../../errors.ts';
import { type Batch, defineSource, type SendOptions, type Source, type SourceContext } from '../source.ts';
import { PEOPLE } from './people.ts';
import { addressOf, authorOf, CUES, postOf } from './stage.ts';

/** The fictional house that the stream talks about; used where no brand is configured. */
export const SAMPLE_BRAND: Brand = {
  // "Simmer" alone is a verb in half of all recipes, so it is no name.
  names: ['Simmer & Co.', 'Simmer and Co', 'SimmerAndCo', 'Simmer One', 'Simmer Grande'],
  competitors: ['CrockPal', 'SlowJoe', 'Kettlewick'],
  domains: ['simmer.example'],
};

const LIMIT = 300;
const PICTURES: PictureRules = { most: 4, mimes: PICTURE_MIMES, bytes: 2_000_000, pixels: null, alt: 1_500 };
const POLL_EVERY_MS = 1_500;
/** After the last post there is only the odd thank-you to come. */
const QUIET_MS = 5_000;
/** While nobody polls the play stands still: a restart goes on where it was, and does not fall over the newcomer. */
const LONGEST_STEP_MS = 10_000;
/** A customer reads our answer before writing back. Milliseconds of the play. */
const READING_MS = 8_000;
const MOST_REPLIES = 500;

const config = z.strictObject({
  /** How fast the stream plays: 2 is twice as fast. */
  speed: z.number().positive().max(1_000).default(1),
});

const cursorSchema = z.object({
  /** How many cues have appeared. */
  index: z.number().int().min(0),
  /** Play time in milliseconds at `at`. */
  played: z.number().min(0),
  at: z.number(),
  /** How many of our recorded replies have had their echo. */
  heard: z.number().int().min(0),
});
type Cursor = z.output<typeof cursorSchema>;

const replySchema = z.object({
  key: z.string(),
  conversation: z.string(),
  replyTo: z.string().nullable(),
  text: z.string(),
  /** Descriptions of the pictures that went with it. */
  alts: z.array(z.string()).default([]),
  at: z.number(),
});
/** A reply of ours that a person sent through Potluck. */
type Recorded = z.output<typeof replySchema>;

function readCursor(raw: string | null): Cursor | null {
  if (raw === null) return null;
  try {
    return cursorSchema.parse(JSON.parse(raw));
  } catch {
    // An unreadable cursor starts the play again; posts that are known stay known by their ids.
    return null;
  }
}

function measure(text: string): Measure {
  const trimmed = text.trim();
  const length = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(trimmed)].length;
  let problem: string | null = null;
  if (length === 0) problem = 'The answer is empty.';
  else if (length > LIMIT) problem = `The answer has ${length} characters; ${LIMIT} are allowed.`;
  return { length, limit: LIMIT, unit: 'graphemes', parts: problem ? [] : [trimmed], problem };
}

function oursOf(reply: Recorded, source: string): Post {
  return makePost({
    source,
    id: `ours-${reply.key}`,
    conversationId: reply.conversation,
    replyTo: reply.replyTo,
    via: 'reply',
    author: authorOf('us'),
    text: reply.text,
    media: reply.alts.map((alt) => ({ url: null, alt })),
    url: addressOf(PEOPLE.us, `ours-${reply.key}`),
    createdAt: reply.at,
    ours: true,
  });
}

/** What comes back to a reply of ours: the customer's answer in the script, once a conversation. */
function echoOf(reply: Recorded, all: readonly Recorded[], source: string, now: number): Post | null {
  if (all.find((other) => other.conversation === reply.conversation) !== reply) return null;
  const published = reply.conversation === `ours-${reply.key}`;
  const cue = CUES.find((candidate) => candidate.id === reply.conversation);
  const text = published ? 'Ours is lentils with far too much lemon 🍋 Good question!' : cue?.answersUs;
  const who = published ? 'grace' : cue?.who;
  if (!text || !who) return null;
  const id = `echo-${reply.key}`;
  return makePost({
    source,
    id,
    conversationId: reply.conversation,
    replyTo: `ours-${reply.key}`,
    via: 'reply',
    author: authorOf(who),
    text,
    lang: cue?.lang ?? null,
    url: addressOf(PEOPLE[who], id),
    createdAt: Math.floor(now),
  });
}

/** The replies that went out through Potluck, remembered in the cache: losing them costs a thank-you, no more. */
function memory(context: SourceContext) {
  let turn: Promise<unknown> = Promise.resolve();
  async function read(): Promise<readonly Recorded[]> {
    const parsed = z.array(replySchema).safeParse(await context.cache.get('replies'));
    return parsed.success ? parsed.data : [];
  }
  async function write(reply: Recorded): Promise<Recorded> {
    const all = await read();
    const known = all.find((other) => other.key === reply.key);
    if (known) return known;
    if (all.length < MOST_REPLIES) await context.cache.set('replies', [...all, reply]);
    return reply;
  }
  return {
    read,
    /** One after the other: the list is read and written back. */
    add(reply: Recorded): Promise<Recorded> {
      const next = turn.then(() => write(reply));
      turn = next.catch(() => undefined);
      return next;
    },
  };
}

function create({ speed }: z.output<typeof config>, context: SourceContext): Source {
  const { name, clock } = context;
  const replies = memory(context);
  /** The cursor as of the latest poll of this process. */
  let latest: Cursor | null = null;

  function ahead(cursor: Cursor | null, now: number): { readonly played: number; readonly index: number } {
    if (!cursor) return { played: 0, index: CUES.filter((cue) => cue.at === 0).length };
    const step = Math.min(Math.max(0, now - cursor.at), LONGEST_STEP_MS);
    const played = cursor.played + step * speed;
    let index = Math.min(cursor.index, CUES.length);
    while (index < CUES.length && (CUES[index]?.at ?? 0) <= played) index++;
    return { played, index };
  }

  async function echoes(
    heard: number,
    now: number,
  ): Promise<{ readonly posts: readonly Post[]; readonly heard: number }> {
    const all = await replies.read();
    const posts: Post[] = [];
    let next = Math.min(heard, all.length);
    for (; next < all.length; next++) {
      const reply = all[next];
      if (!reply || reply.at + READING_MS / speed > now) break;
      const echo = echoOf(reply, all, name, now);
      if (echo) posts.push(echo);
    }
    return { posts, heard: next };
  }

  async function poll(raw: string | null, signal: AbortSignal): Promise<Batch> {
    signal.throwIfAborted();
    const now = clock.now();
    const cursor = readCursor(raw);
    const { played, index } = ahead(cursor, now);
    const fresh = CUES.slice(cursor?.index ?? 0, index).map((cue) =>
      postOf(cue, name, { now, played, speed }),
    );
    const back = await echoes(cursor?.heard ?? 0, now);
    latest = { index, played, at: now, heard: back.heard };
    const batch = { posts: [...fresh, ...back.posts], cursor: JSON.stringify(latest) };
    return index >= CUES.length ? { ...batch, waitMs: QUIET_MS } : batch;
  }

  async function conversation(post: Post, signal: AbortSignal): Promise<readonly Post[]> {
    signal.throwIfAborted();
    const now = clock.now();
    const own = CUES.findIndex((cue) => cue.id === post.id);
    // Straight after a restart nothing was polled yet, but the post that is asked about has appeared.
    const shown = Math.max(latest?.index ?? 0, own + 1);
    const played = latest ? latest.played : (CUES[shown - 1]?.at ?? 0);
    const posts = CUES.slice(0, shown)
      .filter((cue) => cue.conversation === post.conversationId)
      .map((cue) => postOf(cue, name, { now: latest?.at ?? now, played, speed }));
    const recorded = await replies.read();
    for (const reply of recorded.filter((each) => each.conversation === post.conversationId)) {
      posts.push(oursOf(reply, name));
      const place = recorded.indexOf(reply);
      const echo =
        place < (latest?.heard ?? 0) ? echoOf(reply, recorded, name, reply.at + READING_MS / speed) : null;
      if (echo) posts.push(echo);
    }
    return posts.sort((a, b) => a.createdAt - b.createdAt);
  }

  async function send(
    text: string,
    to: Post | null,
    { idempotencyKey: key, signal, media = [] }: SendOptions,
  ): Promise<readonly Post[]> {
    signal.throwIfAborted();
    const { problem, parts } = measure(text);
    if (problem) throw new RejectedError(problem);
    const reply = await replies.add({
      key,
      conversation: to?.conversationId ?? `ours-${key}`,
      replyTo: to?.id ?? null,
      text: parts[0] ?? '',
      alts: media.map(({ alt }) => alt),
      at: clock.now(),
    });
    return [oursOf(reply, name)];
  }

  return {
    name,
    kind: 'sample',
    label: 'Sample',
    sample: true,
    pollEveryMs: POLL_EVERY_MS,
    capabilities: {
      poll: true,
      listen: false,
      receive: false,
      conversation: true,
      reply: true,
      publish: true,
    },
    account: () => ({ handle: `@${PEOPLE.us.handle}`, url: authorOf('us').url }),
    poll,
    conversation,
    measure: (_post, text) => measure(text),
    measurePost: measure,
    pictures: () => PICTURES,
    reply: (post, text, options) => send(text, post, options),
    publish: (text, options) => send(text, null, options),
    async check() {
      return [{ ok: true, what: `plays ${CUES.length} made-up posts about a fictional brand`, remedy: null }];
    },
  };
}

/** A made-up stream about a fictional brand, so that a newcomer sees the whole journey without an account anywhere. */
export const sample = defineSource({
  kind: 'sample',
  label: 'Sample',
  config,
  create: async (options, context) => create(options, context),
});
