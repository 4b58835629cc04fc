import type { ChatHandlers, ListQuery } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import type { Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import { makeStats } from '../domain/stats.ts';
import type { Verdict } from '../domain/triage/verdict.ts';
import type { Source } from '../sources/source.ts';
import type { ItemQuery, Store } from '../store/store.ts';
import type { Act } from './act.ts';
import { createAttachments } from './attachments.ts';
import type { Changes } from './changes.ts';
import type { createDesk } from './desk.ts';
import type { Digests } from './digest.ts';
import type { Delivery, IngestResult } from './ingest.ts';
import { findPeople } from './people.ts';
import type { Policy } from './policy.ts';
import { outletsOf, propose } from './propose.ts';
import type { SettingsDesk } from './settings.ts';
import type { Suggest } from './suggest.ts';
import { actorOf, track } from './track.ts';
import type { View } from './view.ts';
import type { Watch } from './watch.ts';
import { remarksOn } from './wording.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const HISTORY = 200;
const MAX_NOTICES = 100;
const DAY_MS = 24 * 60 * 60_000;

/** What the parts of the flow that chats talk to have in common. */
export interface HandlersDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly act: Act;
  readonly watches: ReadonlyMap<string, Pick<Watch, 'health'>>;
  /** By name, those of what colleagues find in a chat included. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly policy: Policy;
  readonly settings: SettingsDesk;
  readonly changes: Pick<Changes, 'onChange'>;
  /** Who does what is no action on an item. */
  readonly desk: ReturnType<typeof createDesk>;
  readonly digests: Pick<Digests, 'digest' | 'behind'>;
  readonly drafts: Suggest;
  readonly ingest: (delivery: Delivery) => Promise<IngestResult>;
  readonly route: (verdict: Verdict, post: Post) => readonly Place[];
  /** Unique for ever. */
  readonly newId: () => string;
  readonly changed: (itemIds: readonly number[]) => void;
}

/**
 * What one chat platform may ask and do.
 *
 * @param channels the channels of this chat that items can come to, in the order of the configuration
 */
export function createHandlers(deps: HandlersDeps, chat: string, channels: readonly string[]): ChatHandlers {
  const { store, view, act, clock, policy, settings } = deps;
  const fallback = channels.slice(0, 1).map((channel): Place => ({ chat, channel }));

  return {
    act,
    ...deps.desk(chat),
    ...deps.drafts,
    notices: async (limit) => {
      const rows = await store.newestNotices(chat, Math.min(MAX_NOTICES, Math.max(1, limit)));
      return rows.map(({ id, version, channel, thread, toldAt, notice }) => ({
        id,
        version,
        channel,
        itemId: thread,
        at: toldAt,
        notice,
      }));
    },
    picture: (id) => store.picture(id),
    digest: deps.digests.digest,
    behindFigure: deps.digests.behind,
    measure: act.measure,
    card: async (itemId) => {
      const item = await store.item(itemId);
      return item ? view.card(item) : null;
    },
    item: (itemId) => store.item(itemId),
    places: async (itemId) =>
      (await store.cardsOf(itemId)).filter((row) => row.chat === chat).map(({ channel }) => channel),
    list: async (query) => {
      const { limit = DEFAULT_LIMIT, offset = 0, ...rest } = query;
      const filter = withChat(rest, chat);
      const page = { ...filter, limit: Math.min(MAX_LIMIT, Math.max(1, limit)), offset: Math.max(0, offset) };
      const [items, total] = await Promise.all([store.items(page), store.countItems(filter)]);
      return { cards: await view.cards(items), total };
    },
    counts: (channel) => store.countByState(channel === undefined ? {} : { chat, channel }),
    history: (itemId) => store.events(itemId, HISTORY),
    sources: () => Promise.all([...deps.watches.values()].map((watch) => watch.health())),
    channels: () => channels,
    onChange: deps.changes.onChange,
    people: (words) => findPeople(store, deps.sources, words),
    stats: async (window) => {
      // What happened this very millisecond counts.
      const to = clock.now() + 1;
      const from = to - (window === 'day' ? DAY_MS : 7 * DAY_MS);
      return makeStats(from, to, await store.window(from, to));
    },
    track: (found, actor) => track({ ...deps, chat, fallback }, found, actorOf(actor, policy.roleOf(actor))),
    outlets: async () => outletsOf(deps.sources),
    propose: (idea, actor) =>
      propose({ ...deps, chat, fallback }, idea, actorOf(actor, policy.roleOf(actor))),
    attachments: createAttachments(deps),
    remarks: async (itemId, text) => {
      const item = await store.item(itemId);
      return item ? remarksOn(store, item, text, await act.measure(itemId, text)) : [];
    },
    may: async (actor, what) => policy.may(actor, what),
    settings: settings.settings,
    mute: settings.mute,
    tryMute: settings.tryMute,
  };
}

/**
 * A channel means a channel of the asking chat; without one, people see every item of the team. What nobody is told of is
 * there for whoever asks for it, or looks for words.
 */
function withChat(
  { quiet: asked, ...query }: Omit<ListQuery, 'limit' | 'offset'>,
  chat: string,
): Omit<ItemQuery, 'limit' | 'offset'> {
  const quiet = asked ?? (query.words === undefined ? 'without' : 'with');
  const filter = quiet === 'with' ? query : { ...query, quiet: quiet === 'only' };
  return query.channel === undefined ? filter : { ...filter, chat };
}
