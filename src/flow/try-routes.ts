import { parseArgs } from 'node:util';
import { type Item, wasFiltered } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { NamedRule, Place, Routing } from '../domain/routing.ts';
import { oneLine } from '../domain/text.ts';
import type { Store } from '../store/store.ts';
import { type Router, tagsOf } from './routes.ts';

const DEFAULT_COUNT = 500;
const MAX_COUNT = 100_000;
const PAGE = 500;
/** Lines that are printed of each list; `--json` has them all. */
const SHOWN = 40;
const EXCERPT = 60;

/** What `npm run routes -- test` was asked; null when it makes no sense. */
export function parseRoutesTest(
  args: readonly string[],
): { readonly count: number; readonly rules: string | undefined; readonly json: boolean } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { rules: { type: 'string' }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [given, ...more] = positionals;
    const count = given === undefined ? DEFAULT_COUNT : Number(given);
    if (more.length > 0 || !Number.isInteger(count) || count < 1 || count > MAX_COUNT) return null;
    return { count, rules: values.rules, json: values.json };
  } catch {
    return null;
  }
}

interface RuleSet {
  readonly rules: readonly NamedRule[];
  readonly router: Router;
}

export interface TryRoutesDeps {
  readonly store: Pick<Store, 'newestItems' | 'cardsOf' | 'author' | 'acquaintances'>;
  readonly count: number;
  /** The rules that hold. */
  readonly now: RuleSet;
  /** Those that are tried; null when there is nothing but what holds: then it is compared with the cards that there are. */
  readonly instead: RuleSet | null;
  readonly progress: (pages: number, posts: number) => void;
}

