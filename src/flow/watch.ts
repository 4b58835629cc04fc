import type { SourceHealth } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { pollEvery } from '../domain/cost.ts';
import type { Post } from '../domain/post.ts';
import { AuthError, messageOf, RateLimitedError } from '../errors.ts';
import type { Batch, HookRequest, HookResult, Source, SourceLog } from '../sources/source.ts';
import type { SourceState, Store } from '../store/store.ts';
import type { Delivery, IngestResult } from './ingest.ts';
import type { Leases } from './leases.ts';
import type { SourceMeter } from './meter.ts';
import { within } from './within.ts';

export interface WatchDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly leases: Leases;
  readonly ingest: (delivery: Delivery) => Promise<IngestResult>;
  readonly meter: SourceMeter;
  readonly log: SourceLog;
}

/** The source → item half of the journey for one source. */
export interface Watch {
  readonly source: Source;
  /** Polls and listens until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** A request to the source's HTTP door; the answer is given after the commit. */
  receive(request: HookRequest): Promise<HookResult>;
  /** Asks the network for the conversation around a post. False when it cannot be asked right now. */
  ask(post: Post, signal: AbortSignal): Promise<boolean>;
  health(): Promise<SourceHealth>;
}

const DEFAULT_POLL_MS = 60_000;
const POLL_TIMEOUT_MS = 120_000;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 10 * 60_000;
/** Refused credentials need a person; asking often only gets the account locked. */
const AUTH_PAUSE_MS = 10 * 60_000;
/** How often a stream looks whether it may still listen. */
const STILL_HELD_MS = 20_000;
const STANDBY_MS = 10_000;
/** A source that brought nothing for so long is called quiet. */
const QUIET_AFTER_MS = 24 * 3_600_000;
/** A post younger than this may not be everywhere on its network yet. */
const GONE_AFTER_MS = 10 * 60_000;
const MAX_MISSED = 1_000;
/** Shorter interruptions are the usual time between two polls. */
const MIN_GAP_MS = 2 * 60_000;
/** Such a gap stays in the record for ever. */
const LOST = 'the service no longer had these posts';

