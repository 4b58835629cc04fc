import { makePost, type Post, type Via } from '../../src/domain/post.ts';
import { type Example, exampleOf } from '../../src/domain/triage/team/example.ts';
import { type Lesson, newHead, type TeamHead, teach } from '../../src/domain/triage/team/head.ts';
import type { TeamRole } from '../../src/domain/triage/team/roles.ts';
import { type Judged, withHead, withRole } from '../../src/domain/triage/team/weigh.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';

/** A post of the pool, with what somebody else said it is. */
export interface Sample {
  readonly text: string;
  readonly gold: string;
  /** What it is about, finer than the kind; empty where nobody said. */
  readonly intent: string;
}

export interface SimulatedTeam {
  readonly name: string;
  readonly role: TeamRole | null;
  readonly wants: (sample: Sample) => boolean;
  /** Of all clicks, those that are the wrong ones. */
  readonly wrong: number;
}

export interface Seen {
  readonly about: Judged;
  /** As the head sees it, with the role's priority. */
  readonly example: Example;
  readonly sample: Sample;
}

/** A generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const all = [...values];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

const BRAND = { names: ['Simmer'], competitors: ['CrockPal'], domains: ['simmer.example'] };

/** A sample as it would come before the team. */
export function seen(sample: Sample, role: TeamRole | null, random: () => number, triage: Triage): Seen {
  const via: Via = random() < 0.7 ? 'mention' : 'comment';
  const post: Post = makePost({
    source: ['bluesky', 'mastodon', 'forum'][Math.floor(random() * 3)] ?? 'forum',
    id: 'p1',
    conversationId: 'p1',
    via,
    author: { id: `a${Math.floor(random() * 100_000)}`, name: 'A', handle: 'a', url: null, avatarUrl: null },
    text: sample.text,
    lang: 'en',
    createdAt: 0,
  });
  const verdict = triage(post, { brand: BRAND, earlier: [], met: 0 });
  const { kinds, answerDue, priority, reasons } = verdict;
  const about: Judged = {
    text: post.text,
    kinds,
    source: post.source,
    via,
    lang: 'en',
    authorId: post.author.id,
    links: post.links,
    known: false,
    answerDue,
    priority,
    reasons,
  };
  return { about, sample, example: exampleOf({ ...about, priority: withRole(about, role) }) };
}

/** The mean, over the wanted ones, of the share of wanted ones down to each; equals stand in the order they came. */
export function averagePrecision(
  list: readonly { readonly priority: number; readonly wanted: boolean }[],
): number {
  const sorted = list
    .map((each, at) => ({ ...each, at }))
    .sort((a, b) => b.priority - a.priority || a.at - b.at);
  let hits = 0;
  let sum = 0;
  for (const [at, { wanted }] of sorted.entries()) {
    if (!wanted) continue;
    hits += 1;
    sum += hits / (at + 1);
  }
  return hits === 0 ? 0 : sum / hits;
}

/** Posts on the list that the team looks at, at a time. */
const LISTED = 40;

/** How likely somebody clicks what stands in this place of the list: all see the top, few the end. */
function clickedAt(place: number): number {
  return 0.04 + 0.55 * Math.exp(-place / 10);
}

export interface Course {
  /** Average precision by the rules and the role alone. */
  readonly prior: number;
  /** With what was learnt, by how many clicks. */
  readonly learnt: ReadonlyMap<number, number>;
}

/** A team at work: it looks at lists, clicks what it clicks, and is asked in between how good the list is. */
export function simulate(
  team: SimulatedTeam,
  stream: readonly Seen[],
  held: readonly Seen[],
  after: readonly number[],
  random: () => number,
): Course {
  let head: TeamHead = newHead();
  const judge = (by: TeamHead | null): number =>
    averagePrecision(
      held.map(({ about, example, sample }) => ({
        priority: withHead(about, by, example),
        wanted: team.wants(sample),
      })),
    );
  const prior = judge(null);
  const learnt = new Map<number, number>();
  const waiting = [...after];
  let clicks = 0;
  for (let from = 0; from < stream.length && waiting.length > 0; from += LISTED) {
    const list = stream
      .slice(from, from + LISTED)
      .map((each) => ({ ...each, priority: withHead(each.about, head, each.example) }))
      .sort((a, b) => b.priority - a.priority);
    for (const [place, { example, sample }] of list.entries()) {
      if (random() >= clickedAt(place)) continue;
      const wanted = team.wants(sample) !== random() < team.wrong;
      head = teach(head, [{ example, wanted, weight: 1 } satisfies Lesson]);
      clicks += 1;
      if (clicks === waiting[0]) {
        learnt.set(clicks, judge(head));
        waiting.shift();
      }
      if (waiting.length === 0) break;
    }
  }
  return { prior, learnt };
}
