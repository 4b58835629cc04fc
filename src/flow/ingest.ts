import type { Clock } from '../clock.ts';
import { ownWords } from '../domain/incident.ts';
import {
  type Action,
  type Actor,
  type DismissReason,
  type Item,
  type ItemEvent,
  isClosed,
  SYSTEM,
  transition,
  wasFiltered,
} from '../domain/item.ts';
import { mutedBy, mutedWords } from '../domain/muting.ts';
import type { Post } from '../domain/post.ts';
import type { Routing } from '../domain/routing.ts';
import type { Stage } from '../domain/stage.ts';
import type { Team } from '../domain/triage/team/weigh.ts';
import type { Brand, Triage, Verdict } from '../domain/triage/verdict.ts';
import { TWIN_WINDOW_MS, twinKeys } from '../domain/twins.ts';
import type { NewItem, Queries, SourceState, Store } from '../store/store.ts';
import { rememberDeeds } from './advocates.ts';
import { CONVERSATION_WINDOW, inOrder, place } from './conversations.ts';
import { type Copies, createCopies, type Looked, NO_COPIES } from './copies.ts';
import { forTeam } from './for-team.ts';
import { notErased } from './forgotten.ts';
import { joinIncident } from './incidents.ts';
import { bring, byRules, type Deck, quietOf, type Router, show, tagsOf } from './routes.ts';

export interface IngestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly triage: Triage;
  readonly brand: Brand;
  /** The rules as they stand. */
  readonly router: () => Promise<Router>;
  /** How far the team is with a source, as it stands in this very transaction. */
  readonly stageOf: (queries: Pick<Queries, 'setting'>, source: string) => Promise<Stage>;
  /** What the team is for, and what its clicks taught. */
  readonly team: () => Promise<Team>;
  /** Posts with any of these words open nothing. */
  readonly muted: () => Promise<readonly string[]>;
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
  /** Old posts of which only the change is news: they open nothing. */
  readonly changed?: readonly Post[];
  /** Ids of posts that the network has deleted. */
  readonly deleted?: readonly string[];
  /** As the source declares it: words that differ from those we know are newer ones, also without a time. */
  readonly untimedEdits?: boolean;
  /** A colleague handed it in: it is for the team, whatever triage thinks of it. */
  readonly found?: Actor;
}

export interface IngestResult {
  /** Posts not known before. */
  readonly fresh: number;
  readonly opened: number;
  readonly changed: readonly number[];
}

/** A post from the future (a wrong clock, a wrong time zone) counts as written now; else nothing could ever answer it. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** No conversation has this id: nothing is left out. */
const NO_CONVERSATION = '';

/**
 * The one door for posts, from polls, streams, webhooks and conversation look-ups alike: new posts are stored, judged,
 * and turned into items, all in one transaction together with the source's cursor. Delivering the same posts again
 * changes nothing, and the order in which they arrive does not matter: what counts is who had the last word.
 */
export function createIngest(deps: IngestDeps): (delivery: Delivery) => Promise<IngestResult> {
  const copies = createCopies();
  return (delivery) => ingest(deps, copies, delivery);
}

async function ingest(deps: IngestDeps, copies: Copies, delivery: Delivery): Promise<IngestResult> {
  const { store, clock } = deps;
  const { source, found = null } = delivery;
  const muted = found ? [] : await deps.muted();
  const router = await deps.router();
  const team = await deps.team();
  const result = await store.transaction(`source:${source}`, async (queries) => {
    const now = clock.now();
    const kept = await notErased(queries, delivery.posts);
    const posts = kept.map((post) =>
      post.createdAt > now + CLOCK_SKEW_MS ? { ...post, createdAt: now } : post,
    );
    // What a colleague hands in is for the team, wherever it is from.
    const stage = found ? 'engage' : await deps.stageOf(queries, source);
    const placed = await place(queries, source, posts);
    const fresh =
      placed.posts.length > 0 ? await queries.addPosts(placed.posts, now, delivery.backfilled) : [];
    const changed = new Set<number>();
    let opened = 0;
    const life: Life = {
      deps,
      queries,
      source,
      now,
      met: new Map(),
      events: [],
      muted,
      router,
      team,
      copies,
      own: ownWords(deps.brand),
      stage,
      found,
      touched: changed,
    };
    for (const [conversationId, news] of byConversation(fresh)) {
      const ids = new Set([...news.map((post) => post.id), ...(placed.joined.get(conversationId) ?? [])]);
      const outcome = await advance(life, conversationId, news, ids, placed.known.has(conversationId));
      if (outcome.opened) opened += 1;
      if (outcome.item && outcome.changed) changed.add(outcome.item.id);
      for (const { stray } of placed.merged.filter((merge) => merge.conversationId === conversationId)) {
        if (!outcome.item) continue;
        await live(life, stray, { type: 'merge', into: outcome.item.id });
        changed.add(stray.id);
      }
    }
    const { untimedEdits = false } = delivery;
    const again = [...placed.again, ...(delivery.changed ?? [])].filter(
      (post) => untimedEdits || post.editedAt !== null,
    );
    for (const post of again.length > 0 ? await queries.editPosts(again, untimedEdits) : []) {
      const item = await edited(life, post);
      if (item) changed.add(item.id);
    }
    for (const id of delivery.deleted ?? []) {
      const item = await deleted(life, id);
      if (item) changed.add(item.id);
    }
    if (life.events.length > 0) await queries.addEvents(life.events);
    if (delivery.state) {
      const before = await queries.sourceState(source);
      await queries.saveSourceState(source, delivery.state(before, fresh));
    }
    return { fresh: fresh.length, opened, changed: [...changed] };
  });
  if (result.changed.length > 0) deps.changed(result.changed);
  return result;
}

