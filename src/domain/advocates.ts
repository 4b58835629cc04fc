import { type Post, readableText } from './post.ts';
import { topicsOf } from './topics.ts';
import type { Brand, Verdict } from './triage/verdict.ts';

/**
 * Advocates are recognised by what they do: they praise us, they answer what somebody else asked about us, they pass our
 * links on. Each such deed counts once a conversation and fades with time; whoever did enough of it lately is one.
 */
export const DEEDS = ['praise', 'answer', 'share'] as const;
export type Deed = (typeof DEEDS)[number];

/** An answer to somebody else costs time; praise and a link cost a moment. */
const WEIGHTS: Readonly<Record<Deed, number>> = { praise: 1, answer: 2, share: 1 };

/** After so long a deed counts half. */
export const HALF_LIFE_MS: number = 90 * 24 * 60 * 60_000;

/** From this standing somebody is an advocate: two deeds of this month, or one answer and whatever else of the last half year. */
export const ADVOCATE_FROM = 1.6;

/** What somebody did for us lately, and in all. */
export interface Deeds {
  readonly praise: number;
  readonly answer: number;
  readonly share: number;
  readonly lastAt: number;
}

/**
 * A standing that needs no clock: the logarithm (base 2) of the sum of weights, each doubled for every half-life that its
 * deed is later than 1970. Two ranks compare the same at every moment, so a database can keep them in order.
 *
 * @param rank null before the first deed
 * @param at epoch milliseconds of the deed
 */
export function rankWith(rank: number | null, deed: Deed, at: number): number {
  const one = Math.log2(WEIGHTS[deed]) + at / HALF_LIFE_MS;
  if (rank === null) return one;
  const [high, low] = rank > one ? [rank, one] : [one, rank];
  return high + Math.log2(1 + 2 ** (low - high));
}

/** The standing at a moment: the sum of what the deeds weigh by then. */
export function standingOf(rank: number, now: number): number {
  return 2 ** (rank - now / HALF_LIFE_MS);
}

/** The rank from which somebody is an advocate at a moment. */
export function advocateRank(now: number): number {
  return Math.log2(ADVOCATE_FROM) + now / HALF_LIFE_MS;
}

/** One deed alone makes nobody an advocate. */
export function isAdvocate(rank: number, deeds: Deeds, now: number): boolean {
  return deeds.praise + deeds.answer + deeds.share > 1 && rank >= advocateRank(now);
}

/** Shorter answers are "same here" and "me too". */
const LEAST_ANSWER = 40;

/**
 * What a post does for us; empty for most.
 *
 * @param asked who asked about us in this conversation before, when it is another person's question; null when nobody did
 */
export function deedsOf(
  post: Post,
  verdict: Pick<Verdict, 'kinds'>,
  asked: { readonly authorId: string } | null,
): readonly Deed[] {
  if (post.ours) return [];
  const is = (kind: Verdict['kinds'][number]): boolean => verdict.kinds.includes(kind);
  if (is('spam') || is('complaint')) return [];
  const answers =
    asked !== null &&
    asked.authorId !== post.author.id &&
    !is('question') &&
    !is('comparison') &&
    readableText(post).length >= LEAST_ANSWER;
  return [
    ...(is('praise') ? (['praise'] as const) : []),
    ...(answers ? (['answer'] as const) : []),
    ...(is('link-share') ? (['share'] as const) : []),
  ];
}

/** What a deed was about, in stems: by these an advocate is found when somebody asks about the same. */
export function deedTopics(post: Post, brand: Brand): readonly string[] {
  return [...topicsOf(readableText(post), brand.names, 8).keys()];
}

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** Why somebody is an advocate: "praised us 3 times", "answered a question of somebody else", "passed our links on twice". */
export function deedWords({ praise, answer, share }: Omit<Deeds, 'lastAt'>): readonly string[] {
  return [
    ...(praise > 0 ? [`praised us ${times(praise)}`] : []),
    ...(answer > 0
      ? [answer === 1 ? 'answered a question of somebody else' : `answered ${answer} questions of others`]
      : []),
    ...(share > 0 ? [`passed our links on ${times(share)}`] : []),
  ];
}

const DID: Readonly<Record<Deed, string>> = {
  praise: 'praised',
  answer: 'explained',
  share: 'passed on',
};

/** A deed about a subject somebody asks about now. */
export interface Knowing {
  readonly source: string;
  readonly authorId: string;
  readonly topic: string;
  readonly deed: Deed;
}

/** Somebody who knows what is asked, and why we think so: "praised the lid twice". */
export interface Knower {
  readonly source: string;
  readonly authorId: string;
  readonly why: string;
}

/**
 * Who of those that talked about the same may know: most subjects in common first, then most deeds. At most `limit`.
 *
 * @param topics of the question, by stem, as it was written
 * @param least how many subjects must be the same: 1 where small words are known, 2 where they are not
 */
export function whoKnows(
  topics: ReadonlyMap<string, string>,
  deeds: readonly Knowing[],
  least: number,
  limit: number,
): readonly Knower[] {
  const byAuthor = new Map<string, Knowing[]>();
  for (const deed of deeds) {
    if (!topics.has(deed.topic)) continue;
    const key = `${deed.source}\n${deed.authorId}`;
    byAuthor.set(key, [...(byAuthor.get(key) ?? []), deed]);
  }
  return [...byAuthor.values()]
    .map((theirs) => ({ theirs, subjects: new Set(theirs.map(({ topic }) => topic)).size }))
    .filter(({ subjects }) => subjects >= least)
    .sort((a, b) => b.subjects - a.subjects || b.theirs.length - a.theirs.length)
    .slice(0, limit)
    .flatMap(({ theirs }) => knower(topics, theirs));
}

/** Told by the subject they spoke of most; of several the one with the longest word, which says most. */
function knower(topics: ReadonlyMap<string, string>, theirs: readonly Knowing[]): Knower[] {
  const [first] = theirs;
  if (!first) return [];
  const counts = new Map<string, number>();
  for (const { topic, deed } of theirs) {
    const key = `${deed}\n${topic}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const written = (key: string): string => topics.get(key.split('\n')[1] ?? '') ?? '';
  const [[best = '', count = 0] = []] = [...counts].sort(
    ([one, a], [other, b]) => b - a || written(other).length - written(one).length,
  );
  const [deed = 'praise', topic = ''] = best.split('\n') as [Deed, string];
  const why = `${DID[deed]} the ${topics.get(topic) ?? topic} ${times(count)}`;
  return [{ source: first.source, authorId: first.authorId, why }];
}
