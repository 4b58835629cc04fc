import type { Post } from '../../domain/post.ts';
import type { Measure } from '../../domain/reply.ts';
import { readLanguage } from '../../domain/triage/language.ts';
import { readWords } from '../../domain/triage/tokens.ts';
import {
  AuthError,
  messageOf,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { htmlToText } from '../../html-text.ts';
import { neverLeft } from '../kit/answers.ts';
import type { SendOptions } from '../source.ts';
import { GoneError } from './api.ts';
import type { Connection } from './connection.ts';
import { type MastodonStatus, readList, statusSchema } from './entities.ts';
import { type Addressee, countText, DEFAULT_RULES, measureText } from './measure.ts';
import { uploadPictures } from './pictures.ts';
import { FOLLOW } from './to-post.ts';

export interface Sender {
  measure(post: Post, text: string): Measure;
  measurePost(text: string): Measure;
  reply(post: Post, text: string, options: SendOptions): Promise<readonly Post[]>;
  publish(text: string, options: SendOptions): Promise<readonly Post[]>;
}

/** What all parts of one message have in common. */
interface Manner {
  readonly visibility?: string;
  readonly spoiler_text?: string;
  readonly language?: string;
}

/** One status on its way. */
interface Outgoing {
  readonly text: string;
  readonly replyTo: string | null;
  readonly manner: Manner;
  /** Pictures that the server has already. */
  readonly mediaIds: readonly string[];
  readonly key: string;
  readonly signal: AbortSignal;
}

// The names Mastodon makes links of; a handle that is not one could carry other words into our text.
const HANDLE = /^[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*@[\p{L}\p{N}_.-]+(?::\d+)?$/u;
/** Clocks of two machines differ; a status of the same words in the same place is ours within this time. */
const SKEW_MS = 5 * 60_000;

/** Answers and publishes, each status once: nothing is ever sent again by itself. */
export function createSender(connection: Connection): Sender {
  const { api, clock } = connection;

  /** Whom the answer must mention so that they hear of it: the author, unless it is one of us. */
  function addressee(post: Post): Addressee | null {
    const { handle } = post.author;
    if (post.ours || !HANDLE.test(handle)) return null;
    const domain = connection.current()?.domain ?? new URL(connection.server).host;
    return { handle, local: handle.toLowerCase().endsWith(`@${domain}`) };
  }
  function measured(text: string, to: Addressee | null, warning: string): Measure {
    const rules = connection.current()?.rules ?? DEFAULT_RULES;
    return measureText(
      text,
      rules,
      to,
      warning === '' ? 0 : countText(warning, { ...rules, urlLength: null }),
    );
  }

  /** The status to answer, as it is now: who may see it, its warning and its language are kept. */
  async function target(post: Post, signal: AbortSignal): Promise<MastodonStatus | null> {
    if (post.id.startsWith(FOLLOW)) return null;
    try {
      const path = `/api/v1/statuses/${encodeURIComponent(post.id)}`;
      const parsed = statusSchema.safeParse(
        (await api.call(path, { scope: 'read:statuses', purpose: 'answer', signal })).json,
      );
      if (parsed.success) return parsed.data;
      throw new UnavailableError(
        'The server tells nothing readable about the post to answer; nothing was sent.',
      );
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      throw new RejectedError(
        'The post was deleted, or its author no longer shows it to us; nothing was sent.',
        {
          cause: error,
        },
      );
    }
  }

  async function post(outgoing: Outgoing): Promise<MastodonStatus> {
    const answer = await api.call('/api/v1/statuses', {
      method: 'POST',
      headers: { 'idempotency-key': outgoing.key },
      body: {
        status: outgoing.text,
        ...(outgoing.replyTo === null ? {} : { in_reply_to_id: outgoing.replyTo }),
        ...(outgoing.mediaIds.length > 0 ? { media_ids: outgoing.mediaIds } : {}),
        ...outgoing.manner,
      },
      scope: 'write:statuses',
      purpose: 'answer',
      signal: outgoing.signal,
    });
    return statusSchema.parse(answer.json);
  }

  /** Our own status with these words in this place, if the server has it. */
  async function find(outgoing: Outgoing, since: number): Promise<MastodonStatus | null> {
    const me = connection.current()?.me.id;
    if (me === undefined) return null;
    const answer = await api.call(`/api/v1/accounts/${encodeURIComponent(me)}/statuses`, {
      params: { limit: 40, exclude_reblogs: 'true' },
      scope: 'read:statuses',
      purpose: 'answer',
      signal: outgoing.signal,
    });
    const wanted = letters(outgoing.text);
    const found = readList(answer.json, statusSchema, []).filter(
      (status) =>
        status.in_reply_to_id === outgoing.replyTo &&
        status.created_at >= since + (answer.now - clock.now()) - SKEW_MS &&
        letters(htmlToText(status.content).text) === wanted,
    );
    return found[0] ?? null;
  }

  async function sendOne(outgoing: Outgoing): Promise<MastodonStatus> {
    const since = clock.now();
    try {
      return await post(outgoing);
    } catch (error) {
      if (isRefusal(error)) throw error;
      if (neverLeft(error)) throw error;
      // The answer is lost or unreadable, so the status may be out there: look before anybody is troubled.
      const found = outgoing.signal.aborted ? null : await find(outgoing, since).catch(() => null);
      if (found) return found;
      throw new UncertainError(
        `The server did not confirm the post (${messageOf(error)}). It may have been published; look at the account before sending it again.`,
        { cause: error },
      );
    }
  }

  /** Sends the parts as a thread, each answering the one before. */
  async function sendAll(
    parts: readonly string[],
    replyTo: string | null,
    manner: Manner,
    options: SendOptions,
  ): Promise<readonly MastodonStatus[]> {
    const sent: MastodonStatus[] = [];
    const { idempotencyKey, signal, media = [] } = options;
    const pictures = await uploadPictures(connection, media, signal);
    for (const [index, text] of parts.entries()) {
      const key = parts.length === 1 ? idempotencyKey : `${idempotencyKey}-${index + 1}`;
      const mediaIds = index === 0 ? pictures : [];
      try {
        sent.push(
          await sendOne({ text, replyTo: sent.at(-1)?.id ?? replyTo, manner, mediaIds, key, signal }),
        );
      } catch (error) {
        if (sent.length === 0) throw error;
        // Half is public: "failed" would invite a person to send the first half again.
        throw new UncertainError(
          `Only ${sent.length} of ${parts.length} parts were published; the next failed: ${messageOf(error)} Finish it on the network (${sent[0]?.url ?? 'see the account'}).`,
          { cause: error },
        );
      }
    }
    return sent;
  }

  function partsOf(measure: Measure): readonly string[] {
    if (measure.problem !== null) throw new RejectedError(measure.problem);
    return measure.parts;
  }

  return {
    measurePost: (text) => measured(text, null, ''),
    measure: (post, text) => measured(text, addressee(post), connection.warningOf(post.id)),

    async reply(post, text, options) {
      const shown = measured(text, addressee(post), connection.warningOf(post.id));
      partsOf(shown);
      await connection.session(options.signal);
      const status = await target(post, options.signal);
      if (status) connection.noteWarning(status);
      // Measured again with what is known now: the server's own limit, and the warning, which counts.
      const parts = partsOf(measured(text, addressee(post), connection.warningOf(post.id)));
      if (parts.join('\n') !== shown.parts.join('\n')) {
        throw new RejectedError(
          'The post has a content warning, or the server other limits than were known a moment ago, so this would go out differently than it was shown. Nothing was sent; look at it again.',
        );
      }
      const manner = status ? mannerOf(status) : {};
      const sent = await sendAll(parts, status?.id ?? null, manner, options);
      return sent.map((one) => connection.toPost(one, 'reply', post.conversationId));
    },

    async publish(text, options) {
      await connection.session(options.signal);
      const sent = await sendAll(partsOf(measured(text, null, '')), null, mannerOfOwn(text), options);
      return sent.map((one) => connection.toPost(one, 'comment', sent[0]?.id ?? one.id));
    },
  };
}

/** Said no, for certain: nothing was published. */
function isRefusal(error: unknown): boolean {
  return error instanceof AuthError || error instanceof RateLimitedError || error instanceof RejectedError;
}

function mannerOf(status: MastodonStatus): Manner {
  const { visibility, spoiler_text, language } = status;
  return {
    ...(visibility === '' ? {} : { visibility }),
    ...(spoiler_text === '' ? {} : { spoiler_text }),
    ...(language ? { language } : {}),
  };
}

/** A post of our own says its language where the detector is sure of it; else the account's own setting holds. */
function mannerOfOwn(text: string): Manner {
  const { language, sure } = readLanguage(readWords(text), null);
  return sure && language !== null ? { language } : {};
}

/** What stays the same between what was sent and what the server shows: links are shortened, mentions lose their domain. */
function letters(text: string): string {
  return text
    .replace(/@([\p{L}\p{N}_.-]+)@[\p{L}\p{N}_.:-]+/gu, '@$1')
    .replace(/\(?https?:\/\/[^\s)]+\)?/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, '');
}
