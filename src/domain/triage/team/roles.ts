import { findAll, finder } from '../phrases.ts';
import { rawBetween, readWords } from '../tokens.ts';
import type { Kind } from '../verdict.ts';

/** What a team is for; chosen once in potluck.yaml, and where learning begins. */
export const TEAM_ROLES = ['support', 'marketing', 'product', 'community'] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

interface Prior {
  /** Points for each kind; of several the highest counts. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** Points for words of a sort, and what they are called. */
  readonly words?: readonly {
    readonly table: ReturnType<typeof finder<boolean>>;
    readonly points: number;
    readonly called: string;
  }[];
}

const WISHES = finder([
  {
    value: true,
    phrases: `feature request, feature idea, please add, could you add, can you add, would love to see, would be great if, would be nice if, would be cool if, it would help if, i wish, wish there was, wish it had, wish you had, any plans to, are there plans, missing feature, suggestion, wishlist, roadmap, wunschliste, ware schon wenn, wunsche mir, ojala, estaria bien, sugerencia, j'aimerais, ce serait bien, ajouter, suggestion, vorrei, sarebbe bello, suggerimento, seria bom, sugestao`,
  },
]);
const BUGS = finder([
  {
    value: true,
    phrases: `bug, bugs, buggy, glitch, glitches, crash, crashes, crashed, crashing, freezes, frozen, error, errors, error code, regression, since the update, after the update, latest update, latest version, new version, beta, firmware, doesn't load, does not load, won't load, steps to reproduce, workaround, fehler, absturz, error al, erreur, plante, errore, erro`,
  },
]);
const GREETINGS = finder([
  {
    value: true,
    phrases: `hi all, hi everyone, hello everyone, hey everyone, hey all, hi folks, hello all, new here, new to this, just joined, first post, introduce myself, newbie, newcomer, meetup, hallo zusammen, bin neu hier, hola a todos, soy nuevo, soy nueva, bonjour a tous, je suis nouveau, je suis nouvelle, ciao a tutti, sono nuovo, sono nuova, ola pessoal`,
  },
]);

/**
 * Written by hand, in points of priority. Nothing here is above {@link MOST}: a role puts things in another order, and
 * hides nothing.
 */
const PRIORS: Readonly<Record<TeamRole, Prior>> = {
  support: {
    kinds: {
      complaint: 8,
      question: 8,
      comparison: -2,
      praise: -8,
      mention: -2,
      'link-share': -8,
      follow: -8,
      spam: 0,
    },
  },
  marketing: {
    kinds: {
      complaint: -6,
      question: -8,
      comparison: 10,
      praise: 12,
      mention: 4,
      'link-share': 12,
      follow: 8,
      spam: 0,
    },
  },
  product: {
    kinds: {
      complaint: 2,
      question: -4,
      comparison: 10,
      praise: -6,
      mention: -2,
      'link-share': -6,
      follow: -8,
      spam: 0,
    },
    words: [
      { table: WISHES, points: 10, called: 'wishes' },
      { table: BUGS, points: 8, called: 'faults' },
    ],
  },
  community: {
    kinds: {
      complaint: -2,
      question: 6,
      comparison: 0,
      praise: 2,
      mention: 6,
      'link-share': 6,
      follow: 10,
      spam: 0,
    },
    words: [{ table: GREETINGS, points: 10, called: 'greetings' }],
  },
};

/** Most that a role moves a priority. */
const MOST = 12;

const CALLED: Readonly<Record<Kind, string>> = {
  complaint: 'complaints',
  question: 'questions',
  comparison: 'comparisons',
  praise: 'praise',
  mention: 'mentions',
  'link-share': 'shared links',
  follow: 'follows',
  spam: 'spam',
};

/** What a role adds to a priority (at most 12 points either way), and what for in a word: "complaints". */
export function roleShift(
  role: TeamRole,
  kinds: readonly Kind[],
  text: string,
): { readonly points: number; readonly called: string } {
  const prior = PRIORS[role];
  const [best] = [...kinds].sort((a, b) => prior.kinds[b] - prior.kinds[a]);
  if (best === undefined || kinds.includes('spam')) return { points: 0, called: '' };
  let found = { points: prior.kinds[best], called: CALLED[best] };
  if (prior.words) {
    const words = readWords(text);
    for (const { table, points, called } of prior.words) {
      const hit = findAll(table, words)[0];
      if (hit && points > found.points)
        found = { points, called: `${called} (“${rawBetween(words, hit.from, hit.to)}”)` };
    }
  }
  return { ...found, points: Math.max(-MOST, Math.min(MOST, found.points)) };
}
