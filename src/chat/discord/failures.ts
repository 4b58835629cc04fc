import { AuthError, messageOf, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** What a failed call was about, for the words. */
export interface CallAbout {
  /** In words: "post the card". */
  readonly what: string;
  readonly channel?: string | undefined;
  /** Permissions the call needs, as Discord's settings name them. */
  readonly needs?: readonly string[] | undefined;
}

/** What Discord answered, kept for callers that treat it as an answer: its code, or null. */
export function discordCode(error: unknown): number | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause && typeof cause === 'object' && 'discordCode' in cause && typeof cause.discordCode === 'number'
    ? cause.discordCode
    : null;
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export const CODE = {
  unknownChannel: 10_003,
  unknownGuild: 10_004,
  unknownMember: 10_007,
  unknownMessage: 10_008,
  unknownUser: 10_013,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  unknownTag: 10_087,
  alreadyAcknowledged: 40_060,
  tagsRequired: 40_067,
  missingAccess: 50_001,
  notYours: 50_005,
  cannotDm: 50_007,
  missingPermissions: 50_013,
  invalidWebhookToken: 50_027,
  invalidForm: 50_035,
  threadArchived: 50_083,
  threadExists: 160_004,
  tooManyThreads: 160_006,
} as const;

/** Whether a forum's tags may be the reason: somebody changed them, and what we know of the forum is minutes old. */
export function mayBeTags(error: unknown): boolean {
  const code = discordCode(error);
  return code === CODE.unknownTag || code === CODE.tagsRequired || code === CODE.invalidForm;
}

interface Shape {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly rawError?: unknown;
  readonly name?: unknown;
}

/** What a limit tells of the time, in milliseconds; each number is right in some case and 0 in another. */
interface Wait {
  readonly timeToReset: number;
  readonly retryAfter: number;
  readonly sublimitTimeout: number;
}

/** How long Discord wants us to wait; 0 when it does not say. */
export function waitOf({ timeToReset, retryAfter, sublimitTimeout }: Wait): number {
  return Math.max(timeToReset, retryAfter, sublimitTimeout);
}

/** Where Discord does not say how long. */
const UNKNOWN_WAIT_MS = 5_000;

function isWait(error: object): error is Wait {
  return 'timeToReset' in error && 'retryAfter' in error && 'sublimitTimeout' in error;
}

/** Turns what the SDK throws into the errors of the house. By shape and not by class: the SDK is imported only when Discord is configured. */
export function discordError(error: unknown, about: CallAbout): Error {
  const shape: Shape = typeof error === 'object' && error !== null ? error : {};
  if (isWait(shape)) {
    const wait = waitOf(shape);
    return new RateLimitedError(
      `Discord asks us to slow down (${about.what}).`,
      wait > 0 ? Math.max(wait, 50) : UNKNOWN_WAIT_MS,
    );
  }
  if (typeof shape.status === 'number') {
    // A page of HTML in the place of JSON has no code: a proxy, or Discord's own front door, stands in the way.
    if (shape.status >= 500 || typeof shape.code !== 'number')
      return new UnavailableError(`Discord answered ${shape.status} (${about.what}).`);
    return apiError(shape.status, shape.code, shape.rawError, messageOf(error), about);
  }
  const said = messageOf(error);
  // What the SDK says once it has thrown away a token that was refused.
  if (/^Expected token to be set/.test(said)) return new AuthError(TOKEN_WORDS);
  if (shape.name === 'AbortError')
    return new UnavailableError(`Discord did not answer in time (${about.what}).`);
  return new UnavailableError(`Discord could not be reached (${about.what}): ${said}`);
}

const TOKEN_WORDS =
  'Discord does not know this token. Copy it anew from the Developer Portal → Bot → “Reset Token” into DISCORD_BOT_TOKEN.';

function apiError(status: number, code: number, raw: unknown, said: string, about: CallAbout): Error {
  const options = { cause: { discordCode: code } };
  const place = about.channel === undefined ? 'there' : `in the Discord channel ${about.channel}`;
  const needs = (about.needs ?? []).map((name) => `“${name}”`).join(', ');
  if (status === 401 && code !== CODE.invalidWebhookToken) return new AuthError(TOKEN_WORDS, options);
  switch (code) {
    case CODE.missingAccess:
      return new RejectedError(
        `The bot may not see what it needs ${place}. Give it ${needs || '“View Channel”'} (channel → Permissions), or invite it again with the link of “npm run doctor”.`,
        options,
      );
    case CODE.missingPermissions:
      return new RejectedError(
        `The bot lacks a permission ${place} (${about.what}). It needs ${needs || 'more than it has'}: channel → Permissions → Potluck.`,
        options,
      );
    case CODE.unknownChannel:
      return new RejectedError(
        `Discord knows no channel ${about.channel ?? 'of that id'}: it was deleted, or the id is wrong. Route elsewhere, or copy the id again.`,
        options,
      );
    case CODE.unknownGuild:
      return new RejectedError('The bot is not in that Discord server (any more). Invite it again.', options);
    case CODE.tagsRequired:
      return new RejectedError(
        `The forum ${about.channel ?? ''} demands a tag and has none that fits: add one called “Open”, or switch “Require Tags” off.`,
        options,
      );
    case CODE.tooManyThreads:
      return new RejectedError(
        'The Discord server has as many active threads as it may have. Archive some.',
        options,
      );
    case CODE.invalidForm:
      return new RejectedError(
        `Discord did not accept the form of this (${about.what}): ${formWords(raw)}`,
        options,
      );
    default:
      return new RejectedError(`Discord refused to ${about.what}: ${said} (${code}).`, options);
  }
}

/** The first place in a tree of form errors, and what is wrong there. */
function formWords(raw: unknown): string {
  const walk = (node: unknown, path: readonly string[]): string | null => {
    if (typeof node !== 'object' || node === null) return null;
    const own = '_errors' in node && Array.isArray(node._errors) ? node._errors[0] : null;
    if (own && typeof own === 'object')
      return `${path.join('.')}: ${'message' in own ? String(own.message) : ''}`;
    for (const [key, value] of Object.entries(node)) {
      const found = walk(value, [...path, key]);
      if (found) return found;
    }
    return null;
  };
  const errors = typeof raw === 'object' && raw !== null && 'errors' in raw ? raw.errors : null;
  return (walk(errors, []) ?? 'no reason given').slice(0, 300);
}
