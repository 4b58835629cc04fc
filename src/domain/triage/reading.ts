import { type Post, readableText } from '../post.ts';
import { findHandover } from './closing.ts';
import { type Reading, readLanguage } from './language.ts';
import { findHits, type Hit, type Mood } from './lexicon.ts';
import { findQuestions, type Questions } from './questions.ts';
import { readWords, type Words } from './tokens.ts';

/** Everything that the rules read in one post. */
export interface Read {
  readonly words: Words;
  readonly reading: Reading;
  readonly hits: readonly Hit[];
  readonly questions: Questions;
  readonly handover: string | null;
  /** How many different words say that something is wrong, and that something is good. */
  readonly problems: number;
  readonly praise: number;
}

/** The different words of some moods, as written; with `wantNegated` those that a negation turned round. */
export function wordsOf(
  hits: readonly Hit[],
  moods: readonly Mood[],
  wantNegated = false,
): readonly string[] {
  const found = hits
    .filter((hit) => moods.includes(hit.mood) && hit.negated === wantNegated)
    .map((hit) => hit.raw);
  return [...new Set(found)];
}

/** Reads a post once, for all rules. */
export function read(post: Post): Read {
  const words = readWords(readableText(post));
  const reading = readLanguage(words, post.lang);
  const hits = findHits(words, reading);
  const questions = findQuestions(words, reading);
  const count = (moods: readonly Mood[], negated = false): number => wordsOf(hits, moods, negated).length;
  // Safety words that somebody only asks about do not make a complaint.
  const safety = questions.reasons.length > 0 ? 0 : count(['safety']);
  return {
    words,
    reading,
    hits,
    questions,
    handover: findHandover(words),
    // "no refund" is as serious as "refund"; "not happy" is a problem; somebody hurt counts twice.
    problems:
      count(['problem']) +
      count(['serious']) +
      count(['serious'], true) +
      2 * count(['severe']) +
      count(['praise'], true) +
      safety,
    praise: count(['praise']),
  };
}
