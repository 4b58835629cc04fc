import type { Clock } from '../../clock.ts';
import type { Card } from '../../domain/card.ts';
import type { ItemState } from '../../domain/item.ts';
import { messageOf } from '../../errors.ts';
import type { ChatHandlers, ChatLog, ListQuery, SourceHealth, ToldNotice } from '../chat.ts';

type Counts = Readonly<Record<ItemState, number>>;

/** What the room says to a page, one kind of server-sent event each. */
export type LiveEvent =
  /** Everything a page needs to begin, or to begin again. */
  | {
      readonly type: 'snapshot';
      readonly now: number;
      readonly cards: readonly Card[];
      readonly total: number;
      readonly counts: RoomCounts;
      readonly sources: readonly SourceHealth[];
      /** {@link stampOf} what was told: a page that has another one asks for the notices. */
      readonly told: string;
    }
  /** New and changed cards, the order of the queue, and cards that left it, as they stand now. */
  | {
      readonly type: 'change';
      readonly cards: readonly Card[];
      readonly order: readonly number[];
      readonly left: readonly Card[];
      readonly total: number;
    }
  | { readonly type: 'counts'; readonly counts: RoomCounts }
  | { readonly type: 'sources'; readonly sources: readonly SourceHealth[] }
  | { readonly type: 'told'; readonly told: string };

export interface RoomCounts {
  readonly all: Counts;
  readonly channels: readonly { readonly name: string; readonly counts: Counts }[];
}

export interface Live {
  start(handlers: ChatHandlers): void;
  /** Something changed: look now. Many kicks make one look. */
  kick(): void;
  /** A stream of events for this queue, or null when the room is full. `until`: when the session ends. */
  connect(query: ListQuery, until: number | null): Promise<ReadableStream<Uint8Array> | null>;
  /** How many pages are connected. */
  readonly clients: number;
  stop(): void;
}

/** Looks at the ledger this often while somebody watches, because another process may have changed it. */
const TICK_MS = 2_000;
/** Proxies cut a silent connection after 30 to 60 s. */
const BEAT_TICKS = 7;
const SOURCES_TICKS = 3;
const MAX_CLIENTS = 200;
/** A page that reads slower than this is let go; it comes back and gets a snapshot. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
/** Of the cards that leave a queue at once, this many are sent along to say how they stand; the others just go. */
const MAX_LEFT = 30;

/** The newest notices that the room shows. */
export const MAX_TOLD = 60;

/** Which notices, in which versions: short, where the notices themselves are long. */
export function stampOf(notices: readonly ToldNotice[]): string {
  return `:${notices.map(({ id, version }) => `${id}:${version}`).join()}`;
}

interface Client {
  readonly query: ListQuery;
  readonly view: string;
  readonly until: number | null;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** What the page has: item → version. */
  shown: Map<number, number>;
  order: string;
  counts: string;
  sources: string;
  told: string;
}

const encoder = new TextEncoder();

