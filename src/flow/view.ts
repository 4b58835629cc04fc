import { LRUCache } from 'lru-cache';
import type { Card, ReplyDoor } from '../domain/card.ts';
import type { Item } from '../domain/item.ts';
import { makeCard } from '../domain/make-card.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Source } from '../sources/source.ts';
import type { Queries } from '../store/store.ts';

/** Turns items into cards. */
export interface View {
  card(item: Item): Promise<Card>;
  cards(items: readonly Item[]): Promise<readonly Card[]>;
}

// A card carries twelve posts; a few more are read so that the shown one can be left out.
const POSTS_READ = 14;
const EVENTS_READ = 200;
// What a card shows beside its item (the author's history, our account) may move without it: one minute is soon enough.
const CACHE_MS = 60_000;
const CACHE_CARDS = 2_000;

/** @param sources the configured sources by name; an item of a source that is no longer configured still has a card. */
export function createView(queries: Queries, sources: ReadonlyMap<string, Source>): View {
  const cache = new LRUCache<number, { version: number; card: Card }>({ max: CACHE_CARDS, ttl: CACHE_MS });

  async function card(item: Item): Promise<Card> {
    const cached = cache.get(item.id);
    if (cached?.version === item.version) return cached.card;
    const post = (await queries.post(item.source, item.postId)) ?? lostPost(item);
    const [conversation, conversationSize, author, events] = await Promise.all([
      queries.conversation(item.source, item.conversationId, POSTS_READ),
      queries.countConversation(item.source, item.conversationId),
      queries.author(item.source, post.author.id, item.conversationId),
      queries.events(item.id, EVENTS_READ),
    ]);
    const source = sources.get(item.source);
    const made = makeCard({
      item,
      post,
      conversation,
      conversationSize,
      author,
      events,
      source: {
        label: source?.label ?? item.source,
        sample: source?.sample ?? false,
        reply: source ? replyDoor(source, post) : null,
      },
    });
    cache.set(item.id, { version: item.version, card: made });
    return made;
  }

  return { card, cards: (items) => Promise.all(items.map(card)) };
}

/** The way a reply would go out, or null where the network or the adapter allows none. */
export function replyDoor(source: Source, post: Post): ReplyDoor | null {
  // A follow is no post: there is nothing to answer in public.
  if (!source.capabilities.reply || post.via === 'follow') return null;
  const measure = source.measure?.(post, '');
  return {
    account: `${source.account?.()?.handle ?? source.name} on ${source.label}`,
    limit: measure?.limit ?? 0,
    unit: measure?.unit ?? 'characters',
  };
}

/** Stands in for a post that is no longer stored, so that its item can still be closed. */
function lostPost(item: Item): Post {
  return makePost({
    source: item.source,
    id: item.postId,
    conversationId: item.conversationId,
    via: 'mention',
    author: { id: 'unknown', name: 'Unknown author', handle: '', url: null, avatarUrl: null },
    text: 'This post is no longer stored.',
    createdAt: item.openedAt,
  });
}
