import type { Clock } from '../../clock.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export const CODE = {
  unknownChannel: 10_003,
  unknownMember: 10_007,
  unknownMessage: 10_008,
  unknownUser: 10_013,
  cloudflare: 40_333,
  missingAccess: 50_001,
  missingPermissions: 50_013,
  invalidForm: 50_035,
  threadArchived: 50_083,
  cannotReply: 160_002,
  threadLocked: 160_005,
  autoModeration: 200_000,
  harmfulLink: 240_000,
} as const;

/** Where a 429 does not say: Discord's own windows are shorter, Cloudflare's are longer. */
const DEFAULT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 86_400_000;

export const TOKEN_WORDS =
  'Discord does not know this token. Copy it anew: Developer Portal → your app → Bot → “Reset Token”.';

/** What a failed call was about, for the words. */
export interface About {
  /** "read the messages" */
  readonly what: string;
  /** The channel, where it is about one. */
  readonly channel?: string;
  readonly writes?: boolean;
}

/** Discord's own code of an error, or null. */
export function codeOf(error: unknown): number | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause && typeof cause === 'object' && 'discordCode' in cause && typeof cause.discordCode === 'number'
    ? cause.discordCode
    : null;
}

/** Whether Discord says that what was asked for is not there (any more). */
export function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === CODE.unknownMessage ||
    code === CODE.unknownChannel ||
    code === CODE.unknownMember ||
    code === CODE.unknownUser
  );
}

/** A refusal that names its reason concerns what was asked for; one without is Discord's front door, and concerns all. */
export function isAboutThis(error: unknown): error is Error {
  return (error instanceof AuthError || error instanceof RejectedError) && codeOf(error) !== null;
}

interface Problem {
  readonly code: number | null;
  readonly words: string;
  /** Codes of form errors, wherever they stand. */
  readonly form: readonly string[];
  readonly retryAfterMs: number | null;
}

/** https://docs.discord.com/developers/reference#error-messages */
function problemOf(text: string): Problem {
  const none: Problem = { code: null, words: '', form: [], retryAfterMs: null };
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return none;
    const { code, message, errors, retry_after: after } = json as Record<string, unknown>;
    const form: string[] = [];
    const said: string[] = typeof message === 'string' ? [message] : [];
    walk(errors, 0, (formCode, formMessage) => {
      form.push(formCode);
      said.push(formMessage);
    });
    return {
      code: typeof code === 'number' ? code : null,
      words: said.slice(0, 3).join(': ').replace(/\s+/g, ' ').slice(0, 300),
      form,
      retryAfterMs: typeof after === 'number' && Number.isFinite(after) ? after * 1_000 : null,
    };
  } catch {
    return none;
  }
}

/** Form errors are a tree with `_errors` in its leaves. */
function walk(node: unknown, depth: number, found: (code: string, message: string) => void): void {
  if (typeof node !== 'object' || node === null || depth > 8) return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== '_errors' || !Array.isArray(value)) walk(value, depth + 1, found);
    else
      for (const each of value as readonly unknown[]) {
        const { code, message } = (each ?? {}) as Record<string, unknown>;
        found(String(code ?? ''), String(message ?? ''));
      }
  }
}

