import { ZodError } from 'zod';
import type { ActRequest, ActResult, Found } from '../chat/chat.ts';
import type { Actor, Item } from '../domain/item.ts';
import { makePost, type Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { Delivery, IngestResult } from './ingest.ts';
import type { View } from './view.ts';

/** What a colleague finds in a chat belongs to this source. No configured source can have a colon in its name. */
export function foundIn(chat: string): string {
  return `chat:${chat}`;
}

/** The chat as a place where people talk: nothing can be fetched from it or sent to it. */
export function foundSource(chat: { readonly kind: string; readonly label: string }): Source {
  return {
    name: foundIn(chat.kind),
    kind: 'chat',
    label: chat.label,
    capabilities: {
      poll: false,
      listen: false,
      receive: false,
      conversation: false,
      reply: false,
      publish: false,
    },
    check: async () => [],
  };
}

/** Makes an item of something a colleague found; the same thing twice is one item. */
export async function track(
  deps: {
    readonly chat: string;
    readonly store: Store;
    readonly view: View;
    readonly ingest: (delivery: Delivery) => Promise<IngestResult>;
    /** Where the card goes when no route leads to the chat it was found in. */
    readonly fallback: readonly Place[];
  },
  found: Found,
  actor: Actor,
): Promise<ActResult> {
  const { store, view } = deps;
  const source = foundIn(deps.chat);
  const post = postOf(source, found);
  if (!post) {
    const text = 'Potluck cannot make an item of that: it has no text and no link, or no proper id.';
    return { ok: false, refusal: { code: 'not-possible', text }, card: null };
  }
  const known = await store.itemOf(source, post.conversationId);
  if (known) return already(view, known);
  const result = await deps.ingest({ source, posts: [post], backfilled: true, found: actor });
  const item = await store.itemOf(source, post.conversationId);
  if (!item) throw new Error(`The post ${post.id} was tracked and has no item.`);
  // A colleague was quicker by a moment.
  if (result.opened === 0) return already(view, item);
  const cards = await store.cardsOf(item.id);
  if (!cards.some((card) => card.chat === deps.chat)) await store.wantCards(item.id, deps.fallback);
  return { ok: true, card: await view.card(item), text: `It is #${item.id} now.` };
}

async function already(view: View, item: Item): Promise<ActResult> {
  return { ok: true, card: await view.card(item), text: `That is already #${item.id}.` };
}

function postOf(source: string, found: Found): Post | null {
  try {
    const post = makePost({
      source,
      id: found.id,
      conversationId: found.id,
      via: 'message',
      author: { id: found.author.id, name: found.author.name, handle: '', url: null, avatarUrl: null },
      text: found.text,
      url: found.url,
      createdAt: Math.round(found.createdAt),
    });
    return post.text === '' && post.url === null ? null : post;
  } catch (error) {
    if (error instanceof ZodError) return null;
    throw error;
  }
}

/** The person behind a chat's request, with the role that the team's policy gives them. */
export function actorOf(actor: ActRequest['actor'], role: 'responder' | 'manager'): Actor {
  return { id: actor.id, name: actor.name, surface: actor.surface, role };
}