function byConversation(posts: readonly Post[]): Map<string, Post[]> {
  const groups = new Map<string, Post[]>();
  for (const post of posts) {
    const group = groups.get(post.conversationId);
    if (group) group.push(post);
    else groups.set(post.conversationId, [post]);
  }
  return groups;
}

/** What one delivery works with. */
interface Life {
  readonly deps: IngestDeps;
  readonly queries: Queries;
  readonly source: string;
  readonly now: number;
  /** By author: in how many conversations we had met before this delivery. */
  readonly met: Map<string, number>;
  /** What happened to the items, stored together at the end. */
  readonly events: ItemEvent[];
  readonly muted: readonly string[];
  readonly router: Router;
  readonly team: Team;
  readonly copies: Copies;
  /** Our own names, folded: they tell no complaint from another. */
  readonly own: ReadonlySet<string>;
  readonly stage: Stage;
  readonly found: Actor | null;
  /** Items of other sources that changed on the way. */
  readonly touched: Set<number>;
}

/** A conversation while its item lives through the news of it. */
interface Thread {
  readonly posts: readonly Post[];
  /** Posts stored before that come after this position. */
  readonly later: (index: number) => readonly number[];
  readonly judge: (index: number) => Promise<Verdict>;
}

/** Lets a conversation's item live through its new posts, oldest first. */
async function advance(
  life: Life,
  conversationId: string,
  fresh: readonly Post[],
  newIds: ReadonlySet<string>,
  known: boolean,
): Promise<{ item: Item | null; changed: boolean; opened: boolean }> {
  const { queries, source } = life;
  const stored = known
    ? await queries.conversation(source, conversationId, CONVERSATION_WINDOW + newIds.size)
    : [];
  const seen = new Set(stored.map((post) => post.id));
  const posts = inOrder([...stored, ...fresh.filter((post) => !seen.has(post.id))]);
  const before = known ? await queries.itemOf(source, conversationId) : null;
  const old = posts.flatMap((post, index) => (newIds.has(post.id) ? [] : [index]));
  const verdicts = new Map<number, Promise<Verdict>>();
  const thread: Thread = {
    posts,
    later: (index) => (index > (old.at(-1) ?? -1) ? [] : old.filter((other) => other > index)),
    judge: (index) => {
      const verdict = verdicts.get(index) ?? judge(life, posts, index, before !== null);
      verdicts.set(index, verdict);
      return verdict;
    },
  };
  let item = before;
  for (const [index, post] of posts.entries()) {
    if (!newIds.has(post.id)) continue;
    item = post.ours
      ? item
        ? await weSpoke(life, thread, index, item)
        : await answeredElsewhere(life, post)
      : await customerSpoke(life, thread, index, item);
  }
  return {
    item,
    changed: item !== null && item.version !== before?.version,
    opened: before === null && item !== null,
  };
}

async function judge(
  { deps, queries, source, met, muted, found }: Life,
  posts: readonly Post[],
  index: number,
  hadItem: boolean,
): Promise<Verdict> {
  const post = posts[index];
  if (!post) throw new RangeError(`There is no post ${index} in this conversation.`);
  const { id } = post.author;
  // One question an author, not one a post: somebody who writes all day has a long history.
  const times = met.get(id) ?? (await queries.author(source, id, NO_CONVERSATION)).conversations;
  met.set(id, times);
  const earlier = posts.slice(Math.max(0, index - CONVERSATION_WINDOW), index);
  const verdict = deps.triage(post, {
    brand: deps.brand,
    earlier,
    met: Math.max(0, times - (hadItem ? 1 : 0)),
  });
  if (found) return foundVerdict(verdict, found);
  const entry = mutedBy(post, muted);
  return entry === null ? verdict : mutedVerdict(verdict, entry);
}