/** `Retry-After` (seconds), `retry_after` of the body, `X-RateLimit-Reset-After`: the longest of them counts. */
function waitOf(headers: Headers, problem: Problem): number {
  const seconds = (name: string): number => Number(headers.get(name)?.trim() || Number.NaN) * 1_000;
  const told = [seconds('retry-after'), problem.retryAfterMs ?? Number.NaN].filter(Number.isFinite);
  const reset = seconds('x-ratelimit-reset-after');
  const ms = told.length > 0 ? Math.max(...told) : Number.isFinite(reset) ? reset : DEFAULT_WAIT_MS;
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** Whether a 429 holds for everything the bot does (https://docs.discord.com/developers/topics/rate-limits#global-rate-limit). */
export function isGlobal(headers: Headers, text: string): boolean {
  // Cloudflare's own refusals carry none of Discord's headers, and hold for the whole address.
  const discord = headers.has('x-ratelimit-scope') || headers.has('x-ratelimit-limit');
  return (
    headers.get('x-ratelimit-global') === 'true' ||
    headers.get('x-ratelimit-scope') === 'global' ||
    /"global"\s*:\s*true/.test(text) ||
    !discord
  );
}

/** What a refused request means, in words that say what to do. */
export function refusal(response: Response, text: string, about: About): Error {
  const { status, headers } = response;
  const problem = problemOf(text);
  const said = problem.words === '' ? '' : ` (“${problem.words}”)`;
  const options = { cause: { discordCode: problem.code } };
  if (status === 429)
    return new RateLimitedError(`Discord asks us to slow down${said}.`, waitOf(headers, problem), options);
  if (status === 401) return new AuthError(TOKEN_WORDS, options);
  if (status >= 500 || status === 408 || problem.code === CODE.cloudflare)
    return new UnavailableError(`Discord is out of order: it answered ${status}${said}.`, options);
  const place = about.channel === undefined ? '' : ` in the channel ${about.channel}`;
  if (status === 403) return forbidden(problem, said, place, about, options);
  if (status === 404) return new RejectedError(`Discord does not have it (any more)${said}.`, options);
  if (problem.form.includes('REPLIES_UNKNOWN_MESSAGE') || problem.code === CODE.unknownMessage)
    return new RejectedError('The message was deleted on Discord; nothing was sent.', {
      cause: { discordCode: CODE.unknownMessage },
    });
  return new RejectedError(wordsOf(problem, `Discord refused to ${about.what}${place}${said}.`), options);
}

function forbidden(
  problem: Problem,
  said: string,
  place: string,
  about: About,
  options: ErrorOptions,
): Error {
  if (!about.writes)
    return new AuthError(
      `Discord does not let the bot ${about.what}${place}${said}. It needs “View Channel” and “Read Message History” there: channel → Permissions → the bot’s role.`,
      options,
    );
  const lacks =
    problem.code === null ||
    problem.code === CODE.missingAccess ||
    problem.code === CODE.missingPermissions ||
    problem.code === CODE.cannotReply;
  const fallback = lacks
    ? `The bot may not write${place}${said}. It needs “Send Messages”, in threads and forums “Send Messages in Threads”, and “Read Message History”.`
    : `Discord said no${said}.`;
  return new RejectedError(wordsOf(problem, fallback), options);
}

/** The refusals that a person can do something about. */
function wordsOf(problem: Problem, fallback: string): string {
  switch (problem.code) {
    case CODE.threadLocked:
      return 'A moderator has locked this thread on Discord; nobody can answer in it.';
    case CODE.threadArchived:
      return 'This thread is archived on Discord. Open it again there, then answer.';
    case CODE.autoModeration:
      return 'The server’s AutoMod blocked this text. Change it, or let the bot’s role pass AutoMod.';
    case CODE.harmfulLink:
      return 'Discord’s filter for harmful links blocked this text.';
    default:
      return fallback;
  }
}

/** Waits that belong to the service and not to one call. */
export interface Pauses {
  /** Milliseconds until this key may be used again; 0 when now. */
  left(key: string): number;
  hold(key: string, ms: number): void;
}

const MAX_PAUSES = 2_000;

/** @see Pauses */
export function createPauses(clock: Clock): Pauses {
  const until = new Map<string, number>();
  return {
    left: (key) => Math.max(0, (until.get(key) ?? 0) - clock.now()),
    hold(key, ms) {
      if (until.size >= MAX_PAUSES) for (const [old, at] of until) if (at <= clock.now()) until.delete(old);
      until.set(key, clock.now() + ms);
    },
  };
}