/** What rules make of the newest items. */
export interface RoutesReach {
  /** How many conversations were looked at. */
  readonly looked: number;
  /** Of them, those that triage or a muted word closed before any rule: nothing below counts them. */
  readonly filtered: number;
  /** `by` is null for the default channels. An item counts with every rule that fitted. */
  readonly rules: readonly { readonly by: string | null; readonly items: number }[];
  readonly digestOnly: number;
  /** What the differences are from. */
  readonly comparedWith: 'rules' | 'cards';
  readonly differences: readonly {
    readonly itemId: number;
    readonly text: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** Neither a channel nor “digest only” takes these. */
  readonly nobody: readonly { readonly itemId: number; readonly text: string }[];
}

/** Looks at stored items with the rules as they stand or as they might be. Writes nothing. */
export async function tryRoutes(deps: TryRoutesDeps): Promise<RoutesReach> {
  const tried = deps.instead ?? deps.now;
  const counts = new Map<number | null, number>();
  const differences: RoutesReach['differences'][number][] = [];
  const nobody: RoutesReach['nobody'][number][] = [];
  let looked = 0;
  let filtered = 0;
  let digestOnly = 0;
  for await (const { item, post } of newest(deps)) {
    looked += 1;
    if (wasFiltered(item)) {
      filtered += 1;
      continue;
    }
    const subject = await subjectOf(deps, item, post);
    const routing = tried.router(subject);
    const fitted = routing.by.length > 0 ? routing.by.map(({ rule }) => rule) : [null];
    for (const rule of fitted) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    if (routing.digestOnly) digestOnly += 1;
    const text = oneLine(readableText(post), EXCERPT) || '(no text)';
    if (!routing.digestOnly && routing.places.length === 0) nobody.push({ itemId: item.id, text });
    const from = deps.instead
      ? outcomeWords(deps.now.router(subject))
      : placeWords(await deps.store.cardsOf(item.id));
    const to = deps.instead ? outcomeWords(routing) : placeWords(routing.places);
    // While its source only listens, an item has no card whatever the rules say.
    const unheard = !deps.instead && item.quiet === 'stage';
    if (from !== to && !unheard) differences.push({ itemId: item.id, text, from, to });
  }
  const rules = tried.rules.map(({ rule, label }, index) => ({
    by: rule.name ? `${label} (${rule.name})` : label,
    items: counts.get(index) ?? 0,
  }));
  const none = counts.get(null) ?? 0;
  return {
    looked,
    filtered,
    rules: none > 0 ? [...rules, { by: null, items: none }] : rules,
    digestOnly,
    comparedWith: deps.instead ? 'rules' : 'cards',
    differences,
    nobody,
  };
}

/** Conversations, newest first; prompts are ours, and of some posts nothing is left. */
async function* newest({
  store,
  count,
  progress,
}: TryRoutesDeps): AsyncGenerator<{ item: Item; post: Post }> {
  let before: number | undefined;
  let seen = 0;
  for (let page = 1; seen < count; page++) {
    const rows = await store.newestItems(Math.min(PAGE, count - seen), before);
    if (rows.length === 0) return;
    seen += rows.length;
    before = rows.at(-1)?.item.id;
    progress(page, seen);
    for (const { item, post } of rows) if (post && item.origin === 'conversation') yield { item, post };
  }
}

/** The item as it was judged when it came, as far as the ledger knows. */
async function subjectOf(
  { store, now, instead }: TryRoutesDeps,
  item: Item,
  post: Post,
): Promise<Parameters<Router>[0]> {
  const asks = [...now.rules, ...(instead?.rules ?? [])].some(
    ({ rule }) => rule.when.author?.known !== undefined,
  );
  const met = asks ? (await store.author(item.source, post.author.id, item.conversationId)).conversations : 0;
  const asking = now.router.asksTags ? now.router : (instead?.router ?? now.router);
  const tags = await tagsOf(store, asking, { source: item.source, authorId: post.author.id });
  return {
    verdict: { kinds: item.kinds, priority: item.triaged ?? item.priority },
    post,
    at: item.openedAt,
    author: { known: met > 0, tags },
  };
}

function placeWords(places: readonly Place[]): string {
  const names = places.map(({ chat, channel }) => `${chat}:${channel}`).sort();
  return names.join(', ') || 'no channel';
}

function outcomeWords({ places, digestOnly, owner, priority, watchers }: Routing): string {
  return [
    digestOnly ? 'digest only' : placeWords(places),
    ...(owner ? [`owner ${owner.name}`] : []),
    `priority ${priority}`,
    ...(watchers.length > 0 ? [`told: ${watchers.map(({ name }) => name).join(', ')}`] : []),
  ].join(', ');
}

/** The same for a terminal. */
export function routesWords(reach: RoutesReach): string {
  const width = Math.max(...reach.rules.map(({ by }) => (by ?? DEFAULTS).length), DEFAULTS.length);
  const judged = reach.looked - reach.filtered;
  const from = reach.comparedWith === 'rules' ? 'from the rules that hold' : 'from the cards there are';
  const lines = [
    `The newest ${reach.looked} conversations; ${reach.filtered} were filtered before any rule, ${judged} were not.`,
    '',
    ...reach.rules.map(({ by, items }) => `  ${(by ?? DEFAULTS).padEnd(width)}  ${items}`),
    `  ${'digest only'.padEnd(width)}  ${reach.digestOnly}`,
    '',
    `Differences ${from}: ${reach.differences.length}`,
    ...shown(
      reach.differences,
      ({ itemId, text, from: old, to }) => `#${itemId} ${text}\n    ${old} → ${to}`,
    ),
    '',
    `Would reach nobody: ${reach.nobody.length}`,
    ...shown(reach.nobody, ({ itemId, text }) => `#${itemId} ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}

const DEFAULTS = 'no rule: default channels';

function shown<Entry>(entries: readonly Entry[], words: (entry: Entry) => string): readonly string[] {
  const more = entries.length > SHOWN ? [`  … and ${entries.length - SHOWN} more (--json has all)`] : [];
  return [...entries.slice(0, SHOWN).map((entry) => `  ${words(entry)}`), ...more];
}