/** A colleague thinks that somebody should look: no filter knows better. */
function foundVerdict(verdict: Verdict, { name }: Actor): Verdict {
  const kinds = verdict.kinds.filter((kind) => kind !== 'spam');
  return {
    ...verdict,
    kinds: kinds.length > 0 ? kinds : ['mention'],
    answerDue: true,
    reasons: [{ code: 'found', text: `found by ${name}` }, ...verdict.reasons],
  };
}

const MUTED = 'muted';

function mutedVerdict(verdict: Verdict, entry: string): Verdict {
  const reason = { code: MUTED, text: mutedWords(entry) };
  return { ...verdict, answerDue: false, reasons: [reason, ...verdict.reasons] };
}

/** The newest of these positions at which a customer asked for an answer, or -1. */
async function lastAsked({ posts, judge }: Thread, positions: readonly number[]): Promise<number> {
  for (const index of positions.toReversed()) {
    if (posts[index]?.ours) continue;
    const verdict = await judge(index);
    if (verdict.answerDue && !verdict.kinds.includes('spam')) return index;
  }
  return -1;
}

/** We answered at a place that another item stands for: one answer counts for all of them. */
async function answeredElsewhere(life: Life, post: Post): Promise<null> {
  const item = await life.queries.itemOfPlace(life.source, post.conversationId);
  if (item && !isClosed(item) && post.createdAt >= (item.waitingSince ?? 0)) {
    const next = await answered(life, item, post);
    if (next.version !== item.version) life.touched.add(next.id);
  }
  return null;
}

/** A post of ours closes the item, unless it arrives late and a customer asked again after it. */
async function weSpoke(life: Life, thread: Thread, index: number, item: Item): Promise<Item> {
  const post = thread.posts[index];
  const firstCustomer = thread.posts.findIndex((other) => !other.ours);
  // What we wrote before any customer did answers nobody.
  if (!post || firstCustomer > index) return item;
  if ((await lastAsked(thread, thread.later(index))) >= 0) return item;
  return answered(life, item, post);
}

async function customerSpoke(
  life: Life,
  thread: Thread,
  index: number,
  item: Item | null,
): Promise<Item | null> {
  const post = thread.posts[index];
  if (!post) return item;
  const verdict = await thread.judge(index);
  await rememberDeeds(life.queries, thread.posts, index, verdict, item, life.deps.brand);
  const later = thread.later(index);
  const asked = await lastAsked(thread, later);
  const oursLater = later.filter((other) => thread.posts[other]?.ours);
  let next: Item | null;
  if (item) {
    // Also by what arrives together with it: of a thread that we join late, what was settled before is no longer waiting.
    const settled = thread.posts.slice(index + 1, Math.max(asked, 0)).some((other) => other.ours);
    const standing = standingOf(item, post, asked >= 0, settled || oursLater.length > 0);
    const routing = await routed(life, post, verdict, true);
    const action = {
      type: 'customer-posted',
      postId: post.id,
      at: post.createdAt,
      verdict: weighed(life, post, verdict, routing, true),
      standing,
    } as const;
    next = await live(life, item, action);
    if (!isClosed(next)) next = await routeAgain(life, item, next, post, routing, verdict.answerDue);
  } else {
    next = await open(life, post, verdict);
  }
  // The question arrived after its answer (the stream was quicker than the poll): the last word is ours all the same.
  const answer = thread.posts[oursLater.find((other) => other > asked) ?? -1];
  if (next && answer && (item === null || isClosed(item))) next = await answered(life, next, answer);
  return next;
}

/** What the rules make of a post now. @param counted whether this conversation is among those we had with its author */
async function routed(life: Life, post: Post, verdict: Verdict, counted: boolean): Promise<Routing> {
  const { queries, router, met, now } = life;
  const known = (met.get(post.author.id) ?? 0) > (counted ? 1 : 0);
  const tags = await tagsOf(queries, router, { source: post.source, authorId: post.author.id });
  return router({ verdict, post, at: now, author: { known, tags } });
}

/** The verdict as this team sees it: what the rules make of it, moved by the team's role and by what its clicks taught. */
function weighed(life: Life, post: Post, verdict: Verdict, routing: Routing, counted: boolean): Verdict {
  const known = (life.met.get(post.author.id) ?? 0) > (counted ? 1 : 0);
  return forTeam(byRules(verdict, routing), post, routing, known, life.team);
}

