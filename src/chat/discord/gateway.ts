import type { SessionInfo, WebSocketManager } from '@discordjs/ws';
import type { REST } from 'discord.js';
import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UnavailableError } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import { discordError } from './failures.ts';

/** Waits between two connections, in milliseconds. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** What only a person can mend is tried again this seldom. */
const REFUSED_WAIT_MS = 15 * 60_000;
/** Another process holds the connection: looked at again this often. */
const STANDBY_MS = 2_000;
/** Whether the connection is still ours: well within the lease's own life. */
const LEASE_CHECK_MS = 5_000;
/** Connections that do not last, one after the other, until we stop and wait longer. */
const MAX_STUMBLES = 4;
/** One that was up this long has lasted: what goes wrong afterwards is counted anew. */
const LASTING_MS = 60_000;
/** A start does not wait longer for the first connection: cards can be posted without one. */
const START_MS = 10_000;
/** Discord forgets a session within minutes; one of yesterday is not worth a question. */
const SESSION_TTL_MS = 24 * 3_600_000;
const SAVE_EVERY_MS = 1_000;
/** One new session in five seconds (https://docs.discord.com/developers/events/gateway#rate-limiting). */
const IDENTIFY_EVERY_MS = 5_000;

const CONNECTING = 'Connecting to the Discord gateway.';

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const FATAL: Readonly<Record<number, string>> = {
  4004: 'Discord does not know this token. Copy it anew from the Developer Portal → Bot → “Reset Token” into DISCORD_BOT_TOKEN.',
  4010: 'Discord refuses the shard. Restart Potluck; if it goes on, tell its makers.',
  4012: 'Discord no longer speaks this version of its gateway. Update Potluck.',
  4013: 'Discord does not know an intent that was asked for. Update Potluck.',
  4014: 'Discord does not grant “Message Content”: switch it on (Developer Portal → Bot → Privileged Gateway Intents), or take messageContent out of chats.discord.',
};
/** The number of shards has grown: asked for anew at the next attempt. */
const SHARDING_REQUIRED = 4011;

/** One event of the gateway. */
export interface Dispatch {
  readonly type: string;
  readonly data: unknown;
  /** Names this event and no other: the same one may come twice after a resumed session. */
  readonly key: string;
}

export interface Gateway {
  /** Resolves when the first attempt has ended; goes on in the background. */
  start(): Promise<void>;
  /** Null while every shard is connected, here or in another process. */
  problem(): string | null;
  stop(): Promise<void>;
}

export interface GatewayDeps {
  readonly rest: REST;
  readonly token: string;
  readonly intents: number;
  /** Names this bot among others that share the database. */
  readonly applicationId: () => string;
  /** The shards that our servers are on. */
  readonly shards: () => Promise<{ readonly ids: readonly number[]; readonly count: number }>;
  /** One connection a shard in the whole fleet. */
  readonly hold: (name: string) => Promise<boolean>;
  readonly cache: Keyv;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ChatLog;
  readonly onDispatch: (event: Dispatch) => void;
}

/** Which shard a server is on (https://docs.discord.com/developers/events/gateway#sharding). */
export function shardOf(guildId: string, count: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(count));
}

