import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';

/** Where a 429 does not say: limits are counted by the minute (https://docs.slack.dev/apis/web-api/rate-limits). */
const DEFAULT_WAIT_MS = 60_000;
const MAX_WAIT_MS = 86_400_000;

/** What a failed call was about, for the words. */
export interface About {
  readonly method: string;
  readonly channel?: string | undefined;
  readonly writes?: boolean | undefined;
}

/** Slack's own word of an error (`thread_not_found`), or null. */
export function codeOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause && typeof cause === 'object' && 'slackCode' in cause && typeof cause.slackCode === 'string'
    ? cause.slackCode
    : null;
}

const AGAIN = 'Install the app again and copy its bot token anew: your app → OAuth & Permissions.';
/** https://docs.slack.dev/reference/methods/auth.test#errors and its sister pages. */
const AUTH: Readonly<Record<string, string>> = {
  not_authed: `Slack got no token. ${AGAIN}`,
  invalid_auth: `Slack does not know this token. ${AGAIN}`,
  token_revoked: `The Slack token was revoked. ${AGAIN}`,
  token_expired: `The Slack token has expired. ${AGAIN}`,
  account_inactive: `The Slack app was removed, or its bot user deactivated. ${AGAIN}`,
  team_disabled: 'The Slack workspace is disabled.',
  not_allowed_token_type: 'That is the wrong kind of Slack token: it must be a bot token, xoxb-….',
  org_login_required:
    'The Slack workspace is being moved to an organisation; sign-in is not possible meanwhile.',
  ekm_access_denied: 'An administrator of the Slack organisation has suspended access.',
  no_permission: `The Slack token lacks a permission. ${AGAIN}`,
  access_denied: 'Slack denies access. Ask an administrator of the workspace.',
  team_access_not_granted: 'The app was not granted access to this workspace. Ask an administrator.',
};
const CHANNEL: Readonly<Record<string, string>> = {
  channel_not_found:
    'does not exist, or is private and the app is not in it: check the id, or type /invite @app there',
  not_in_channel: 'does not have the app as a member: open it and type /invite @app',
};
const REFUSED: Readonly<Record<string, string>> = {
  is_archived: 'This Slack channel is archived; nobody can write in it.',
  restricted_action: 'A setting of the Slack workspace keeps the app from writing here.',
  restricted_action_read_only_channel: 'This Slack channel is read-only for the app.',
  restricted_action_thread_only_channel: 'In this Slack channel the app may only write in threads.',
  restricted_action_non_threadable_channel: 'This Slack channel has no threads.',
  restricted_action_thread_locked: 'This thread is locked on Slack; nobody can answer in it.',
  cannot_reply_to_message: 'Slack does not allow answers to this message.',
  thread_not_found: 'The message was deleted on Slack; nothing was sent.',
  message_not_found: 'The message was deleted on Slack; nothing was sent.',
  msg_too_long: 'The text is too long for Slack.',
  no_text: 'Slack did not accept an empty message.',
};
const OUT_OF_ORDER = /^(?:internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org)$/;

/** What the headers of a 429 say; seconds. */
export function waitOf(headers: Headers): number {
  const seconds = Number(headers.get('retry-after')?.trim() || Number.NaN);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : DEFAULT_WAIT_MS;
  return Math.min(MAX_WAIT_MS, Math.max(1_000, Math.ceil(ms)));
}

/** An answer without `ok: true`, in words that say what to do. */
export function refusal(json: Readonly<Record<string, unknown>>, headers: Headers, about: About): Error {
  const code = typeof json.error === 'string' ? json.error.slice(0, 100) : 'unknown_error';
  const options = { cause: { slackCode: code } };
  if (code === 'ratelimited' || code === 'rate_limited')
    return new RateLimitedError(`Slack asks us to slow down (${about.method}).`, waitOf(headers), options);
  if (OUT_OF_ORDER.test(code))
    return new UnavailableError(`Slack is out of order (${about.method}: ${code}).`, options);
  if (code === 'missing_scope') {
    const needed = typeof json.needed === 'string' ? json.needed.slice(0, 200) : 'another scope';
    return new AuthError(
      `The Slack app lacks a permission for ${about.method}: ${needed}. Add it under OAuth & Permissions → Bot Token Scopes, then install the app again.`,
      options,
    );
  }
  const auth = AUTH[code];
  if (auth !== undefined) return new AuthError(auth, options);
  const channel = CHANNEL[code];
  if (channel !== undefined) {
    const words = `The Slack channel ${about.channel ?? ''} ${channel}.`;
    return about.writes ? new RejectedError(words, options) : new AuthError(words, options);
  }
  return new RejectedError(REFUSED[code] ?? `Slack refused ${about.method}: ${code}.`, options);
}

/** A status that is no answer of the method at all. */
export function statusError(response: Response, about: About): Error | null {
  const { status, headers } = response;
  if (response.ok) return null;
  if (status === 429)
    return new RateLimitedError(`Slack asks us to slow down (${about.method}).`, waitOf(headers));
  if (status === 401 || status === 403)
    return new AuthError(`Slack refused the token (${about.method} was answered with ${status}). ${AGAIN}`);
  if (status >= 500 || status === 408)
    return new UnavailableError(`Slack is out of order: it answered ${status}.`);
  return new RejectedError(`Slack refused ${about.method}: it answered ${status}.`);
}

/** A refusal that names its reason and concerns one channel or thread; the others go on. */
export function isAboutThis(error: unknown): error is Error {
  const code = codeOf(error);
  return code !== null && (error instanceof RejectedError || CHANNEL[code] !== undefined);
}

/**
 * Whether the message or the thread is not there (any more). `channel_not_found` does not say so: it is also the answer
 * for a private channel which the app was removed from, and that must not close what waits.
 */
export function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'thread_not_found' || code === 'message_not_found';
}