export function createWatch(source: Source, deps: WatchDeps): Watch {
  const { store, clock } = deps;
  const name = source.name;
  // Of poll and conversation only: what is pushed may be pushed again, old words and all.
  const untimedEdits = source.untimedEdits === true;
  let attempted = false;
  let pollTrouble: string | null = null;
  let streamTrouble: string | null = null;
  let streamUp = false;
  /** Another process reads this source: what it recorded tells how it is. */
  let standby = false;
  let askNotBefore = 0;
  /** Posts whose conversation was not there when it was asked for, and since when. */
  const missed = new Map<string, number>();

  // With a budget, polls are spread over the day: better seldom and all day than often until noon.
  const everyMs = pollEvery(deps.meter.budget, source.pollCost ?? {}, source.pollEveryMs ?? DEFAULT_POLL_MS);

  const jitter = (ms: number, share = 0.1): number =>
    Math.round(ms * (1 - share + 2 * share * deps.random()));

  function backoff(error: unknown, failures: number): number {
    if (error instanceof RateLimitedError) return error.retryAfterMs + Math.round(deps.random() * 1_000);
    if (error instanceof AuthError) return jitter(AUTH_PAUSE_MS);
    // Full jitter: many sources that failed together do not come back together.
    const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 12));
    return Math.round(ceiling * (0.5 + deps.random() / 2));
  }

  async function run(signal: AbortSignal): Promise<void> {
    const loops: Promise<void>[] = [];
    if (source.poll && source.capabilities.poll) loops.push(pollLoop(source.poll.bind(source), signal));
    if (source.listen && source.capabilities.listen)
      loops.push(listenLoop(source.listen.bind(source), signal));
    if (loops.length === 0) attempted = true;
    await Promise.all(loops);
  }

  /** Sleeps; true when it is time to stop. */
  async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
    await clock.sleep(ms, signal).catch(() => {});
    return signal.aborted;
  }

  const holds = (what: string): Promise<boolean> => deps.leases.hold(`${what}:${name}`);

  async function pollLoop(poll: NonNullable<Source['poll']>, signal: AbortSignal): Promise<void> {
    let catchingUp = true;
    let failures = 0;
    while (!signal.aborted) {
      let wait = jitter(everyMs);
      try {
        if (!(await holds('poll'))) {
          // Another process watches this source; stand by to take over.
          attempted = true;
          standby = true;
          pollTrouble = null;
          if (await rest(jitter(STANDBY_MS), signal)) return;
          catchingUp = true;
          continue;
        }
        standby = false;
        const before = await store.sourceState(name);
        const batch = await within(clock, POLL_TIMEOUT_MS, signal, (stop) => poll(before.cursor, stop));
        if (catchingUp) await noteGap(before);
        const backfilled = catchingUp;
        await deps.ingest({
          source: name,
          posts: batch.posts,
          deleted: batch.deleted ?? [],
          backfilled,
          untimedEdits,
          state: (state, fresh) => succeeded(state, fresh, batch),
        });
        if (batch.gap) await store.openGap(name, batch.gap.from, batch.gap.to, LOST);
        for (const dropped of batch.dropped ?? [])
          deps.log.warn({ source: name, id: dropped.id, why: dropped.why }, 'an entry was dropped');
        failures = 0;
        attempted = true;
        if (pollTrouble !== null) deps.log.info({ source: name }, 'the source can be read again');
        pollTrouble = null;
        // A cursor that stays where it is would bring the same again, for ever.
        if (batch.more && (batch.cursor ?? before.cursor) !== before.cursor) continue;
        if (catchingUp) await store.closeGaps(name, clock.now(), LOST);
        catchingUp = false;
        wait = Math.max(wait, batch.waitMs ?? 0);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        attempted = true;
        catchingUp = true;
        wait = backoff(error, failures);
        await pollFailed(error, failures, wait);
      }
      if (await rest(wait, signal)) return;
    }
  }

  function succeeded(state: SourceState, fresh: readonly Post[], batch: Batch): SourceState {
    return {
      ...state,
      cursor: batch.cursor ?? state.cursor,
      lastSuccessAt: clock.now(),
      lastError: null,
      failures: 0,
      lastPostAt: fresh.reduce<number | null>(
        (max, post) => Math.max(max ?? 0, post.createdAt),
        state.lastPostAt,
      ),
      dropped: state.dropped + (batch.dropped?.length ?? 0),
    };
  }

  async function pollFailed(error: unknown, failures: number, wait: number): Promise<void> {
    pollTrouble = messageOf(error);
    deps.log.warn(
      { source: name, failures, error: pollTrouble, retryInMs: wait },
      'the source could not be read',
    );
    try {
      const lastError = pollTrouble;
      // Under the lock of the deliveries: a cursor that moves meanwhile must not be put back.
      await store.transaction(`source:${name}`, async (queries) => {
        const state = await queries.sourceState(name);
        await queries.saveSourceState(name, { ...state, lastFailureAt: clock.now(), lastError, failures });
      });
    } catch (storeError) {
      deps.log.warn({ source: name, error: messageOf(storeError) }, 'the failure could not be recorded');
    }
  }

  /** After an interruption: the stretch in which we could not see goes into the coverage record. */
  async function noteGap(before: SourceState): Promise<void> {
    const since = before.lastSuccessAt;
    const now = clock.now();
    if (since === null || now - since < Math.max(MIN_GAP_MS, 3 * everyMs)) return;
    const open = (await store.gaps(name, 1)).some((gap) => gap.closedAt === null && gap.from >= since);
    if (!open) await store.openGap(name, since, now, before.lastError ?? 'Potluck was not running');
  }

  async function listenLoop(listen: NonNullable<Source['listen']>, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = clock.now();
      let wait = 0;
      try {
        if (!(await holds('listen'))) {
          if (await rest(jitter(STANDBY_MS), signal)) return;
          continue;
        }
        const over = new AbortController();
        const stop = AbortSignal.any([signal, over.signal]);
        const renewing = renew('listen', stop, () => over.abort(new Error('another process took over')));
        try {
          streamUp = true;
          for await (const posts of listen(stop)) {
            attempted = true;
            streamTrouble = null;
            await deps.ingest({ source: name, posts, backfilled: false, state: seen });
          }
        } finally {
          streamUp = false;
          over.abort();
          await renewing;
        }
        if (signal.aborted) return;
        throw new Error('the stream ended');
      } catch (error) {
        if (signal.aborted) return;
        // A stream that held for a while starts its back-off anew.
        failures = clock.now() - startedAt > MAX_BACKOFF_MS ? 1 : failures + 1;
        attempted = true;
        streamTrouble = messageOf(error);
        wait = backoff(error, failures);
        deps.log.info(
          { source: name, failures, error: streamTrouble, retryInMs: wait },
          'the stream broke; polling goes on',
        );
      }
      if (await rest(wait, signal)) return;
    }
  }

  function seen(state: SourceState, fresh: readonly Post[]): SourceState {
    return {
      ...state,
      lastPostAt: fresh.reduce<number | null>(
        (max, post) => Math.max(max ?? 0, post.createdAt),
        state.lastPostAt,
      ),
    };
  }

  async function renew(what: string, signal: AbortSignal, lost: () => void): Promise<void> {
    while (!(await rest(STILL_HELD_MS, signal))) {
      const held = await holds(what).catch(() => true);
      if (!held) return lost();
      // It holds, and brings nothing: that is an answer, too.
      attempted = true;
    }
  }

  async function receive(request: HookRequest): Promise<HookResult> {
    if (!source.receive)
      return { status: 404, body: { error: 'This source takes no posts over HTTP.' }, posts: [] };
    const result = await source.receive(request);
    const { changed = [], deleted = [], dropped = [] } = result;
    if (result.posts.length + changed.length + dropped.length + deleted.length > 0) {
      await deps.ingest({
        source: name,
        posts: result.posts,
        changed,
        deleted,
        backfilled: false,
        state: (state, fresh) => ({
          ...seen(state, fresh),
          lastSuccessAt: clock.now(),
          dropped: state.dropped + dropped.length,
        }),
      });
    }
    return result;
  }

  /** The network says twice, some minutes apart, that there is no such conversation: once may be its own delay. */
  function isGone({ id, createdAt }: Post): boolean {
    const now = clock.now();
    if (now - createdAt < GONE_AFTER_MS) return false;
    const first = missed.get(id) ?? now;
    missed.set(id, first);
    if (missed.size > MAX_MISSED) missed.delete([...missed.keys()][0] ?? '');
    if (now - first < GONE_AFTER_MS / 2) return false;
    missed.delete(id);
    return true;
  }

  async function ask(post: Post, signal: AbortSignal): Promise<boolean> {
    if (!source.conversation || !source.capabilities.conversation) return true;
    if (clock.now() < askNotBefore || !(await deps.meter.mayAsk())) return false;
    try {
      const posts = await source.conversation(post, signal);
      if (posts.length > 0) {
        missed.delete(post.id);
        await deps.ingest({ source: name, posts, backfilled: true, untimedEdits });
      } else if (isGone(post))
        await deps.ingest({ source: name, posts, deleted: [post.id], backfilled: true });
      return true;
    } catch (error) {
      // Many ask one after the other: the first no counts for all.
      if (error instanceof RateLimitedError) askNotBefore = clock.now() + error.retryAfterMs;
      if (error instanceof AuthError) askNotBefore = clock.now() + AUTH_PAUSE_MS;
      if (!signal.aborted)
        deps.log.debug(
          { source: name, postId: post.id, error: messageOf(error) },
          'the conversation could not be asked for',
        );
      return false;
    }
  }

  async function health(): Promise<SourceHealth> {
    const state = await store.sourceState(name);
    const base = {
      name,
      label: source.label,
      spent: await deps.meter.words(),
      lastSuccessAt: state.lastSuccessAt,
      lastPostAt: state.lastPostAt,
    };
    const trouble = pollTrouble ?? (standby && state.failures > 0 ? state.lastError : null);
    if (trouble !== null) return { ...base, state: 'blind', detail: trouble };
    if (!attempted) return { ...base, state: 'starting', detail: null };
    if (!source.capabilities.poll && source.capabilities.listen && !streamUp)
      return { ...base, state: 'blind', detail: streamTrouble ?? 'The stream is not connected.' };
    const detail = streamTrouble === null || streamUp ? null : `Stream: ${streamTrouble} Polling goes on.`;
    const newest = state.lastPostAt ?? Number.NEGATIVE_INFINITY;
    return { ...base, state: clock.now() - newest > QUIET_AFTER_MS ? 'quiet' : 'up', detail };
  }

  return { source, run, receive, ask, health };
}