/** Keeps one connection a shard, and takes up where the last one ended, also one of another process or before a restart. */
export function discordGateway(deps: GatewayDeps): Gateway {
  const { clock, log } = deps;
  const stopping = new AbortController();
  const problems = new Map([['shards', CONNECTING]]);
  let keepers: Promise<void>[] = [];
  const open = new Set<WebSocketManager>();
  let mayIdentifyAt = 0;

  /** For all shards, and from one connection to the next: the library's own counts anew each time. */
  async function waitForIdentify(_id: number, signal: AbortSignal): Promise<void> {
    const wait = Math.max(0, mayIdentifyAt - clock.now());
    mayIdentifyAt = clock.now() + wait + IDENTIFY_EVERY_MS;
    if (wait > 0) await clock.sleep(wait, signal);
  }

  /** One round after another: a round ends when Discord wants another number of shards. */
  async function keepAll(first: () => void): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const { ids, count } = await deps.shards();
        failures = 0;
        problems.clear();
        const round = new AbortController();
        const signal = AbortSignal.any([stopping.signal, round.signal]);
        const firsts = ids.map(
          (id) =>
            new Promise<void>((resolve) => {
              keepers.push(keep(id, count, signal, resolve).finally(() => round.abort()));
            }),
        );
        void Promise.all(firsts).then(first);
        await Promise.all(keepers);
        keepers = [];
      } catch (error) {
        failures += 1;
        problems.set('shards', messageOf(error));
        first();
        await clock.sleep(waitAfter(error, failures), stopping.signal).catch(() => {});
      }
    }
  }

  /** One connection after another, until stopped, or until there is another number of shards. */
  async function keep(id: number, count: number, signal: AbortSignal, first: () => void): Promise<void> {
    const name = `gateway:${deps.applicationId()}/${id}`;
    let failures = 0;
    let upAt = Number.POSITIVE_INFINITY;
    problems.set(name, CONNECTING);
    while (!signal.aborted) {
      if (!(await mine(name))) {
        problems.delete(name);
        first();
        await clock.sleep(STANDBY_MS, signal).catch(() => {});
        continue;
      }
      if (!problems.has(name)) problems.set(name, CONNECTING);
      try {
        await connection(name, { id, count, signal }, () => {
          if (failures > 0) log.info({ shard: id }, 'connected to Discord again');
          upAt = clock.now();
          problems.delete(name);
          first();
        });
        if (signal.aborted) break;
        problems.set(name, 'The connection to Discord was lost; connecting again.');
      } catch (error) {
        if (signal.aborted) break;
        if (clock.now() - upAt >= LASTING_MS) failures = 0;
        upAt = Number.POSITIVE_INFINITY;
        failures += 1;
        problems.set(name, messageOf(error));
        log.warn({ shard: id, failures, why: messageOf(error) }, 'no connection to the Discord gateway');
        first();
        await clock.sleep(waitAfter(error, failures), signal).catch(() => {});
        const now = await deps.shards().catch(() => null);
        if (now !== null && now.count !== count) break;
      }
    }
    first();
  }

  async function mine(name: string): Promise<boolean> {
    try {
      return await deps.hold(name);
    } catch (error) {
      // The database is away: nobody can take the lease from us meanwhile, and nobody can work either.
      log.warn({ why: messageOf(error) }, 'the lease of the Discord gateway could not be looked at');
      return open.size > 0;
    }
  }

  /** Resolves when the connection is over and another one should be made at once; rejects when there has to be a wait. */
  async function connection(
    name: string,
    { id, count, signal }: { readonly id: number; readonly count: number; readonly signal: AbortSignal },
    ready: () => void,
  ): Promise<void> {
    const { WebSocketManager, WebSocketShardEvents: EVENT } = await import('@discordjs/ws');
    const session = await openSession(deps, `session:${name}/${count}/${deps.intents}`);
    const over = new AbortController();
    let stumbles = 0;
    let upAt = Number.POSITIVE_INFINITY;
    let greeted = false;
    let fail: (error: Error) => void = () => {};
    let leave: () => void = () => {};
    const gone = new Promise<void>((resolve, reject) => {
      leave = resolve;
      fail = reject;
    });
    gone.catch(() => {});
    const manager = new WebSocketManager({
      token: deps.token,
      intents: deps.intents,
      rest: deps.rest,
      shardCount: count,
      shardIds: [id],
      buildIdentifyThrottler: async () => ({ waitForIdentify }),
      // The library asks before each connection, also half a second after we have left: then it waits for ever.
      retrieveSessionInfo: () => (over.signal.aborted ? new Promise(() => {}) : session.now()),
      updateSessionInfo: (_id, info) => session.set(info),
    });
    // 4200 and not 1000: Discord keeps the session, and whoever connects next takes it up. Not awaited: a peer that never
    // answers the close frame would hold us for half a minute.
    const end = (): void =>
      void Promise.resolve(manager.destroy({ code: 4200, reason: 'Potluck goes on elsewhere' })).catch(
        () => {},
      );
    const up = (): void => {
      upAt = clock.now();
      ready();
    };
    manager.on(EVENT.Ready, up);
    manager.on(EVENT.Resumed, up);
    manager.on(EVENT.Hello, () => {
      greeted = true;
      // After what the library does at a greeting, and before it says who we are.
      if (over.signal.aborted) queueMicrotask(end);
    });
    manager.on(EVENT.Error, ({ error }) => {
      log.warn({ shard: id, why: messageOf(error) }, 'trouble with the Discord gateway');
    });
    manager.on(EVENT.Closed, ({ code }) => {
      greeted = false;
      if (over.signal.aborted) return;
      log.debug({ shard: id, code }, 'a Discord gateway connection was closed');
      const fatal = FATAL[code];
      if (fatal) return fail(code === 4004 ? new AuthError(fatal) : new RejectedError(fatal));
      if (code === SHARDING_REQUIRED) return fail(new UnavailableError('Discord wants more shards.'));
      stumbles = clock.now() - upAt >= LASTING_MS ? 1 : stumbles + 1;
      upAt = Number.POSITIVE_INFINITY;
      if (stumbles > 1) problems.set(name, 'The connection to Discord was lost; connecting again.');
      if (stumbles >= MAX_STUMBLES)
        fail(new UnavailableError(`The Discord gateway ends every connection (${code}).`));
    });
    manager.on(EVENT.Dispatch, ({ data }) => {
      const now = session.now();
      // What came too late to be remembered is told again to whoever takes the session up.
      if (now !== null && data.s > now.sequence) return;
      deps.onDispatch({ type: data.t, data: data.d, key: `${now?.sessionId ?? ''}:${data.s}` });
    });
    open.add(manager);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    void watchLease(name, over.signal, leave);
    try {
      // The SDK forgets a token that was refused once.
      deps.rest.setToken(deps.token);
      if (!signal.aborted) await Promise.race([Promise.resolve(manager.connect()), gone]);
      await gone;
    } catch (error) {
      throw wordsOf(error);
    } finally {
      over.abort();
      signal.removeEventListener('abort', leave);
      session.keep();
      // One that has not been greeted yet is ended at the greeting: the library would let go of it half made.
      if (greeted) end();
      open.delete(manager);
      await session.save();
    }
  }

  async function watchLease(name: string, signal: AbortSignal, leave: () => void): Promise<void> {
    while (!signal.aborted) {
      const woken = await clock.sleep(LEASE_CHECK_MS, signal).then(
        () => true,
        () => false,
      );
      if (woken && !(await mine(name))) return leave();
    }
  }

  function waitAfter(error: unknown, failures: number): number {
    if (error instanceof RateLimitedError) return Math.max(FIRST_WAIT_MS, error.retryAfterMs);
    if (error instanceof AuthError || error instanceof RejectedError) return REFUSED_WAIT_MS;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
    return wait * (0.5 + deps.random() / 2);
  }

  return {
    async start() {
      const began = new AbortController();
      const limit = clock.sleep(START_MS, began.signal).catch(() => {});
      const first = new Promise<void>((resolve) => {
        void keepAll(resolve).then(resolve, resolve);
      });
      await Promise.race([first, limit]);
      began.abort();
    },
    problem: () => [...problems.values()][0] ?? null,
    async stop() {
      stopping.abort();
      await Promise.allSettled(keepers);
    },
  };
}

