import type { Quiet } from '../domain/item.ts';
import type { Stage } from '../domain/stage.ts';
import type { Queries } from '../store/store.ts';
import { apply } from './ingest.ts';
import { type Deck, quietOf, type Router, show, tagsOf } from './routes.ts';

/** Items of one source that a change of its stage looks at: what is more stays in the list. */
const MAX_ITEMS = 5_000;

/** What a change of stage does to the items that are there. */
export interface Moved {
  /** Items that changed. */
  readonly changed: readonly number[];
  /** Open ones that stay quiet. */
  readonly left: number;
}

function deckOf(queries: Queries, now: number, own: ReadonlySet<string>): Deck {
  return { queries, now, own, step: (item, action) => apply(queries, item, action, now) };
}

/**
 * Brings what a source said quietly before the team: only what still waits for an answer and is not older than the window.
 * The rest stays in the list, so that nobody is flooded. Similar complaints fold into one incident, as they do when they come
 * in; cards go out most urgent first, by themselves, as far as the channels' attention reaches.
 *
 * @param own our own names, folded
 */
export async function engage(
  queries: Queries,
  source: string,
  now: number,
  windowMs: number,
  router: Router,
  own: ReadonlySet<string>,
): Promise<Moved> {
  const items = await queries.items({ source, states: ['open', 'claimed', 'snoozed'], limit: MAX_ITEMS });
  const quiet = items.filter((item) => item.quiet === 'stage');
  const deck = deckOf(queries, now, own);
  const changed: number[] = [];
  for (const item of quiet) {
    if (!item.answerDue || (item.waitingSince ?? 0) < now - windowMs) continue;
    const post = await queries.post(source, item.postId);
    if (!post) continue;
    const met = await queries.author(source, post.author.id, item.conversationId);
    const tags = await tagsOf(queries, router, { source, authorId: post.author.id });
    const routing = router({
      verdict: { kinds: item.kinds, priority: item.triaged ?? item.priority },
      post,
      at: now,
      author: { known: met.conversations > 0, tags },
    });
    await show(deck, item, post, routing, quietOf(routing, 'engage'));
    changed.push(item.id);
  }
  return { changed, left: quiet.length - changed.length };
}

/**
 * Silences a source: what nobody has taken yet is told to nobody any more, and cards that were not posted yet never are.
 * Cards that are there stay, and stay true.
 */
export async function silence(queries: Queries, source: string, now: number, stage: Stage): Promise<Moved> {
  const items = await queries.items({ source, states: ['open', 'snoozed'], limit: MAX_ITEMS });
  const told = items.filter((item) => item.owner === null && item.origin === 'conversation' && !item.quiet);
  const quiet: Quiet = 'stage';
  const why = `${source} is in stage ${stage}: nobody is told`;
  for (const item of told) {
    await queries.unwantCards(item.id);
    await apply(queries, item, { type: 'route', quiet, owner: null, priority: item.priority, why }, now);
  }
  return { changed: told.map(({ id }) => id), left: 0 };
}
