import type { Chat, PostOptions, TellOptions } from '../../src/chat/chat.ts';
import type { Clock } from '../../src/clock.ts';
import type { Card } from '../../src/domain/card.ts';
import type { Item } from '../../src/domain/item.ts';
import type { Notice } from '../../src/domain/notice.ts';
import type { Attention } from '../../src/flow/attention.ts';
import { createLeases } from '../../src/flow/leases.ts';
import { createPresent, type Present } from '../../src/flow/present.ts';
import type { Flow } from './flow.ts';

/** One write to a channel. */
export interface Write {
  readonly kind: 'post' | 'update';
  readonly channel: string;
  readonly card: Card;
  readonly at: number;
  readonly nonce: string;
  readonly signal: AbortSignal;
}

/** A room that keeps what is written to it. */
export interface ScriptedChat extends Chat {
  /** Every attempt, in order, the failed ones included. */
  readonly writes: Write[];
  /** What people see: reference → channel and card. */
  readonly shown: Map<string, { readonly channel: string; card: Card }>;
  /** Channels in which a lost card was looked for. */
  readonly finds: string[];
  /** Lines said in threads, the failed ones included. */
  readonly remarks: { readonly ref: string; readonly text: string; readonly mention: string | null }[];
  /** What was said beside the cards: every attempt. */
  readonly told: {
    readonly kind: 'tell' | 'retell';
    readonly notice: Notice;
    readonly options: TellOptions;
    readonly at: number;
  }[];
  /** What people read of it: reference → where and what. */
  readonly heard: Map<string, { readonly channel: string; readonly thread: string | null; notice: Notice }>;
  /** Called before something is said: throw to refuse it. */
  beforeTell: () => void | Promise<void>;
  /** Called after it is said and before the caller hears of it: throw to lose the answer. */
  afterTell: () => void | Promise<void>;
  /** Called before a line is said: throw to refuse it. */
  beforeRemark: () => void | Promise<void>;
  /** Called before a write is done: throw to refuse it, wait to hold it. */
  before: (write: Write) => void | Promise<void>;
  /** Called after it is done and before the caller hears of it: throw to lose the answer. */
  after: (write: Write) => void | Promise<void>;
}

export function scriptedChat(
  clock: Clock,
  options: { readonly intervalMs?: number; readonly find?: boolean; readonly remark?: boolean } = {},
): ScriptedChat {
  const writes: Write[] = [];
  const shown: ScriptedChat['shown'] = new Map();
  const finds: string[] = [];
  const remarks: ScriptedChat['remarks'] = [];
  const told: ScriptedChat['told'] = [];
  const heard: ScriptedChat['heard'] = new Map();
  const ids = new Map<number, string>();
  let refs = 0;
  const write = async (
    kind: Write['kind'],
    channel: string,
    card: Card,
    { nonce, signal }: PostOptions,
  ): Promise<Write> => {
    const made = { kind, channel, card, at: clock.now(), nonce, signal };
    writes.push(made);
    await chat.before(made);
    return made;
  };
  const chat: ScriptedChat = {
    kind: 'web',
    label: 'Scripted room',
    channelIntervalMs: options.intervalMs ?? 0,
    writes,
    shown,
    finds,
    remarks,
    told,
    heard,
    beforeTell: () => {},
    afterTell: () => {},
    before: () => {},
    beforeRemark: () => {},
    after: () => {},
    start: async () => {},
    async post(channel, card, given) {
      const made = await write('post', channel, card, given);
      const ref = `ref-${++refs}`;
      shown.set(ref, { channel, card });
      await chat.after(made);
      return ref;
    },
    async update(ref, card, given) {
      const message = shown.get(ref);
      const made = await write('update', message?.channel ?? 'nowhere', card, given);
      if (message) message.card = card;
      await chat.after(made);
      return ref;
    },
    ...(options.find === false
      ? {}
      : {
          async find(channel: string, itemId: number) {
            finds.push(channel);
            for (const [ref, message] of shown)
              if (message.channel === channel && message.card.itemId === itemId) return ref;
            return null;
          },
        }),
    ...(options.remark === false
      ? {}
      : {
          async remark(ref: string, text: string, mention: string | null) {
            remarks.push({ ref, text, mention });
            await chat.beforeRemark();
          },
        }),
    async tell(channel, notice, given) {
      told.push({ kind: 'tell', notice, options: given, at: clock.now() });
      await chat.beforeTell();
      const ref = `said-${++refs}`;
      ids.set(given.noticeId, ref);
      heard.set(ref, { channel, thread: given.thread, notice });
      await chat.afterTell();
      return ref;
    },
    async retell(ref, notice, given) {
      told.push({ kind: 'retell', notice, options: given, at: clock.now() });
      await chat.beforeTell();
      const there = heard.get(ref);
      if (there) there.notice = notice;
      await chat.afterTell();
      return ref;
    },
    findNotice: async (_channel, noticeId) => ids.get(noticeId) ?? null,
    health: () => ({ state: 'up', detail: null }),
    check: async () => [],
    stop: async () => {},
  };
  return chat;
}

/** A presenter at work. */
export interface Presenting extends Present {
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Whether it has stopped. */
  readonly stopped: boolean;
}

/** Starts the presenter of a chat on the flow's store, as a process of the given name would. */
export function presenting(
  world: Flow,
  chat: Chat,
  options: {
    readonly holder?: string;
    readonly freshen?: (item: Item) => Promise<void>;
    readonly random?: () => number;
    readonly attention?: Attention;
    readonly quiet?: (item: Item) => boolean;
  } = {},
): Presenting {
  const stopping = new AbortController();
  const { through: store, clock, view, log } = world;
  const leases = createLeases({ store, clock, holder: options.holder ?? 'process-1', log });
  const present = createPresent(chat, {
    store,
    clock,
    view,
    random: options.random ?? (() => 0.5),
    leases,
    attention: options.attention ?? null,
    ...(options.quiet ? { quiet: options.quiet } : {}),
    freshen: options.freshen ?? (async () => {}),
    log,
  });
  let stopped = false;
  const running = present.run(stopping.signal).then(() => {
    stopped = true;
  });
  const renewing = leases.run(stopping.signal);
  return {
    ...present,
    get stopped() {
      return stopped;
    },
    async stop() {
      stopping.abort(new Error('the test is over'));
      await running;
      await renewing;
    },
  };
}
