import { LRUCache } from 'lru-cache';
import type { Card } from '../domain/card.ts';
import { type Item, isUnpublished } from '../domain/item.ts';
import { makeCard } from '../domain/make-card.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Source } from '../sources/source.ts';
import type { Queries } from '../store/store.ts';
import { promptPost } from './propose.ts';
import { doorOf, shutWords } from './way-out.ts';

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

/**
 * @param sources the sources by name; an item of a source that is no longer configured still has a card
 * @param approvals whether the team's policy wants a second person for some answers
 */
export function createView(queries: Queries, sources: ReadonlyMap<string, Source>, approvals = false): View {
  const cache = new LRUCache<number, { version: number; card: Card }>({ max: CACHE_CARDS, ttl: CACHE_MS });

  async function card(item: Item): Promise<Card> {
    const cached = cache.get(item.id);
    if (cached?.version === item.version) return cached.card;
    const post = isUnpublished(item)
      ? promptPost(item, item.draft?.text ?? '')
      : ((await queries.post(item.source, item.postId)) ?? lostPost(item));
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
        reply: doorOf(source, item, post),
        noReply: shutWords(source, post),
      },
      approvals,
      labelOf: (name) => sources.get(name)?.label ?? name,
    });
    cache.set(item.id, { version: item.version, card: made });
    return made;
  }

  return { card, cards: (items) => Promise.all(items.map(card)) };
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
