import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Api } from './api.ts';
import { clampWait, RefusedError } from './failures.ts';
import { isThing, readListing, readThing, type Thing } from './shapes.ts';
import type { Shut } from './shut.ts';
import { toPost } from './to-post.ts';
import type { Us } from './us.ts';

/** Longest comment, in characters: `VMarkdownLength(max_length=10000)` of POST_comment in reddit-archive/reddit, r2/controllers/api.py. */
const LIMIT = 10_000;
/** Clocks of two machines differ. */
const SKEW_S = 300;

const answerSchema = z.object({
  json: z.object({
    errors: z.array(z.array(z.unknown())).catch([]),
    /** Seconds to wait, beside a RATELIMIT error. */
    ratelimit: z.number().nullish().catch(null),
    data: z
      .object({ things: z.array(z.unknown()) })
      .nullish()
      .catch(null),
  }),
});

/** What is wrong with an answer, by Reddit's code (r2/lib/errors.py in reddit-archive/reddit); others in Reddit's own words. */
const WORDS: Readonly<Record<string, string>> = {
  THREAD_LOCKED: 'Reddit’s moderators have locked this thread.',
  TOO_OLD: 'Reddit has archived this thread: it is too late to answer.',
  DELETED_COMMENT: 'The comment was deleted.',
  DELETED_LINK: 'The post was deleted.',
  DELETED_THING: 'The post was deleted.',
  NO_TEXT: 'There is nothing to send.',
  TOO_LONG: `Too long: Reddit takes ${LIMIT} characters.`,
  SUBREDDIT_NOTALLOWED: 'Reddit does not let this account write in that subreddit.',
};

export interface SendParts {
  readonly source: string;
  readonly api: Api;
  readonly us: Us;
  readonly shut: Shut;
  readonly clock: Clock;
}

/** How a text would go out: as one comment, in Markdown. */
export function measureText(text: string): Measure {
  const body = text.replace(/\r\n?/g, '\n').trim();
  // Far beyond the limit nothing is counted: it runs while a person types.
  const length = body.length > 10 * LIMIT ? body.length : [...body].length;
  const problem =
    length === 0
      ? 'There is nothing to send yet.'
      : length > LIMIT
        ? `Too long: ${length} characters. Reddit takes ${LIMIT}.`
        : null;
  return { length, limit: LIMIT, unit: 'characters', parts: problem === null ? [body] : [], problem };
}

/** Answers by `POST /api/comment` (https://www.reddit.com/dev/api/#POST_api_comment), once: nothing is sent again by itself. */
export function createSender({ source, api, us, shut, clock }: SendParts) {
  async function post(to: Post, text: string, signal: AbortSignal): Promise<Thing> {
    const json = await api.call('/api/comment', {
      about: 'answering',
      scope: 'submit',
      form: { thing_id: to.id, text },
      signal,
    });
    const parsed = answerSchema.safeParse(json);
    if (!parsed.success) throw new UnavailableError('Reddit answered something else than it should.');
    const { errors, ratelimit, data } = parsed.data.json;
    const [error] = errors;
    if (error?.[0] === 'THREAD_LOCKED') shut.close(to.conversationId, 'locked');
    if (error?.[0] === 'TOO_OLD') shut.close(to.conversationId, 'archived');
    if (error) throw refusalOf(error, ratelimit ?? null);
    const thing = (data?.things ?? []).map(readThing).find(isThing);
    if (!thing) throw new UnavailableError('Reddit did not show the comment.');
    return thing;
  }

  /** Our own comment with these words in this place, if Reddit shows it. */
  async function find(
    parent: string,
    text: string,
    since: number,
    signal: AbortSignal,
  ): Promise<Thing | null> {
    const me = await us.me(signal, 'answer');
    const json = await api.call(`/user/${encodeURIComponent(me.name)}/comments`, {
      about: 'looking whether the answer arrived',
      scope: 'history',
      params: { sort: 'new', limit: 25 },
      purpose: 'answer',
      signal,
    });
    const found = readListing(json)
      .children.map(readThing)
      .filter(isThing)
      .find(
        (thing) =>
          thing.parent === parent && thing.at >= since - SKEW_S && letters(thing.text) === letters(text),
      );
    return found ?? null;
  }

  async function send(to: Post, text: string, signal: AbortSignal): Promise<Thing> {
    const since = Math.floor(clock.now() / 1_000);
    try {
      return await post(to, text, signal);
    } catch (error) {
      const said = [AuthError, RateLimitedError, RejectedError].some((kind) => error instanceof kind);
      if (said || neverLeft(error)) throw error;
      // The answer is lost or unreadable, so the comment may be out there: look before anybody is troubled.
      const found = signal.aborted ? null : await find(to.id, text, since, signal).catch(() => null);
      if (found) return found;
      throw new UncertainError(
        `Reddit did not confirm the comment (${messageOf(error)}). It may have been published; look at the thread before sending it again.`,
        { cause: error },
      );
    }
  }

  return {
    measure: (_post: Post, text: string): Measure => measureText(text),

    async reply(
      to: Post,
      text: string,
      options: { readonly idempotencyKey: string; readonly signal: AbortSignal },
    ): Promise<readonly Post[]> {
      const { problem, parts } = measureText(text);
      const [body] = parts;
      if (problem !== null || body === undefined)
        throw new RejectedError(problem ?? 'There is nothing to send.');
      await us.me(options.signal, 'answer');
      // A sign-in that fails in the middle would look like a comment whose fate is unknown.
      await api.signIn(options.signal, 'answer');
      const thing = await send(to, body, options.signal);
      const made = toPost(thing, source, 'reply', true);
      return [{ ...made, replyTo: to.id, conversationId: to.conversationId }];
    },
  };
}

/** `["THREAD_LOCKED", "Comments are locked.", "parent"]` */
function refusalOf(error: readonly unknown[], seconds: number | null): Error {
  const [code, said] = error.map((part) =>
    typeof part === 'string' ? part.replace(/\s+/g, ' ').slice(0, 200) : '',
  );
  if (code === 'RATELIMIT')
    return new RateLimitedError(
      `Reddit lets this account write more slowly than that (“${said}”).`,
      clampWait(seconds === null ? waitIn(said ?? '') : seconds * 1_000),
    );
  if (code === 'USER_REQUIRED')
    return new AuthError('Reddit does not know who is writing. Make a new token with the scope submit.');
  const words =
    WORDS[code ?? ''] ?? `Reddit said no: ${said || 'it did not say why'} (${code || 'no code'}).`;
  return new RefusedError(words);
}

/** "… Try again in 9 minutes": how long that is, in milliseconds; ten minutes where it cannot be read. */
function waitIn(words: string): number {
  const [, amount, unit] = /(\d+) (second|minute|hour)/i.exec(words) ?? [];
  const each = { second: 1_000, minute: 60_000, hour: 3_600_000 }[unit?.toLowerCase() ?? ''];
  return each === undefined ? 600_000 : (Number(amount) + 1) * each;
}

/** What stays the same between what was sent and what is shown. */
function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, '');
}
