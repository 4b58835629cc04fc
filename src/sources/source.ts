import type { Keyv } from 'keyv';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Check } from '../domain/check.ts';
import type { Budget, Cost } from '../domain/cost.ts';
import type { PictureMime, PictureRules } from '../domain/picture.ts';
import type { Post } from '../domain/post.ts';
import type { Account, Measure } from '../domain/reply.ts';
import type { Brand } from '../domain/triage/verdict.ts';

/** What the network, and this adapter, can do. The flow asks these and never an adapter's name. */
export interface Capabilities {
  /** Posts can be asked for ({@link Source.poll}). */
  readonly poll: boolean;
  /** Posts arrive by themselves ({@link Source.listen}). */
  readonly listen: boolean;
  /** Posts are pushed to our HTTP door ({@link Source.receive}). */
  readonly receive: boolean;
  /** A whole conversation can be asked for ({@link Source.conversation}). */
  readonly conversation: boolean;
  /** A person of ours can answer through Potluck ({@link Source.reply}). */
  readonly reply: boolean;
  /** A post of our own can be published ({@link Source.publish}). */
  readonly publish: boolean;
}

/** An entry that could not be read; it alone is dropped, and counted. */
export interface Dropped {
  /** The entry's own id, where it had one. */
  readonly id: string | null;
  /** What was wrong, with its path: `author.handle: expected string`. */
  readonly why: string;
}

/** What one poll brought. Posts and cursor are committed together by the flow. */
export interface Batch {
  /** In any order, possibly with posts delivered before. */
  readonly posts: readonly Post[];
  /** Opaque to the flow; handed back to the next poll. Null keeps the old one. */
  readonly cursor: string | null;
  /** More is waiting: poll again at once. */
  readonly more?: boolean;
  /** Milliseconds the service asks us to wait before the next poll (`ttl`, `Cache-Control`, `X-Poll-Interval`). */
  readonly waitMs?: number;
  readonly dropped?: readonly Dropped[];
  /** Ids of posts that the network says are gone: they are forgotten, and what was only about them is closed. */
  readonly deleted?: readonly string[];
  /** Set when the service no longer had everything since the cursor: posts of this time may be missing. */
  readonly gap?: { readonly from: number; readonly to: number };
}

