import type { Clock } from '../clock.ts';
import { type DismissReason, type Item, type ItemEvent, SYSTEM, transition } from '../domain/item.ts';
import type { Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Brand, Triage, Verdict } from '../domain/triage/verdict.ts';
import type { NewItem, Queries, SourceState, Store } from '../store/store.ts';

export interface IngestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly triage: Triage;
  readonly brand: Brand;
  /** Which channels an item belongs to. Pure. */
  readonly route: (verdict: Verdict, post: Post) => readonly Place[];
  /** Called after the commit with the items that changed, so that cards follow at once. */
  readonly changed: (itemIds: readonly number[]) => void;
}

export interface Delivery {
  readonly source: string;
  readonly posts: readonly Post[];
  /** Committed together with the posts. */
  readonly state?: (before: SourceState, fresh: readonly Post[]) => SourceState;
  /** Posts of a catch-up say nothing about how quick we are. */
  readonly backfilled: boolean;
}

export interface IngestResult {
  /** Posts not known before. */
  readonly fresh: number;
  readonly opened: number;
  readonly changed: readonly number[];
}

/** How many earlier posts triage and the answered rule look at. */
const CONVERSATION_WINDOW = 100;

/**
 * The one door for posts, from polls, streams, webhooks and conversation look-ups alike: new posts are stored, judged,
 * and turned into items, all in one transaction together with the source's cursor. Delivering the same posts again
 * changes nothing.
 */
export function createIngest(deps: IngestDeps): (delivery: Delivery) => Promise<IngestResult> {
  return (delivery) => ingest(deps, delivery);
}

async function ingest(deps: IngestDeps, delivery: Delivery): Promise<IngestResult> {
  const { store } = deps;
  const result = await store.transaction(`source:${delivery.source}`, async (queries) => {
    const placed = await placeInConversations(queries, delivery.source, delivery.posts);
    const fresh = await queries.addPosts(placed.posts, deps.clock.now(), delivery.backfilled);
    const changed = new Set<number>();
    let opened = 0;
    for (const [conversationId, news] of byConversation(fresh)) {
      const outcome = await advance(
        deps,
        queries,
        delivery.source,
        conversationId,
        news,
        placed.known.has(conversationId),
      );
      if (outcome.opened) opened += 1;
      if (outcome.item && outcome.changed) changed.add(outcome.item.id);
    }
    if (delivery.state) {
      const before = await queries.sourceState(delivery.source);
      await queries.saveSourceState(delivery.source, delivery.state(before, fresh));
    }
    return { fresh: fresh.length, opened, changed: [...changed] };
  });
  if (result.changed.length > 0) deps.changed(result.changed);
  return result;
}

/** Chronological; of two posts of one instant the parent comes first. */
function inOrder(posts: readonly Post[]): Post[] {
  const sorted = [...posts].sort((a, b) => a.createdAt - b.createdAt);
  const index = new Map(sorted.map((post, position) => [post.id, position]));
  return sorted
    .map((post, position) => {
      const parent = post.replyTo === null ? undefined : index.get(post.replyTo);
      // Clock skew between servers: a reply "older" than its parent is moved right behind it.
      return { post, key: parent !== undefined && parent > position ? parent + 0.5 : position };
    })
    .sort((a, b) => a.key - b.key)
    .map(({ post }) => post);
}

/**
 * A post whose parent we know belongs to the parent's conversation, whatever the network said; and when the missing
 * middle of a thread arrives late, the part that hung below it joins the rest.
 */
async function placeInConversations(
  queries: Queries,
  source: string,
  posts: readonly Post[],
): Promise<{ posts: Post[]; known: Set<string> }> {
  const asked = new Set<string>();
  for (const post of posts) {
    asked.add(post.id).add(post.conversationId);
    if (post.replyTo !== null) asked.add(post.replyTo);
  }
  const stored = await queries.knownPosts(source, [...asked]);
  const conversationOf = new Map(stored);
  const known = new Set(stored.values());
  const placed: Post[] = [];
  for (const post of inOrder(posts)) {
    const conversationId =
      conversationOf.get(post.id) ??
      (post.replyTo === null ? undefined : conversationOf.get(post.replyTo)) ??
      conversationOf.get(post.conversationId) ??
      post.conversationId;
    if (conversationId !== post.id && !stored.has(post.id))
      await adopt(queries, source, post.id, conversationId, known);
    conversationOf.set(post.id, conversationId);
    placed.push(conversationId === post.conversationId ? post : { ...post, conversationId });
    // A conversation may be stored although none of its ids were asked for: its first post never reached us.
    if (
      !known.has(conversationId) &&
      !stored.has(post.id) &&
      (await queries.countConversation(source, conversationId)) > 0
    )
      known.add(conversationId);
  }
  return { posts: placed, known };
}

async function adopt(
  queries: Queries,
  source: string,
  from: string,
  to: string,
  known: Set<string>,
): Promise<void> {
  if ((await queries.countConversation(source, from)) === 0) return;
  const [stray, home] = [await queries.itemOf(source, from), await queries.itemOf(source, to)];
  await queries.moveConversation(source, from, to);
  known.add(to);
  if (stray && home) await apply(queries, stray, { type: 'merge', into: home.id }, stray.updatedAt);
}

function byConversation(posts: readonly Post[]): Map<string, Post[]> {
  const groups = new Map<string, Post[]>();
  for (const post of inOrder(posts)) {
    const group = groups.get(post.conversationId);
    if (group) group.push(post);
    else groups.set(post.conversationId, [post]);
  }
  return groups;
}

