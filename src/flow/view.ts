import { LRUCache } from 'lru-cache';
import { authorKey, type Known } from '../domain/acquaintance.ts';
import type { Card } from '../domain/card.ts';
import { type Item, isUnpublished } from '../domain/item.ts';
import { makeCard } from '../domain/make-card.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Service } from '../domain/service.ts';
import type { Source } from '../sources/source.ts';
import type { Queries } from '../store/store.ts';
import type { KnownLookup, Shown } from './known.ts';
import { promptPost } from './propose.ts';
import { doorOf, shutWords } from './way-out.ts';

/** Turns items into cards. */
export interface View {
  card(item: Item): Promise<Card>;
  cards(items: readonly Item[]): Promise<readonly Card[]>;
  /** What the team knows of somebody has changed: cards are made anew at the next look. */
  forget(): void;
}

// A card carries twelve posts; a few more are read so that the shown one can be left out.
const POSTS_READ = 14;
const EVENTS_READ = 200;
// What a card shows beside its item (the author's history, our account) may move without it: one minute is soon enough.
const CACHE_MS = 60_000;
const CACHE_CARDS = 2_000;
/** No conversation has this id: nothing is left out. */
const NO_CONVERSATION = '';

/**
 * @param sources the sources by name; an item of a source that is no longer configured still has a card
 * @param approvals whether the team's policy wants a second person for some answers
 * @param known what the team knows of the authors; left out, cards only tell how often they were here
 * @param service what the team wants to keep to
 * @param foreign whether a post is in a language that the team does not read, and that can be translated
 */
export function createView(
  queries: Queries,
  sources: ReadonlyMap<string, Source>,
  approvals = false,
  known: KnownLookup = async () => new Map(),
  service?: Service,
  foreign: (post: Post) => boolean = () => false,
): View {
  const cache = new LRUCache<number, { version: number; card: Card }>({ max: CACHE_CARDS, ttl: CACHE_MS });

  async function shown(item: Item): Promise<Shown> {
    if (isUnpublished(item)) return { item, post: promptPost(item, item.draft?.text ?? '') };
    return { item, post: (await queries.post(item.source, item.postId)) ?? lostPost(item) };
  }

  async function make({ item, post }: Shown, about: Known | undefined): Promise<Card> {
    const [conversation, conversationSize, author, events] = await Promise.all([
      queries.conversation(item.source, item.conversationId, POSTS_READ),
      queries.countConversation(item.source, item.conversationId),
      historyOf(queries, post, item.conversationId, about),
      queries.events(item.id, EVENTS_READ),
    ]);
    const source = sources.get(item.source);
    const made = makeCard({
      item,
      post,
      conversation,
      conversationSize,
      author: about ? { ...author, known: about } : author,
      events,
      source: {
        label: source?.label ?? item.source,
        sample: source?.sample ?? false,
        reply: doorOf(source, item, post),
        noReply: shutWords(source, post),
      },
      approvals,
      translate: foreign(post),
      ...(service ? { service } : {}),
      labelOf: (name) => sources.get(name)?.label ?? name,
    });
    cache.set(item.id, { version: item.version, card: made });
    return made;
  }

  async function cards(items: readonly Item[]): Promise<readonly Card[]> {
    const kept = new Map<number, Card>();
    for (const item of items) {
      const cached = cache.get(item.id);
      if (cached?.version === item.version) kept.set(item.id, cached.card);
    }
    const all = await Promise.all(items.filter((item) => !kept.has(item.id)).map(shown));
    // One look for all of them, however many there are.
    const about = await known(all);
    const made = await Promise.all(all.map((each) => make(each, about.get(each.item.id))));
    for (const card of made) kept.set(card.itemId, card);
    return items.flatMap((item) => kept.get(item.id) ?? []);
  }

  return {
    cards,
    async card(item) {
      const [card] = await cards([item]);
      if (!card) throw new Error(`#${item.id} has no card.`);
      return card;
    },
    forget: () => cache.clear(),
  };
}

/** How often they were here before, on all accounts that the team knows to be theirs. */
async function historyOf(
  queries: Queries,
  post: Post,
  conversationId: string,
  about: Known | undefined,
): Promise<{ conversations: number; last: Item | null }> {
  const own = { source: post.source, authorId: post.author.id };
  const others = (about?.acquaintance?.authors ?? []).filter((each) => authorKey(each) !== authorKey(own));
  const histories = await Promise.all([
    queries.author(own.source, own.authorId, conversationId),
    ...others.map((each) => queries.author(each.source, each.authorId, NO_CONVERSATION)),
  ]);
  return {
    conversations: histories.reduce((sum, { conversations }) => sum + conversations, 0),
    last: histories
      .flatMap(({ last }) => last ?? [])
      .reduce<Item | null>(
        (newest, item) => (newest && newest.openedAt >= item.openedAt ? newest : item),
        null,
      ),
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
