import { Keyv } from 'keyv';
import type { Clock } from '../../src/clock.ts';
import type { Brand } from '../../src/domain/triage/verdict.ts';
import type { HookRequest, Media, Source, SourceContext } from '../../src/sources/source.ts';
import type { TestClock } from '../support/clock.ts';
import type { Failure } from '../support/fake-service.ts';

/** A post as the contract tells it; the world turns it into what its service really sends. */
export interface GivenPost {
  /** The test's own name for it; a world must derive the service's id from it or remember one for it. */
  readonly key: string;
  readonly text: string;
  /** Null: the service does not say who (a deleted account), as far as the service can be like that. */
  readonly author: { readonly name: string; readonly handle: string } | null;
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
  /** Key of the post that it answers, given before. Without it, it begins a conversation and mentions us. */
  readonly replyTo?: string;
  /** Written by the account the adapter is configured with. */
  readonly ours?: boolean;
  /** For a {@link SourceWorld.hook} that says that the post was changed: when. */
  readonly editedAt?: number;
  /** BCP 47. */
  readonly lang?: string;
  /** An attached picture's description. */
  readonly alt?: string;
}

/** What a *service* cannot do or say, each with the reason; the test that needs it is skipped with these words. */
export type Lack =
  /** Pages come in one order only, or there are no pages. */
  | 'newest-first'
  | 'oldest-first'
  /** Entries cannot be broken one by one. */
  | 'broken'
  /** Fields. */
  | 'reply-to'
  | 'lang'
  | 'handle'
  | 'author-url'
  | 'url'
  | 'alt'
  | 'missing-author'
  | 'empty-text'
  /** Posts of our own never come by polling, or not at all. */
  | 'ours'
  /** A text that is too long does not exist. */
  | 'too-long'
  /** A deleted post can be answered. */
  | 'deleted'
  /** What its author changes, the service does not tell, or nobody can change anything. */
  | 'edited'
  /** Only first posts can be changed. */
  | 'edited-reply'
  /** What is pushed does not say that it was changed. */
  | 'edited-push'
  /** Whoever pushes an old post means it. */
  | 'past-push'
  /** No credentials, so no 401/403. */
  | 'auth'
  /** An answer that is not what it claims to be cannot be told (a webhook has no answers). */
  | 'failures';

/** What the service received as a public answer. */
export interface SentReply {
  readonly text: string;
  /** Key of the post it answers; null when it went out unthreaded. */
  readonly replyTo: string | null;
  /** What went with it, in order; absent where the service takes none. */
  readonly media?: readonly Pick<Media, 'mime' | 'alt' | 'bytes'>[];
}

/** A fake service on 127.0.0.1 and a fresh adapter on it. */
export interface SourceWorld {
  /** The adapter as it is now; `restart` replaces it. */
  readonly source: Source;
  /** The clock the adapter was given: stands still unless the test turns it. */
  readonly clock: TestClock;
  /** Every secret in the configuration: no error and no log line may contain one. */
  readonly secrets: readonly string[];
  /** Everything the adapter logged so far. */
  logged(): string;
  readonly lacks: Partial<Readonly<Record<Lack, string>>>;
  /** How many posts make the adapter fetch at least three pages (or simply many, where there are none). */
  readonly many: number;
  /** The service has these posts from now on (on top of the earlier ones), also on its stream if it has one. */
  give(posts: readonly GivenPost[]): Promise<void>;
  /** The id under which the adapter must deliver a given post. */
  idOf(key: string): string;
  /** Which end of a page comes first from now on. */
  order?(order: 'newest-first' | 'oldest-first'): void;
  /** One entry that cannot be read appears among the others, newer than all. */
  giveBroken?(): Promise<void>;
  /** The post is deleted at the service. */
  remove?(key: string): Promise<void>;
  /** Its author changes the post at the service, now. */
  edit?(key: string, text: string): Promise<void>;
  /** Every request fails like this from now on; null heals. A world may give the failure its service's own shape. */
  fail(failure: Failure | null): void;
  /** What the service sends with a 429 that asks to wait `waitMs` (a multiple of 1,000) from `now`. */
  rateLimited?(waitMs: number, now: number): Failure;
  /** Resolves when the service has received a request after this call. */
  nextRequest?(): Promise<unknown>;
  /** Answers that the service received, in order. */
  sent?(): readonly SentReply[];
  /** Resolves when the adapter's stream is connected. */
  streaming?(): Promise<void>;
  /** The stream's connection breaks. */
  breakStream?(): Promise<void>;
  /** For a source that is pushed to: the requests the service would make for these posts. */
  hook?(posts: readonly GivenPost[]): HookRequest;
  /** A new adapter with the same configuration, cache and clock, as after a restart. Closes the old one. */
  restart(): Promise<Source>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Deadline of the adapter's `fetch` in real milliseconds: pass it to `guardedFetch`. */
  readonly timeoutMs: number;
}

/** Makes a fresh world: nothing given, nothing polled. */
export type MakeWorld = (options: WorldOptions) => Promise<SourceWorld>;

export const BRAND: Brand = {
  names: ['Crockhaven'],
  competitors: ['Potsmith'],
  domains: ['crockhaven.example'],
};

/** A context for an adapter under test, with a log that can be read. */
export function testSourceContext(options: {
  readonly name: string;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly cache?: Keyv;
  readonly brand?: Brand;
  readonly meter?: SourceContext['meter'];
}): { readonly context: SourceContext; logged(): string } {
  const lines: string[] = [];
  const log = (fields: object, message: string): void => {
    lines.push(
      `${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? describe(value) : value))}`,
    );
  };
  return {
    context: {
      name: options.name,
      fetch: options.fetch,
      clock: options.clock,
      random: () => 0.5,
      cache: options.cache ?? new Keyv(),
      brand: options.brand ?? BRAND,
      meter: options.meter ?? { spend: async () => {} },
      log: { debug: log, info: log, warn: log },
    },
    logged: () => lines.join('\n'),
  };
}

/** Everything a log or a person could see of an error, its causes included. */
export function describe(error: unknown): string {
  const seen: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at !== undefined && at !== null && depth < 10; depth++) {
    if (!(at instanceof Error)) {
      seen.push(typeof at === 'string' ? at : (JSON.stringify(at) ?? String(at)));
      break;
    }
    seen.push(`${at.name}: ${at.message}\n${at.stack ?? ''}\n${JSON.stringify({ ...at }) ?? ''}`);
    at = at.cause;
  }
  return seen.join('\ncaused by ');
}