/** Lets a conversation's item live through its new posts, oldest first. */
async function advance(
  deps: IngestDeps,
  queries: Queries,
  source: string,
  conversationId: string,
  news: readonly Post[],
  known: boolean,
): Promise<{ item: Item | null; changed: boolean; opened: boolean }> {
  const now = deps.clock.now();
  const posts = known
    ? inOrder(await queries.conversation(source, conversationId, CONVERSATION_WINDOW))
    : inOrder(news);
  const newIds = new Set(news.map((post) => post.id));
  const old = posts.filter((post) => !newIds.has(post.id));
  const before = known ? await queries.itemOf(source, conversationId) : null;
  let item = before;
  let lastCustomerAt = latest(old.filter((post) => !post.ours));
  let lastOurs = old.filter((post) => post.ours).at(-1) ?? null;

  for (const post of news) {
    if (post.ours) {
      if (!lastOurs || post.createdAt >= lastOurs.createdAt) lastOurs = post;
      // An answer that arrives late answers nothing that was asked after it.
      if (item && post.createdAt >= lastCustomerAt) item = await answered(queries, item, post, now);
      continue;
    }
    lastCustomerAt = Math.max(lastCustomerAt, post.createdAt);
    const at = posts.findIndex((other) => other.id === post.id);
    const earlier = at >= 0 ? posts.slice(0, at) : posts.filter((other) => other.createdAt < post.createdAt);
    const met = item ? 0 : (await queries.author(source, post.author.id, conversationId)).conversations;
    const verdict = deps.triage(post, { brand: deps.brand, earlier, met });
    item = item
      ? await apply(
          queries,
          item,
          { type: 'customer-posted', postId: post.id, at: post.createdAt, verdict },
          now,
        )
      : await open(deps, queries, post, verdict, now);
  }
  // The question arrived after its answer (the stream was quicker than the poll): the last word is ours all the same.
  if (item && item.version !== before?.version && lastOurs && lastOurs.createdAt > lastCustomerAt)
    item = await answered(queries, item, lastOurs, now);
  return {
    item,
    changed: item !== null && item.version !== before?.version,
    opened: before === null && item !== null,
  };
}

function latest(posts: readonly Post[]): number {
  return posts.reduce((max, post) => Math.max(max, post.createdAt), Number.NEGATIVE_INFINITY);
}

function answered(queries: Queries, item: Item, post: Post, now: number): Promise<Item> {
  const by = {
    id: `account:${post.source}/${post.author.id}`,
    name: post.author.name || post.author.handle || 'our account',
  };
  return apply(queries, item, { type: 'answered-on-network', by, url: post.url, at: post.createdAt }, now);
}

/** One system action with compare-and-set; a refusal leaves the item as it is. Returns the item as it now stands. */
export async function apply(
  queries: Queries,
  item: Item,
  action: Parameters<typeof transition>[1],
  now: number,
): Promise<Item> {
  let current = item;
  for (let attempt = 0; attempt < 20; attempt++) {
    const outcome = transition(current, action, SYSTEM, now);
    if (!outcome.ok) return current;
    if (await queries.saveItem(outcome.item)) {
      await queries.addEvents(outcome.events);
      return outcome.item;
    }
    // A person was quicker: judge again from what they made of it.
    current = (await queries.item(item.id)) ?? current;
  }
  throw new Error(`#${item.id} kept changing while Potluck tried to record “${action.type}”.`);
}

/** Makes an item of a conversation's first post that is not ours; what wants nobody is closed at once, and stays countable. */
async function open(
  deps: IngestDeps,
  queries: Queries,
  post: Post,
  verdict: Verdict,
  now: number,
): Promise<Item | null> {
  const filtered = filterWords(verdict);
  const draft: NewItem = {
    state: filtered ? 'dismissed' : 'open',
    origin: 'conversation',
    source: post.source,
    conversationId: post.conversationId,
    postId: post.id,
    owner: null,
    lastOwner: null,
    kinds: verdict.kinds,
    priority: verdict.priority,
    answerDue: verdict.answerDue,
    suggested: verdict.suggested,
    reasons: verdict.reasons,
    openedAt: now,
    updatedAt: now,
    waitingSince: verdict.answerDue ? post.createdAt : null,
    snoozedUntil: null,
    draft: null,
    sending: null,
    warning: null,
    closing: filtered
      ? { how: 'dismissed', by: { id: SYSTEM.id, name: SYSTEM.name }, at: now, url: null, ...filtered }
      : null,
    followUps: 0,
  };
  const item = await queries.createItem(draft);
  if (!item) {
    // Another process made it first: the post counts as a further one of that conversation.
    const existing = await queries.itemOf(post.source, post.conversationId);
    if (!existing) return null;
    return apply(
      queries,
      existing,
      { type: 'customer-posted', postId: post.id, at: post.createdAt, verdict },
      now,
    );
  }
  const event: ItemEvent = {
    itemId: item.id,
    version: item.version,
    at: now,
    type: filtered ? 'filtered' : 'opened',
    actor: { id: SYSTEM.id, name: SYSTEM.name },
    surface: SYSTEM.surface,
    detail: { postId: post.id, priority: verdict.priority, why: verdict.reasons[0]?.text ?? '' },
  };
  await queries.addEvents([event]);
  await queries.wantCards(item.id, deps.route(verdict, post));
  return item;
}

/** Why an item is closed from the start, or null when a person should see it. */
function filterWords(verdict: Verdict): { reason: DismissReason; words: string } | null {
  const words = verdict.reasons[0]?.text ?? '';
  if (verdict.kinds.includes('spam')) return { reason: 'spam', words };
  // A new follower or a shared link owes nobody an answer, and yet is the chance of a small dialogue.
  const chance = verdict.kinds.includes('follow') || verdict.kinds.includes('link-share');
  return verdict.answerDue || chance ? null : { reason: 'no-answer-needed', words };
}
