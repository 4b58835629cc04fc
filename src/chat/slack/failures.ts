import { AuthError, messageOf, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { APP_METHOD_SCOPES, METHOD_SCOPES, OPTIONAL_METHOD_SCOPES } from './manifest.ts';

/** What a failed call was about, for the words. */
export interface CallAbout {
  readonly method: string;
  readonly channel?: string | undefined;
}

// https://docs.slack.dev/reference/methods/chat.postMessage#errors and the same list of the other methods.
const AUTH_WORDS: Readonly<Record<string, string>> = {
  not_authed: 'Slack got no token. Set SLACK_BOT_TOKEN.',
  invalid_auth: 'Slack does not know this token. Copy it again from “OAuth & Permissions” of the app.',
  token_revoked: 'The Slack token was revoked. Install the app again and copy the new token.',
  token_expired: 'The Slack token has expired. Install the app again and copy the new token.',
  account_inactive:
    'The Slack app was removed, or its bot user deactivated. Install the app again and copy the new token.',
  user_removed_from_team: 'The bot was removed from the Slack workspace. Install the app again.',
  team_disabled: 'The Slack workspace is disabled.',
  not_allowed_token_type:
    'That is the wrong kind of Slack token for this call (xoxb- for the bot, xapp- for the app).',
  org_login_required:
    'The Slack workspace is being moved to an organisation; sign-in is not possible meanwhile.',
  ekm_access_denied: 'An administrator of the Slack organisation has suspended access.',
  no_permission: 'The Slack token lacks a permission. Install the app again with the current manifest.',
  access_denied: 'Slack denies access to this. Ask an administrator of the workspace.',
};

const CHANNEL_WORDS: Readonly<Record<string, (channel: string) => string>> = {
  channel_not_found: (channel) =>
    `Slack knows no channel ${channel} that the bot may see. Check the id, and in a private channel type: /invite @Potluck`,
  not_in_channel: (channel) =>
    `The bot is not in the Slack channel ${channel}. Open the channel and type: /invite @Potluck`,
  is_archived: (channel) => `The Slack channel ${channel} is archived. Unarchive it, or route elsewhere.`,
  restricted_action: (channel) => `A workspace setting keeps the bot from posting in ${channel}.`,
  restricted_action_read_only_channel: (channel) => `The Slack channel ${channel} is read-only for the bot.`,
};

const REJECTED_WORDS: Readonly<Record<string, string>> = {
  msg_too_long: 'The message is too long for Slack.',
  msg_blocks_too_long: 'The card is too long for Slack.',
  invalid_blocks: 'Slack did not accept the layout of the card.',
  no_text: 'Slack did not accept an empty message.',
  metadata_too_large: 'The card carries too much metadata for Slack.',
  cant_update_message: 'The message belongs to somebody else and cannot be changed.',
  edit_window_closed: 'A workspace setting keeps old messages from being changed.',
};

/** A platform error of Slack (`message_not_found`), kept for callers that treat it as an answer. */
export function slackCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const cause = error.cause;
  return cause && typeof cause === 'object' && 'slackCode' in cause && typeof cause.slackCode === 'string'
    ? cause.slackCode
    : null;
}

/** Turns what the SDK throws into the errors of the house. The code stays readable through {@link slackCode}. */
export function slackError(error: unknown, about: CallAbout): Error {
  const known = describe(error);
  switch (known.kind) {
    case 'limited':
      return new RateLimitedError(`Slack asks us to slow down (${about.method}).`, known.retryAfterMs);
    case 'platform':
      return platformError(known, about);
    case 'http':
      return new UnavailableError(`Slack answered ${known.status} to ${about.method}.`);
    case 'other':
      return new UnavailableError(`Slack could not be reached (${about.method}): ${known.message}`);
  }
}

type Known =
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | {
      readonly kind: 'platform';
      readonly code: string;
      readonly needed: string | null;
      readonly messages: readonly string[];
    }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'other'; readonly message: string };

/** Where a 429 says nothing usable: half a minute, the tier of most methods being per minute. */
const GUESSED_WAIT_MS = 30_000;

function describe(error: unknown): Known {
  // By shape and not by class: the SDK is imported only when Slack is configured.
  const shape = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    retryAfter?: unknown;
    statusCode?: unknown;
    data?: {
      error?: unknown;
      needed?: unknown;
      response_metadata?: { retryAfter?: unknown; messages?: unknown };
    };
  };
  const message = messageOf(error);
  if (shape.code === 'slack_webapi_rate_limited_error' && typeof shape.retryAfter === 'number')
    return { kind: 'limited', retryAfterMs: shape.retryAfter * 1_000 };
  if (/^Retry header did not contain/.test(message))
    return { kind: 'limited', retryAfterMs: GUESSED_WAIT_MS };
  if (shape.code === 'slack_webapi_http_error' && typeof shape.statusCode === 'number')
    return { kind: 'http', status: shape.statusCode };
  if (shape.code === 'slack_webapi_platform_error' && typeof shape.data?.error === 'string') {
    const code = shape.data.error;
    if (code === 'ratelimited' || code === 'rate_limited' || code === 'message_limit_exceeded') {
      const seconds = shape.data.response_metadata?.retryAfter;
      return {
        kind: 'limited',
        retryAfterMs: typeof seconds === 'number' ? seconds * 1_000 : GUESSED_WAIT_MS,
      };
    }
    // A page of HTML in the place of JSON (a proxy in the way) arrives as the "code".
    if (!/^[a-z][a-z0-9_]{1,63}$/.test(code)) return { kind: 'other', message: 'the answer was not JSON' };
    const { needed, response_metadata } = shape.data;
    const messages = Array.isArray(response_metadata?.messages)
      ? response_metadata.messages.filter((line) => typeof line === 'string')
      : [];
    return { kind: 'platform', code, needed: typeof needed === 'string' ? needed : null, messages };
  }
  const original = error instanceof Error && 'original' in error ? messageOf(error.original) : message;
  return { kind: 'other', message: original };
}

const TRANSIENT = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

function platformError(known: Extract<Known, { kind: 'platform' }>, about: CallAbout): Error {
  const { code } = known;
  const options = { cause: { slackCode: code } };
  if (code === 'missing_scope') {
    const scopes: Readonly<Record<string, readonly string[]>> = {
      ...METHOD_SCOPES,
      ...OPTIONAL_METHOD_SCOPES,
      ...APP_METHOD_SCOPES,
    };
    const scope = known.needed ?? scopes[about.method]?.join(', ') ?? 'a scope';
    return new AuthError(
      `The Slack app lacks the scope ${scope} (${about.method}). Update the app from manifests/slack.json and install it again.`,
      options,
    );
  }
  const auth = AUTH_WORDS[code];
  if (auth) return new AuthError(auth, options);
  const channel = CHANNEL_WORDS[code];
  if (channel) return new RejectedError(channel(about.channel ?? 'given'), options);
  if (TRANSIENT.has(code)) return new UnavailableError(`Slack is out of order (${code}).`, options);
  const detail = known.messages[0] ? ` ${known.messages[0]}` : '';
  return new RejectedError(
    `${REJECTED_WORDS[code] ?? `Slack refused ${about.method}: ${code}.`}${detail}`,
    options,
  );
}
