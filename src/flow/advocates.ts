import type { Clock } from '../clock.ts';
import { type Acquaintance, type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import {
  advocateRank,
  type Deeds,
  deedsOf,
  deedTopics,
  deedWords,
  isAdvocate,
  standingOf,
} from '../domain/advocates.ts';
import type { Item } from '../domain/item.ts';
import type { Post } from '../domain/post.ts';
import type { Brand, Verdict } from '../domain/triage/verdict.ts';
import type { Source } from '../sources/source.ts';
import type { Queries, Standing } from '../store/store.ts';
import { calledBy } from './known.ts';

/** Standings looked at for a list: a team that has more advocates needs no list. */
const LOOKED_AT = 300;

/** Writes down what a customer's post does for us; counted once a conversation, however often it is delivered. */
export async function rememberDeeds(
  queries: Queries,
  posts: readonly Post[],
  index: number,
  verdict: Verdict,
  item: Item | null,
  brand: Brand,
): Promise<void> {
  const post = posts[index];
  if (!post) return;
  const question = item?.kinds.includes('question') ? posts.find(({ id }) => id === item.postId) : undefined;
  const asked = question && !question.ours ? { authorId: question.author.id } : null;
  for (const deed of deedsOf(post, verdict, asked))
    await queries.addDeed(
      {
        source: post.source,
        authorId: post.author.id,
        conversationId: post.conversationId,
        deed,
        postId: post.id,
        at: post.createdAt,
      },
      post.author,
      // Who shares a link says little about what they know.
      deed === 'share' ? [] : deedTopics(post, brand),
    );
}

/** Somebody who speaks for us, with the reasons. */
export interface Advocate {
  readonly authors: readonly AuthorKey[];
  /** "@mira". */
  readonly called: string;
  readonly url: string | null;
  /** Where they do it: "Bluesky". */
  readonly labels: readonly string[];
  /** "praised us 3 times". */
  readonly reasons: readonly string[];
  /** The sum of what their deeds weigh now; two recent ones make about 2. */
  readonly standing: number;
  readonly lastAt: number;
  readonly acquaintance: Acquaintance | null;
}

export interface AdvocateDeps {
  readonly store: Pick<Queries, 'bestStandings' | 'standings' | 'acquaintances' | 'deedsBetween'>;
  readonly sources: ReadonlyMap<string, Pick<Source, 'label'>>;
}

/** Those who are advocates now, the strongest first. Accounts that the team linked are one. */
export async function listAdvocates(
  deps: AdvocateDeps,
  clock: Clock,
  limit: number,
): Promise<readonly Advocate[]> {
  const now = clock.now();
  // Two accounts of one human may come to it together.
  const rows = await deps.store.bestStandings(advocateRank(now) - 1, LOOKED_AT);
  const all = await grouped(
    deps,
    rows.map((row) => ({ row, deeds: row })),
  );
  return all
    .filter(({ rows: theirs }) => isAdvocate(rankOf(theirs), sumOf(theirs.map(({ deeds }) => deeds)), now))
    .map((group) => advocate(deps, group, now))
    .sort((a, b) => b.standing - a.standing)
    .slice(0, limit);
}

/** What was done for us in a window of time, by person, who did most first: advocates or not yet. */
export async function advocates(
  deps: AdvocateDeps,
  window: { readonly from: number; readonly to: number },
  limit = 20,
): Promise<readonly Advocate[]> {
  const done = await deps.store.deedsBetween(window.from, window.to, LOOKED_AT);
  const standings = await deps.store.standings(done);
  const rows = done.flatMap((deeds) => {
    const row = standings.get(authorKey(deeds));
    return row ? [{ row, deeds }] : [];
  });
  const all = await grouped(deps, rows);
  return all
    .map((group) => advocate(deps, group, window.to))
    .sort((a, b) => b.standing - a.standing)
    .slice(0, limit);
}

/** A standing, and the deeds that are to be told of. */
interface Row {
  readonly row: Standing;
  readonly deeds: Deeds;
}

interface Group {
  readonly rows: readonly Row[];
  readonly acquaintance: Acquaintance | null;
}

async function grouped(deps: AdvocateDeps, rows: readonly Row[]): Promise<readonly Group[]> {
  const acquaintances = await deps.store.acquaintances(rows.map(({ row }) => row));
  const groups = new Map<string, { rows: Row[]; acquaintance: Acquaintance | null }>();
  for (const each of rows) {
    const acquaintance = acquaintances.get(authorKey(each.row)) ?? null;
    const key = acquaintance ? `${acquaintance.id}` : authorKey(each.row);
    const group = groups.get(key) ?? { rows: [], acquaintance };
    group.rows.push(each);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function rankOf(rows: readonly Row[]): number {
  const ranks = rows.map(({ row }) => row.rank);
  const highest = Math.max(...ranks);
  return highest + Math.log2(ranks.reduce((sum, rank) => sum + 2 ** (rank - highest), 0));
}

function sumOf(all: readonly Deeds[]): Deeds {
  return all.reduce(
    (sum, deeds) => ({
      praise: sum.praise + deeds.praise,
      answer: sum.answer + deeds.answer,
      share: sum.share + deeds.share,
      lastAt: Math.max(sum.lastAt, deeds.lastAt),
    }),
    { praise: 0, answer: 0, share: 0, lastAt: 0 },
  );
}

function advocate({ sources }: AdvocateDeps, { rows, acquaintance }: Group, now: number): Advocate {
  const strongest = rows.reduce((best, each) => (each.row.rank > best.row.rank ? each : best));
  const deeds = sumOf(rows.map((each) => each.deeds));
  return {
    authors: rows.map(({ row }) => ({ source: row.source, authorId: row.authorId })),
    called: calledBy(strongest.row),
    url: strongest.row.url,
    labels: [...new Set(rows.map(({ row }) => sources.get(row.source)?.label ?? row.source))].sort(),
    reasons: deedWords(deeds),
    standing: standingOf(rankOf(rows), now),
    lastAt: deeds.lastAt,
    acquaintance,
  };
}