/** An item that nobody was told of comes before the team when its customer asks for something that no rule keeps quiet. */
async function routeAgain(
  life: Life,
  before: Item,
  item: Item,
  post: Post,
  routing: Routing,
  due: boolean,
): Promise<Item> {
  const back = isClosed(before) && (wasFiltered(before) || life.stage !== 'engage');
  if (!back && !(due && before.quiet)) return item;
  return show(deckOf(life), item, post, routing, quietOf(routing, life.stage));
}

function deckOf(life: Life): Deck {
  return {
    queries: life.queries,
    now: life.now,
    own: life.own,
    step: (item, action) => live(life, item, action),
  };
}

/** What a customer's post that arrives out of order means for the item. */
function standingOf(
  item: Item,
  post: Post,
  askedLater: boolean,
  oursLater: boolean,
): 'newest' | 'older' | 'answered' {
  if (!isClosed(item)) return oursLater ? 'answered' : askedLater ? 'older' : 'newest';
  // Whoever closed it had a later question before them.
  if (askedLater) return 'answered';
  const byAnswer = item.closing?.how === 'network' || item.closing?.how === 'sent';
  return byAnswer && oursLater && item.closing.at >= post.createdAt ? 'answered' : 'newest';
}

function answered(life: Life, item: Item, post: Post): Promise<Item> {
  const by = {
    id: `account:${post.source}/${post.author.id}`,
    name: post.author.name || post.author.handle || 'our account',
  };
  return live(life, item, { type: 'answered-on-network', by, url: post.url, at: post.createdAt });
}

/** The item that shows a post which its author changed, one version on, so that its cards are drawn again. */
async function edited(life: Life, post: Post): Promise<Item | null> {
  const known = await life.queries.post(life.source, post.id);
  const item = known && (await life.queries.itemOf(life.source, known.conversationId));
  return item ? live(life, item, { type: 'post-edited', postId: post.id }) : null;
}

/** Forgets a post, and closes or turns the item that was about it. */
async function deleted(life: Life, id: string): Promise<Item | null> {
  const { queries, source } = life;
  const post = await queries.post(source, id);
  if (!post || !(await queries.removePost(source, id))) return null;
  await queries.removeDeeds(source, id);
  const item = await queries.itemOf(source, post.conversationId);
  if (!item) return null;
  const posts = await queries.conversation(source, post.conversationId, CONVERSATION_WINDOW);
  const thread: Thread = { posts, later: () => [], judge: (index) => judge(life, posts, index, true) };
  const lastOurs = posts.findLastIndex((other) => other.ours);
  const open = posts.flatMap((_, index) => (index > lastOurs ? [index] : []));
  const next = posts[await lastAsked(thread, open)];
  const instead = next ? { postId: next.id, at: next.createdAt } : null;
  return live(life, item, { type: 'post-deleted', postId: id, instead });
}

/** One system action with compare-and-set; a refusal leaves the item as it is. Returns the item as it now stands. */
export async function apply(queries: Queries, item: Item, action: Action, now: number): Promise<Item> {
  const events: ItemEvent[] = [];
  const next = await step(queries, item, action, now, events);
  await queries.addEvents(events);
  return next;
}

function live(life: Life, item: Item, action: Action): Promise<Item> {
  return step(life.queries, item, action, life.now, life.events);
}

async function step(
  queries: Queries,
  item: Item,
  action: Action,
  now: number,
  events: ItemEvent[],
): Promise<Item> {
  let current = item;
  for (let attempt = 0; attempt < 20; attempt++) {
    const outcome = transition(current, action, SYSTEM, now);
    if (!outcome.ok) return current;
    if (await queries.saveItem(outcome.item)) {
      events.push(...outcome.events);
      return outcome.item;
    }
    // A person was quicker: judge again from what they made of it.
    current = (await queries.item(item.id)) ?? current;
  }
  throw new Error(`#${item.id} kept changing while Potluck tried to record “${action.type}”.`);
}

