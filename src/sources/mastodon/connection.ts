import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import type { PictureRules } from '../../domain/picture.ts';
import type { Post, Via } from '../../domain/post.ts';
import type { Brand } from '../../domain/triage/verdict.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { SourceLog } from '../source.ts';
import { type Api, RefusedError, SCOPES } from './api.ts';
import { type Instance, instanceSchema, type MastodonStatus, type Me, meSchema } from './entities.ts';
import { DEFAULT_RULES, type Rules } from './measure.ts';
import { pictureRulesOf } from './pictures.ts';
import { handleOf, statusToPost } from './to-post.ts';

/** What a sign-in tells. */
export interface Session {
  readonly me: Me;
  /** Our account as people see it, without the leading `@`. */
  readonly handle: string;
  /** Domain of the server's accounts, which may differ from the address of its API. */
  readonly domain: string;
  readonly rules: Rules;
  readonly pictures: PictureRules;
  /** Public streams that the server has switched off (told since Mastodon 4.5). */
  readonly shut: readonly ('local' | 'remote')[];
  /** Start of the streaming address, `https://…`. */
  readonly streaming: string;
  /** "Mastodon Social, 4.5.0", for the person who runs the bot. */
  readonly software: string;
}

/** One account on one server: everything the parts of this adapter share. */
export interface Connection {
  readonly name: string;
  readonly server: string;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  /** The session so far; null before the first sign-in. */
  current(): Session | null;
  /** Signs in when that has not happened yet. Throws errors of `errors.ts`. */
  session(signal: AbortSignal): Promise<Session>;
  /** Asks again whether the token is accepted; throws AuthError when it is not. */
  verify(signal: AbortSignal): Promise<void>;
  /** Whether an account is ours or the team's. */
  isOurs(account: { readonly id: string; readonly acct: string }): boolean;
  /** A status as a post; `ours` follows from its author. */
  toPost(status: MastodonStatus, via: Via, conversationId: string): Post;
  /** A status's content warning, as far as it was seen since the start. */
  warningOf(statusId: string): string;
  /** Remembers a status's content warning for {@link Connection.warningOf}. */
  noteWarning(status: MastodonStatus): void;
}

/** Whether the server says that it offers this public stream to nobody. */
export function isShut(which: 'all' | 'local' | 'remote', { shut }: Session): boolean {
  return which === 'all' ? shut.length === 2 : shut.includes(which);
}

const MAX_WARNINGS = 2_000;

/** @param ours handles of the team's other accounts, with or without `@` and domain. */
export function connect(options: {
  readonly name: string;
  readonly server: string;
  readonly api: Api;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  readonly ours: readonly string[];
  readonly brand: Brand;
}): Connection {
  const { server, api } = options;
  const host = new URL(server).host;
  let known: Session | null = null;
  // An answer keeps the warning of the post it answers, and the warning counts: remembered for `measure`, which cannot ask.
  const warnings = new Map<string, string>();

  const handles = (domain: string): ReadonlySet<string> =>
    new Set(options.ours.map((handle) => handleOf(handle, domain).toLowerCase()));

  return {
    ...options,
    current: () => known,
    async session(signal) {
      known ??= await signIn(api, server, signal);
      return known;
    },
    async verify(signal) {
      await verify(api, server, signal);
    },
    isOurs(account) {
      const domain = known?.domain ?? host;
      return account.id === known?.me.id || handles(domain).has(handleOf(account.acct, domain).toLowerCase());
    },
    toPost(status, via, conversationId) {
      remember(warnings, status);
      const domain = known?.domain ?? host;
      const ours = this.isOurs(status.account);
      const { name: source, brand } = options;
      return statusToPost(status, { source, domain, conversationId, via, ours, brand });
    },
    noteWarning: (status) => remember(warnings, status),
    warningOf: (statusId) => warnings.get(statusId) ?? '',
  };
}

function remember(warnings: Map<string, string>, status: MastodonStatus): void {
  warnings.delete(status.id);
  if (status.spoiler_text === '') return;
  warnings.set(status.id, status.spoiler_text.slice(0, 1_000));
  const oldest = warnings.size > MAX_WARNINGS ? warnings.keys().next().value : undefined;
  if (oldest !== undefined) warnings.delete(oldest);
}

/** Who the token belongs to. Throws AuthError when the server does not accept it. */
async function verify(api: Api, server: string, signal: AbortSignal): Promise<Me> {
  const path = '/api/v1/accounts/verify_credentials';
  try {
    const parsed = meSchema.safeParse((await api.call(path, { scope: 'read:accounts', signal })).json);
    if (parsed.success) return parsed.data;
    throw new UnavailableError(`${server} does not answer as Mastodon does: ${problemsOf(parsed.error)}.`);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // snac answers 422 to a token that it does not know, a server of another kind 404.
    throw new AuthError(
      `${server} does not accept the access token (${error.message}) See that the address is that of a Mastodon server, and make a new token with the scopes ${SCOPES.join(' ')}.`,
      { cause: error },
    );
  }
}

async function signIn(api: Api, server: string, signal: AbortSignal): Promise<Session> {
  const me = await verify(api, server, signal);
  const instance = await readInstance(api, signal);
  const host = new URL(server).host;
  const domain = domainOf(instance, host);
  return {
    me,
    handle: handleOf(me.acct, domain),
    domain,
    rules: rulesOf(instance),
    pictures: pictureRulesOf(instance),
    streaming: streamingOf(instance, server),
    shut: (['local', 'remote'] as const).filter(
      (which) => instance?.configuration?.timelines_access?.live_feeds?.[which] === 'disabled',
    ),
    software: [instance?.title || host, instance?.version].filter(Boolean).join(', ').slice(0, 200),
  };
}

/** What the server says of itself; null where it says nothing that can be read, which is no reason to stop. */
async function readInstance(api: Api, signal: AbortSignal): Promise<Instance | null> {
  for (const path of ['/api/v2/instance', '/api/v1/instance']) {
    try {
      const answer = await api.call(path, { scope: 'read:accounts', signal });
      const parsed = instanceSchema.safeParse(answer.json);
      if (parsed.success) return parsed.data;
    } catch (error) {
      if (error instanceof RateLimitedError || error instanceof AuthError || signal.aborted) throw error;
      // Version 2 came with Mastodon 4.0; others answer a web page or an error.
      if (!(error instanceof RejectedError || error instanceof UnavailableError)) throw error;
    }
  }
  return null;
}

/** `domain` (v2) or `uri` (v1, a host or an address); the server's own host when both are unusable. */
function domainOf(instance: Instance | null, host: string): string {
  const told = (instance?.domain || instance?.uri || '').replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return /^[\p{L}\p{N}.-]+(?::\d+)?$/u.test(told) ? told.toLowerCase() : host;
}

function rulesOf(instance: Instance | null): Rules {
  if (!instance) return DEFAULT_RULES;
  const { configuration } = instance;
  return {
    limit: configuration?.statuses?.max_characters ?? instance.max_toot_chars ?? DEFAULT_RULES.limit,
    // A server that does not speak of it may count links as they are written: longer, so never refused.
    urlLength: configuration?.statuses?.characters_reserved_per_url ?? null,
  };
}

function streamingOf(instance: Instance | null, server: string): string {
  const told = instance?.configuration?.urls?.streaming || instance?.urls?.streaming_api;
  if (!told || !URL.canParse(told)) return server;
  const url = new URL(told.replace(/^ws/, 'http'));
  // The token goes there: never without encryption when the server itself is reached with it.
  if (url.protocol !== 'https:' && url.protocol !== new URL(server).protocol) return server;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
