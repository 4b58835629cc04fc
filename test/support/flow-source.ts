import type { Budget, Cost } from '../../src/domain/cost.ts';
import type { PictureRules } from '../../src/domain/picture.ts';
import type { Post } from '../../src/domain/post.ts';
import type { Measure } from '../../src/domain/reply.ts';
import { createLeases } from '../../src/flow/leases.ts';
import { createMeter } from '../../src/flow/meter.ts';
import { createWatch, type Watch } from '../../src/flow/watch.ts';
import type {
  Batch,
  Capabilities,
  HookRequest,
  HookResult,
  Media,
  Source,
} from '../../src/sources/source.ts';
import type { Flow } from './flow.ts';

/** What the next poll does: brings a batch, throws, or waits until the test says so. */
export type PollStep = Partial<Batch> | Error | Promise<Partial<Batch>>;

/** A stream in the hands of a test. */
interface Stream {
  readonly signal: AbortSignal;
  push(posts: readonly Post[]): void;
  /** Breaks it, or ends it without a word. */
  end(error?: Error): void;
}

interface Sent {
  readonly key: string;
  readonly text: string;
  /** What went with it; absent when nothing did. */
  readonly media?: readonly Media[];
}

/** A source that does what the test wrote down, and remembers what it was asked. */
export interface ScriptedSource extends Source {
  /** Cursors of all polls so far, in order. */
  readonly polls: (string | null)[];
  /** Steps of the next polls; when there are none left, a poll brings nothing. */
  readonly script: PollStep[];
  /** Streams that were opened, in order. */
  readonly streams: Stream[];
  /** Posts whose conversation was asked for. */
  readonly asked: string[];
  /** What a conversation look-up answers; throwing is allowed. */
  onConversation: (post: Post, signal: AbortSignal) => readonly Post[] | Promise<readonly Post[]>;
  onReceive: (request: HookRequest) => HookResult;
  onReply: (post: Post, text: string, signal: AbortSignal) => readonly Post[] | Promise<readonly Post[]>;
  onPublish: (text: string) => readonly Post[] | Promise<readonly Post[]>;
  /** Every post of our own that left: the key and the text. */
  readonly published: Sent[];
  /** Every reply that left: the key and the text. */
  readonly replies: (Sent & { readonly to: string })[];
}

const ALL: Capabilities = {
  poll: true,
  listen: false,
  receive: false,
  conversation: true,
  reply: true,
  publish: false,
};

export function scriptedSource(
  options: {
    readonly name?: string;
    readonly can?: Partial<Capabilities>;
    readonly pollEveryMs?: number;
    readonly pollCost?: Cost;
    readonly measure?: (post: Post, text: string) => Measure;
    readonly pictures?: PictureRules;
  } = {},
): ScriptedSource {
  const name = options.name ?? 'blog';
  const polls: (string | null)[] = [];
  const script: PollStep[] = [];
  const streams: Stream[] = [];
  const asked: string[] = [];
  const replies: ScriptedSource['replies'] = [];
  const published: ScriptedSource['published'] = [];
  const source: ScriptedSource = {
    name,
    kind: 'scripted',
    label: 'Scripted',
    capabilities: { ...ALL, ...options.can },
    ...(options.pollEveryMs === undefined ? {} : { pollEveryMs: options.pollEveryMs }),
    ...(options.pollCost === undefined ? {} : { pollCost: options.pollCost }),
    polls,
    script,
    streams,
    asked,
    replies,
    published,
    onPublish: () => [],
    onConversation: () => [],
    onReceive: () => ({ status: 202, body: { ok: true }, posts: [] }),
    onReply: () => [],
    account: () => ({ handle: '@potluck.example', url: null }),
    async poll(cursor) {
      polls.push(cursor);
      const step = await script.shift();
      if (step instanceof Error) throw step;
      return { posts: [], cursor: null, ...step };
    },
    async *listen(signal) {
      yield* stream(signal, streams);
    },
    receive: async (request) => source.onReceive(request),
    conversation: async (post, signal) => {
      asked.push(post.id);
      return source.onConversation(post, signal);
    },
    measure:
      options.measure ??
      ((_, text) => ({
        length: text.length,
        limit: 300,
        unit: 'characters',
        parts: [text],
        problem: text.length > 300 ? 'It is longer than 300 characters.' : null,
      })),
    measurePost: (text) => ({
      length: text.length,
      limit: 280,
      unit: 'characters',
      parts: [text],
      problem: text.length > 280 ? 'It is longer than 280 characters.' : null,
    }),
    pictures: () => options.pictures ?? null,
    publish: async (text, { idempotencyKey, media }) => {
      published.push({ key: idempotencyKey, text, ...(media ? { media } : {}) });
      return source.onPublish(text);
    },
    reply: async (post, text, { idempotencyKey, signal, media }) => {
      replies.push({ key: idempotencyKey, text, to: post.id, ...(media ? { media } : {}) });
      return source.onReply(post, text, signal);
    },
    check: async () => [],
  };
  return source;
}

async function* stream(signal: AbortSignal, streams: Stream[]): AsyncGenerator<readonly Post[]> {
  const waiting: (readonly Post[])[] = [];
  let over: { readonly error: Error | null } | null = null;
  let wake: () => void = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  streams.push({
    signal,
    push(posts) {
      waiting.push(posts);
      wake();
    },
    end(error) {
      over = { error: error ?? null };
      wake();
    },
  });
  const state = (): { readonly error: Error | null } | null => over;
  for (;;) {
    const next = waiting.shift();
    if (next) {
      yield next;
      continue;
    }
    if (signal.aborted) return;
    const end = state();
    if (end?.error) throw end.error;
    if (end) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** A watch at work. */
export interface Watching extends Watch {
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** The process is gone: nothing is given back. */
  die(): Promise<void>;
}

/** Watches a source on the flow's store, as a process of the given name would. */
export function watching(
  world: Flow,
  source: Source,
  options: { readonly holder?: string; readonly random?: () => number; readonly budget?: Budget } = {},
): Watching {
  const stopping = new AbortController();
  const renewing = new AbortController();
  const { through: store, clock, log } = world;
  const leases = createLeases({ store, clock, holder: options.holder ?? 'process-1', log });
  const watch = createWatch(source, {
    store,
    clock,
    random: options.random ?? (() => 0.5),
    leases,
    ingest: ({ posts, ...more }) => world.ingest(posts, more),
    meter: createMeter({ store, clock, source: source.name, budget: options.budget ?? {}, zone: 'UTC' }),
    log,
  });
  const running = watch.run(stopping.signal);
  const renewal = leases.run(renewing.signal);
  const end = async (): Promise<void> => {
    stopping.abort(new Error('the test is over'));
    await running;
  };
  return {
    ...watch,
    async stop() {
      await end();
      renewing.abort();
      await renewal;
    },
    async die() {
      const { releaseHolder } = store;
      Object.assign(store, { releaseHolder: async () => {} });
      await end();
      renewing.abort();
      await renewal;
      Object.assign(store, { releaseHolder });
    },
  };
}
