import type { ChatHandlers, ListQuery } from '../chat/chat.ts';
import type { ItemQuery, Store } from '../store/store.ts';
import type { Act } from './act.ts';
import type { View } from './view.ts';
import type { Watch } from './watch.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const HISTORY = 200;

/** What one chat platform may ask and do. */
export function createHandlers(deps: {
  readonly chat: string;
  readonly store: Store;
  readonly view: View;
  readonly act: Act;
  readonly watches: ReadonlyMap<string, Watch>;
  /** The channels of this chat that items can come to. */
  readonly channels: readonly string[];
}): ChatHandlers {
  const { chat, store, view, act } = deps;

  return {
    act,
    measure: act.measure,
    card: async (itemId) => {
      const item = await store.item(itemId);
      return item ? view.card(item) : null;
    },
    item: (itemId) => store.item(itemId),
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
    channels: () => deps.channels,
  };
}

/** A channel means a channel of the asking chat; without one, people see every item of the team. */
function withChat(
  query: Omit<ListQuery, 'limit' | 'offset'>,
  chat: string,
): Omit<ItemQuery, 'limit' | 'offset'> {
  return query.channel === undefined ? query : { ...query, chat };
}
