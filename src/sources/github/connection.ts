import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import type { Post, Via } from '../../domain/post.ts';
import type { Account } from '../../domain/reply.ts';
import { AuthError, UnavailableError } from '../../errors.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { SourceLog } from '../source.ts';
import type { Api } from './api.ts';
import type { GithubConfig } from './config.ts';
import { conversationId, type Place } from './ids.ts';
import { GoneError } from './refusals.ts';
import { type Entry, meSchema, type Person, repositorySchema } from './shapes.ts';
import { toPost } from './to-post.ts';

/** Rights and settings of a repository change seldom. */
const REPOSITORY_TTL_MS = 6 * 3_600_000;
/** Locked conversations remembered, newest last. */
const MAX_LOCKED = 2_000;
const LOCKED_KEY = 'locked';

interface Me {
  readonly id: string;
  readonly login: string;
  readonly url: string | null;
}

/** What is known of a repository. */
export interface Repository {
  /** As it is configured, in small letters: part of every id, so it stays also when the repository is renamed. */
  readonly key: string;
  /** As GitHub calls it today, in small letters. */
  readonly fullName: string;
  /** Read-only for everybody. */
  readonly archived: boolean;
  readonly discussions: boolean;
  /** Who may write may also write in what is locked. */
  readonly mayWrite: boolean;
}

/** One account on one GitHub: everything the parts of this adapter share. */
export interface Connection {
  readonly name: string;
  readonly api: Api;
  readonly config: GithubConfig;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
  account(): Account | null;
  me(): Me | null;
  /** Signs in when that has not happened yet, or again when `fresh`. */
  session(signal: AbortSignal, fresh?: boolean): Promise<Me>;
  /** A configured repository; asked at most every six hours unless `fresh`. */
  repository(name: string, signal: AbortSignal, fresh?: boolean): Promise<Repository>;
  /** What is known of a configured repository without asking. */
  known(key: string): Repository | null;
  /** The configured repository that a webhook calls by its present name; null for any other. */
  configured(fullName: string): string | null;
  isOurs(entry: Pick<Entry, 'author' | 'association' | 'repository'>): boolean;
  toPost(entry: Entry, via: Via): Post;
  /** Notes whether a conversation takes no more comments. `shut` says why, in words; null when it is open. */
  noteShut(place: Place, shut: string | null): Promise<void>;
  shut(place: Place): string | null;
}

/** Loads what earlier runs knew of locked conversations. */
export async function connect(options: {
  readonly name: string;
  readonly api: Api;
  readonly config: GithubConfig;
  readonly clock: Clock;
  readonly cache: Keyv;
  readonly log: SourceLog;
}): Promise<Connection> {
  const { api, config, clock, cache, name } = options;
  const ours = new Set(config.ours.map((login) => login.toLowerCase()));
  const standings = new Set<string>(config.oursAssociations);
  const keys = new Set(config.repositories.map((one) => one.toLowerCase()));
  const repositories = new Map<string, Repository & { readonly at: number }>();
  const locked = new Map<string, string>(await lockedBefore(cache));
  let known: Me | null = null;

  function isOurs({
    author,
    association,
    repository,
  }: Pick<Entry, 'author' | 'association' | 'repository'>): boolean {
    return isAmong(author, known, ours) || (keys.has(repository) && standings.has(association));
  }

  async function signIn(signal: AbortSignal): Promise<Me> {
    const { json } = await api.rest('/user', { need: 'to belong to a user', signal });
    const parsed = meSchema.safeParse(json);
    if (!parsed.success)
      throw new UnavailableError(`GitHub does not say who we are: ${problemsOf(parsed.error)}.`);
    const { id, login, html_url: url } = parsed.data;
    return { id: String(id), login, url: url ?? null };
  }

  async function ask(key: string, signal: AbortSignal): Promise<Repository> {
    try {
      const { json } = await api.rest(`/repos/${key}`, { need: 'read access to the repository', signal });
      const parsed = repositorySchema.safeParse(json);
      if (!parsed.success)
        throw new UnavailableError(`GitHub says nothing readable of ${key}: ${problemsOf(parsed.error)}.`);
      const { full_name: fullName, archived, has_discussions: discussions, permissions } = parsed.data;
      return {
        key,
        fullName: fullName.toLowerCase(),
        archived,
        discussions,
        mayWrite: permissions?.push ?? false,
      };
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      // GitHub answers "not found" for what a token may not see.
      throw new AuthError(
        `This access token cannot see ${key}. See that the repository is written right and still exists, and that the token may read it.`,
        { cause: error },
      );
    }
  }

  return {
    ...options,
    me: () => known,
    account: () => (known ? { handle: `@${known.login}`, url: known.url } : null),
    async session(signal, fresh = false) {
      if (known === null || fresh) known = await signIn(signal);
      return known;
    },
    async repository(repositoryName, signal, fresh = false) {
      const key = repositoryName.toLowerCase();
      const before = repositories.get(key);
      if (before && !fresh && clock.now() - before.at < REPOSITORY_TTL_MS) return before;
      const now = { ...(await ask(key, signal)), at: clock.now() };
      repositories.set(key, now);
      return now;
    },
    known: (key) => repositories.get(key) ?? null,
    configured(fullName) {
      const key = fullName.toLowerCase();
      if (keys.has(key)) return key;
      return [...repositories.values()].find((one) => one.fullName === key)?.key ?? null;
    },
    isOurs,
    toPost: (entry, via) => toPost(entry, { source: name, via, ours: isOurs(entry) }),
    async noteShut(place, shut) {
      const id = conversationId(place);
      if ((locked.get(id) ?? null) === shut) return;
      locked.delete(id);
      if (shut !== null) locked.set(id, shut);
      const oldest = locked.size > MAX_LOCKED ? locked.keys().next().value : undefined;
      if (oldest !== undefined) locked.delete(oldest);
      await cache.set(LOCKED_KEY, [...locked]);
    },
    shut: (place) =>
      locked.get(conversationId(place)) ?? (archivedWords(repositories.get(place.repository)) || null),
  };
}

function archivedWords(repository: Repository | undefined): string {
  return repository?.archived ? 'The repository is archived on GitHub: nobody can write there any more.' : '';
}

async function lockedBefore(cache: Keyv): Promise<[string, string][]> {
  const stored: unknown = await cache.get(LOCKED_KEY);
  if (!Array.isArray(stored)) return [];
  return (stored as unknown[]).filter(
    (pair): pair is [string, string] =>
      Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string',
  );
}

/** By the account's number, which stays when it is renamed, and by the names of the configuration. */
function isAmong(author: Person, me: Me | null, ours: ReadonlySet<string>): boolean {
  if (!author) return false;
  return author.id === me?.id || ours.has(author.login.toLowerCase()) || ours.has(author.id);
}

/** Why a conversation takes no comment of ours; null when it does. https://docs.github.com/en/communities/moderating-comments-and-conversations/locking-conversations */
export function lockedWords(locked: boolean, mayWrite: boolean): string | null {
  if (!locked || mayWrite) return null;
  return 'The conversation is locked on GitHub, and our account may not write in this repository.';
}