/** The library says some things in objects, and "not enough sessions" in two lines. */
function wordsOf(error: unknown): Error {
  const inner = typeof error === 'object' && error !== null && 'error' in error ? error.error : error;
  if (inner instanceof AuthError || inner instanceof RejectedError || inner instanceof UnavailableError)
    return inner;
  if (/^Not enough sessions remaining/.test(messageOf(inner)))
    return new RateLimitedError(
      'Discord lets the bot begin no more sessions today (1,000 a day). Potluck waits; do not restart it over and over.',
      REFUSED_WAIT_MS,
    );
  return discordError(inner, { what: 'connect to the gateway' });
}

/** What is needed to resume: in memory for the connection, in the cache for the next process. */
interface Session {
  now(): SessionInfo | null;
  set(info: SessionInfo | null): void;
  /** The connection ends on our side: what the library forgets from here on is not forgotten. */
  keep(): void;
  save(): Promise<void>;
}

async function openSession({ cache, clock, log }: GatewayDeps, key: string): Promise<Session> {
  const stored: unknown = await cache.get(key).catch(() => null);
  let info = isSession(stored) ? stored : null;
  let keeping = false;
  let savedAt = Number.NEGATIVE_INFINITY;

  async function save(): Promise<void> {
    savedAt = clock.now();
    try {
      await (info === null ? cache.delete(key) : cache.set(key, info, SESSION_TTL_MS));
    } catch (error) {
      log.debug({ why: messageOf(error) }, 'a Discord session was not saved');
    }
  }
  return {
    now: () => info,
    set(next) {
      if (keeping) return;
      const isOther = next?.sessionId !== info?.sessionId;
      info = next;
      // A busy server brings many events a second; some of them told twice after a crash do no harm.
      if (isOther || clock.now() - savedAt >= SAVE_EVERY_MS) void save();
    },
    keep() {
      keeping = true;
    },
    save,
  };
}

function isSession(value: unknown): value is SessionInfo {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sessionId' in value &&
    typeof value.sessionId === 'string' &&
    'sequence' in value &&
    typeof value.sequence === 'number' &&
    'resumeURL' in value &&
    typeof value.resumeURL === 'string'
  );
}