/** Level-triggered: every look compares the queue of a page with what the page has, so nothing can be missed for good. */
export function createLive({ clock, log }: { readonly clock: Clock; readonly log: ChatLog }): Live {
  const clients = new Set<Client>();
  let handlers: ChatHandlers | null = null;
  let ticking: AbortController | null = null;
  /** How often somebody said that there is news. */
  let kicks = 0;
  let looking = false;
  let again = false;
  let eventId = 0;
  let sources: readonly SourceHealth[] = [];

  function send(client: Client, event: LiveEvent): void {
    const { type, ...data } = event;
    write(client, `id: ${++eventId}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  function write(client: Client, text: string): void {
    try {
      if ((client.controller.desiredSize ?? 0) > 0) client.controller.enqueue(encoder.encode(text));
      else drop(client);
    } catch {
      drop(client);
    }
  }

  function drop(client: Client): void {
    if (!clients.delete(client)) return;
    try {
      client.controller.close();
    } catch {
      // The page has gone already.
    }
    if (clients.size === 0) ticking?.abort();
  }

  async function counted(from: ChatHandlers): Promise<RoomCounts> {
    const [all, ...each] = await Promise.all([
      from.counts(),
      ...from.channels().map(async (name) => ({ name, counts: await from.counts(name) })),
    ]);
    return { all, channels: each };
  }

  /** One look for everybody: pages with the same queue share one query. */
  async function look(from: ChatHandlers): Promise<void> {
    const views = new Map<string, Client[]>();
    for (const client of clients) views.set(client.view, [...(views.get(client.view) ?? []), client]);
    const counts = await counted(from);
    const told = stampOf(await from.notices(MAX_TOLD));
    for (const group of views.values()) {
      const [first] = group;
      if (!first) continue;
      const { cards, total } = await from.list(first.query);
      for (const client of group) await level(from, client, cards, total);
    }
    for (const client of clients) {
      client.counts = tell(client, client.counts, { type: 'counts', counts });
      client.sources = tell(client, client.sources, { type: 'sources', sources });
      client.told = tell(client, client.told, { type: 'told', told });
    }
  }

  function tell(client: Client, had: string, event: LiveEvent): string {
    const has = JSON.stringify(event);
    if (has !== had) send(client, event);
    return has;
  }

  async function level(
    from: ChatHandlers,
    client: Client,
    cards: readonly Card[],
    total: number,
  ): Promise<void> {
    const changed = cards.filter((card) => client.shown.get(card.itemId) !== card.version);
    const ids = cards.map((card) => card.itemId);
    const here = new Set(ids);
    const gone = [...client.shown.keys()].filter((id) => !here.has(id));
    const order = `${total}:${ids.join()}`;
    if (changed.length === 0 && gone.length === 0 && order === client.order) return;
    const left = await Promise.all(gone.slice(0, MAX_LEFT).map((id) => from.card(id)));
    if (!clients.has(client)) return;
    client.shown = new Map(cards.map((card) => [card.itemId, card.version]));
    client.order = order;
    send(client, {
      type: 'change',
      cards: changed,
      order: ids,
      left: left.filter((card) => card !== null),
      total,
    });
  }

  async function lookNow(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        if (handlers && clients.size > 0) await look(handlers);
      } while (again);
    } catch (error) {
      // The ledger is away for a moment; the next tick looks again.
      log.warn({ chat: 'web', error: messageOf(error) }, 'the room could not look');
    } finally {
      looking = false;
    }
  }

  async function tick(signal: AbortSignal): Promise<void> {
    for (let count = 1; !signal.aborted; count++) {
      await clock.sleep(TICK_MS, signal);
      const now = clock.now();
      for (const client of clients) if (client.until !== null && client.until <= now) drop(client);
      if (count % BEAT_TICKS === 0) for (const client of clients) write(client, ': beat\n\n');
      if (count % SOURCES_TICKS === 0 && handlers) sources = await handlers.sources().catch(() => sources);
      await lookNow();
    }
  }

  function ensureTicking(): void {
    if (ticking && !ticking.signal.aborted) return;
    const own = new AbortController();
    ticking = own;
    // Ends by its signal alone; `look` swallows what the ledger throws.
    tick(own.signal).catch(() => own.abort());
  }

  return {
    get clients() {
      return clients.size;
    },
    start(given) {
      handlers = given;
    },
    kick() {
      kicks += 1;
      if (clients.size > 0) void lookNow();
    },
    async connect(query, until) {
      const from = handlers;
      if (!from || clients.size >= MAX_CLIENTS) return null;
      const before = kicks;
      const [{ cards, total }, counts, notices] = await Promise.all([
        from.list(query),
        counted(from),
        from.notices(MAX_TOLD),
      ]);
      const told = stampOf(notices);
      sources = await from.sources();
      let client: Client | null = null;
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            client = {
              query,
              view: JSON.stringify(query),
              until,
              controller,
              shown: new Map(cards.map((card) => [card.itemId, card.version])),
              order: `${total}:${cards.map((card) => card.itemId).join()}`,
              counts: JSON.stringify({ type: 'counts', counts }),
              sources: JSON.stringify({ type: 'sources', sources }),
              told: JSON.stringify({ type: 'told', told }),
            };
            clients.add(client);
            write(client, 'retry: 1500\n\n');
            send(client, { type: 'snapshot', now: clock.now(), cards, total, counts, sources, told });
            ensureTicking();
            // What happened between the reading and now nobody would tell this page before the next tick.
            if (kicks !== before) void lookNow();
          },
          cancel() {
            if (client) drop(client);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: MAX_BACKLOG_BYTES }),
      );
    },
    stop() {
      handlers = null;
      ticking?.abort();
      for (const client of [...clients]) drop(client);
    },
  };
}
