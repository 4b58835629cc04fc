import { type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import type { Item, Quiet, SystemAction } from '../domain/item.ts';
import type { Post } from '../domain/post.ts';
import { type NamedRule, type Place, type Routing, route, routeNotices } from '../domain/routing.ts';
import type { RuleContext, Subject } from '../domain/routing-fits.ts';
import type { Stage } from '../domain/stage.ts';
import type { Verdict } from '../domain/triage/verdict.ts';
import type { Queries } from '../store/store.ts';
import { joinIncident } from './incidents.ts';

/** What the rules make of a post. */
export interface Router {
  (subject: Subject): Routing;
  /** Whether any rule asks for the tags of authors. */
  readonly asksTags?: boolean;
}

/** The rules as a function. */
export function createRouter(
  rules: readonly NamedRule[],
  defaults: readonly Place[],
  context: RuleContext,
): Router {
  const router = (subject: Subject): Routing => route(subject, rules, defaults, context);
  return Object.assign(router, { asksTags: rules.some(({ rule }) => rule.when.author?.tags !== undefined) });
}

/** The verdict with what the rules changed of it, and their reasons. */
export function byRules(verdict: Verdict, { priority, by }: Routing): Verdict {
  const notable = by.filter((rule) => rule.notable);
  // What all of them did to the priority is told once.
  const reasons = notable.map(({ words }, at) => ({
    code: 'route',
    text: `by ${words}`,
    ...(at === notable.length - 1 && priority !== verdict.priority
      ? { points: priority - verdict.priority }
      : {}),
  }));
  return { ...verdict, priority, reasons: [...verdict.reasons, ...reasons] };
}

/** Why nobody is told of an item, if so. */
export function quietOf(routing: Pick<Routing, 'digestOnly'>, stage: Stage): Quiet | null {
  if (stage !== 'engage') return 'stage';
  return routing.digestOnly ? 'rule' : null;
}

/** The tags that the team gave an author; asked for only where a rule wants to know. */
export async function tagsOf(
  queries: Pick<Queries, 'acquaintances'>,
  router: Router,
  author: AuthorKey,
): Promise<readonly string[]> {
  if (!router.asksTags) return [];
  return (await queries.acquaintances([author])).get(authorKey(author))?.tags ?? [];
}

/** A transaction in which items are routed. */
export interface Deck {
  readonly queries: Queries;
  readonly now: number;
  /** Our own names, folded: they tell no complaint from another. */
  readonly own: ReadonlySet<string>;
  /** One system action; returns the item as it then stands. */
  readonly step: (item: Item, action: SystemAction) => Promise<Item>;
}

/**
 * Routes an item again that nobody was told of, or that shall be told no more.
 *
 * @param post what it is about: one of many complaints about the same is on the card that they have together
 */
export async function show(
  deck: Deck,
  item: Item,
  post: Post,
  routing: Routing,
  quiet: Quiet | null,
): Promise<Item> {
  const why = routing.by.map(({ words }) => words).join('; ');
  const owner = quiet ? null : routing.owner;
  const next = await deck.step(item, { type: 'route', quiet, owner, priority: item.priority, why });
  if (!quiet && !(await joinIncident(deck.queries, next, post, deck.now, deck.own)))
    await bring(deck, item.id, routing);
  return next;
}

/** Brings an item before the team: its cards, and a word to those whom the rules name. */
export async function bring(
  { queries, now }: Pick<Deck, 'queries' | 'now'>,
  itemId: number,
  routing: Routing,
): Promise<void> {
  await queries.wantCards(itemId, routing.places);
  for (const { place, notice } of routeNotices(routing))
    await queries.tellNotice({ key: `route/${itemId}`, ...place, notice, thread: itemId, at: now });
}