/** Makes an item of a conversation's first post that is not ours; what wants nobody is closed at once, and stays countable. */
async function open(life: Life, post: Post, verdict: Verdict): Promise<Item | null> {
  const { queries, now } = life;
  const filtered = filterWords(verdict);
  const routing = await routed(life, post, verdict, false);
  const keys = filtered ? [] : twinKeys(post, verdict);
  const twin = await twinFor(life, post, keys);
  if (twin) {
    if (await queries.addPlace(twin.id, post.source, post.conversationId)) {
      const also = await live(life, twin, { type: 'also-posted', source: post.source, url: post.url });
      const told = quietOf(routing, life.stage) === null;
      if (also.quiet && told && !isClosed(also)) await show(deckOf(life), also, post, routing, null);
      life.touched.add(twin.id);
    }
    return null;
  }
  // A colleague found it: it is for the team, whatever the rules say.
  const quiet = filtered || life.found ? null : quietOf(routing, life.stage);
  const owner = filtered || quiet ? null : routing.owner;
  const judged = filtered ? verdict : weighed(life, post, verdict, routing, false);
  const looked =
    filtered || quiet || life.found ? NO_COPIES : await life.copies.look(queries, post, verdict, now);
  const draft: NewItem = {
    state: filtered ? 'dismissed' : owner ? 'claimed' : 'open',
    origin: 'conversation',
    source: post.source,
    conversationId: post.conversationId,
    postId: post.id,
    owner,
    lastOwner: null,
    kinds: verdict.kinds,
    priority: judged.priority,
    answerDue: verdict.answerDue,
    suggested: verdict.suggested,
    reasons: looked.reason ? [...judged.reasons, looked.reason] : judged.reasons,
    openedAt: now,
    updatedAt: now,
    waitingSince: verdict.answerDue ? post.createdAt : null,
    snoozedUntil: null,
    draft: null,
    sending: null,
    approval: null,
    warning: null,
    closing: filtered
      ? { how: 'dismissed', by: { id: SYSTEM.id, name: SYSTEM.name }, at: now, url: null, ...filtered }
      : null,
    followUps: 0,
    ...(quiet ? { quiet } : {}),
    ...(judged.priority === verdict.priority ? {} : { triaged: verdict.priority }),
  };
  const item = await queries.createItem(draft);
  if (!item) {
    // Another process made it first: the post counts as a further one of that conversation.
    const existing = await queries.itemOf(post.source, post.conversationId);
    if (!existing) return null;
    const news = weighed(life, post, verdict, routing, false);
    return live(life, existing, {
      type: 'customer-posted',
      postId: post.id,
      at: post.createdAt,
      verdict: news,
    });
  }
  await queries.rememberTwin(item.id, keys, now);
  const by = life.found ?? SYSTEM;
  life.events.push({
    itemId: item.id,
    version: item.version,
    at: now,
    type: filtered ? 'filtered' : 'opened',
    actor: { id: by.id, name: by.name },
    surface: by.surface,
    detail: {
      postId: post.id,
      priority: item.priority,
      why: verdict.reasons[0]?.text ?? '',
      ...(quiet === 'stage' ? { quiet: `${post.source} is in stage ${life.stage}: nobody is told` } : {}),
      ...(filtered || routing.by.length === 0
        ? {}
        : { routed: routing.by.map(({ words }) => words).join('; ') }),
      ...(owner ? { owner: owner.name } : {}),
    },
  });
  if (filtered) await queries.wantCards(item.id, routing.places);
  else if (!quiet && !(await isOnOneCard(life, item, post, looked)))
    await bring(deckOf(life), item.id, routing);
  return item;
}

/** One of many complaints about the same, or of many copies of a text, is on the card that they have together. */
async function isOnOneCard(life: Life, item: Item, post: Post, looked: Looked): Promise<boolean> {
  const { queries, now, own } = life;
  return (
    (await joinIncident(queries, item, post, now, own)) || life.copies.join(queries, item, post, looked, now)
  );
}

/**
 * The item of another source that is about the very same: still open, or closed after this was written. What somebody
 * tracked by hand is meant as it stands.
 */
async function twinFor(
  { queries, now, found }: Life,
  post: Post,
  keys: readonly string[],
): Promise<Item | null> {
  if (keys.length === 0 || found) return null;
  const twin = await queries.twinOf(keys, now - TWIN_WINDOW_MS);
  if (!twin || twin.source === post.source) return null;
  return !isClosed(twin) || post.createdAt <= (twin.closing?.at ?? 0) ? twin : null;
}

/** Why an item is closed from the start, or null when a person should see it. */
function filterWords(verdict: Verdict): { reason: DismissReason; words: string } | null {
  const words = verdict.reasons[0]?.text ?? '';
  if (verdict.kinds.includes('spam')) return { reason: 'spam', words };
  if (verdict.reasons[0]?.code === MUTED) return { reason: 'not-relevant', words };
  // A new follower or a shared link owes nobody an answer, and yet is the chance of a small dialogue.
  const chance = verdict.kinds.includes('follow') || verdict.kinds.includes('link-share');
  return verdict.answerDue || chance ? null : { reason: 'no-answer-needed', words };
}