/** A request to our HTTP door, whole and bounded (1 MB) before the adapter sees it. */
export interface HookRequest {
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the adapter makes of it. The flow commits `posts` first and answers afterwards. */
export interface HookResult {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly posts: readonly Post[];
  /**
   * Posts from before the look-back that were only changed now: where they are known, their words are taken over, and
   * nothing is opened for them.
   */
  readonly changed?: readonly Post[];
  readonly dropped?: readonly Dropped[];
  /** As in {@link Batch}. */
  readonly deleted?: readonly string[];
}

/** A picture on its way: cleaned of what the camera wrote into it, with a description, within the {@link Source.pictures}. */
export interface Media {
  readonly mime: PictureMime;
  readonly bytes: Uint8Array;
  /** As it is looked at, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Never empty. */
  readonly alt: string;
}

/** How a text of ours goes out once. */
export interface SendOptions {
  /** The reply's id, unique for ever. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** What goes out with it, in this order; with a thread, with its first post. Only where {@link Source.pictures} says so. */
  readonly media?: readonly Media[];
}

/**
 * A connected place where people talk. Errors of every method are those of `errors.ts`; anything else is treated as
 * `UnavailableError`. All methods stop promptly when their signal aborts.
 */
export interface Source {
  readonly name: string;
  readonly kind: string;
  /** What people call the network: "Bluesky". */
  readonly label: string;
  readonly capabilities: Capabilities;
  /** True for made-up posts; every card says so. */
  readonly sample?: boolean;
  /** Shortest and usual time between two polls, in milliseconds. */
  readonly pollEveryMs?: number;
  /** What one poll usually costs: with a budget, polls are spread over the day by it. */
  readonly pollCost?: Cost;
  /**
   * The network shows changed words without saying when they were changed: `editedAt` stays null, and what poll or
   * conversation showed last counts. Only for a source that shows a post in the same words wherever it reads it.
   */
  readonly untimedEdits?: boolean;
  /** The account replies go out from; null before the first sign-in or where there is none. */
  account?(): Account | null;
  /** Everything since `cursor`; with null, a bounded look-back (the source's `lookback`, default 24 h). */
  poll?(cursor: string | null, signal: AbortSignal): Promise<Batch>;
  /**
   * Posts as they happen, until `signal` aborts. Ends by throwing when the stream breaks; the flow waits and calls
   * again. A stream never moves the cursor: the poll repairs what it lost.
   */
  listen?(signal: AbortSignal): AsyncIterable<readonly Post[]>;
  receive?(request: HookRequest): Promise<HookResult>;
  /**
   * The conversation around `post`, ours included, oldest first, bounded to 500 posts. Empty means that the conversation
   * or `post` itself is gone, and closes its item: of what is merely not shown to us, `post` as it was given.
   */
  conversation?(post: Post, signal: AbortSignal): Promise<readonly Post[]>;
  /**
   * Why this post may not be answered through Potluck, in words for the team (“Reddit has locked this thread.”); null
   * when it may. Known before anybody claims. Absent where every post may be answered that {@link Source.reply} can
   * answer. Pure and quick: every card asks.
   */
  mayNotReply?(post: Post): string | null;
  /** How `text` would go out as an answer to `post`. Pure and quick: it runs while a person types. */
  measure?(post: Post, text: string): Measure;
  /** How `text` would go out as a post of our own. As pure and quick. */
  measurePost?(text: string): Measure;
  /**
   * What goes out beside a text of ours, as an answer or as a post of our own. Absent, or null, where only words do.
   * Pure and quick: every card asks.
   */
  pictures?(): PictureRules | null;
  /**
   * Answers `post` in public. Returns our posts as the network shows them. `idempotencyKey` is the reply's id;
   * throws UncertainError when the outcome is unknown, RejectedError when the network said no. A picture that cannot be
   * handed over fails the whole: nothing goes out without it.
   */
  reply?(post: Post, text: string, options: SendOptions): Promise<readonly Post[]>;
  /** Publishes a post of our own. */
  publish?(text: string, options: SendOptions): Promise<readonly Post[]>;
  /** Credentials and permissions, a line each. Never throws for what it finds. */
  check(signal: AbortSignal): Promise<readonly Check[]>;
  close?(): Promise<void>;
}

/** What an adapter may use of the outside; everything is passed in. */
export interface SourceContext {
  readonly name: string;
  /**
   * `fetch` that times out (30 s), refuses private and link-local addresses at every hop unless the source's
   * configuration allows them, and sends Potluck's User-Agent.
   */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** What may be lost: validators, sessions, profiles. One namespace a source. */
  readonly cache: Keyv;
  readonly brand: Brand;
  /** Every call to the network is counted here before it is made. */
  readonly meter: Meter;
  readonly log: SourceLog;
}

/** Counts what a source costs. */
export interface Meter {
  /**
   * Counts, and waits for nothing.
   *
   * @param purpose `answer` for what a person sends: a share of every budget is kept for it. Default `read`.
   * @throws RateLimitedError when the day's budget does not allow it; the call must then not be made
   */
  spend(cost: Cost, purpose?: 'read' | 'answer'): Promise<void>;
}

/** The part of the logger that adapters use. */
export interface SourceLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** One line of the registry: its configuration (a strict zod object) and how to make one. SDKs are imported inside `create`. */
export interface SourceKind<Config extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly label: string;
  /** The fields under `sources.<name>` in potluck.yaml besides `kind`. */
  readonly config: Config;
  /** What may be spent a day when `sources.<name>.budget` says nothing: the network's own free quota, say. */
  readonly budget?: (config: z.output<Config>) => Budget;
  /** The time zone in which the network's quota day begins; default UTC. */
  readonly quotaZone?: string;
  /** Whether a configuration allows private addresses (a forum on the company's own network). */
  readonly allowsPrivate?: (config: z.output<Config>) => boolean;
  /** What is wrong with a configuration in this place, beyond its shape; reported together with all other problems. */
  readonly problems?: (config: z.output<Config>, place: { readonly loopback: boolean }) => readonly string[];
  create(config: z.output<Config>, context: SourceContext): Promise<Source>;
}

/** Ties the type of the configuration to `create`. */
export function defineSource<Config extends z.ZodType>(kind: SourceKind<Config>): SourceKind<Config> {
  return kind;
}
