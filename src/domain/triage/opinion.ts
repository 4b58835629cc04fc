import { type Post, readableText } from '../post.ts';
import { maskNames } from './brand.ts';
import { judge, judgeComparison, wordsFor } from './model/judge.ts';
import { NAME_MARK } from './model/pieces.ts';
import type { HeadName, Model } from './model/weights.ts';
import type { Read } from './reading.ts';
import { quote } from './tokens.ts';
import type { Brand } from './verdict.ts';

/** What the trained heads say to one post. They were trained on English and are asked about nothing else. */
export interface Opinion {
  /** How likely the post is of this kind, 0 to 1. */
  likely(head: HeadName): number;
  /** Sure enough to say so where the rules say nothing. */
  says(head: HeadName): boolean;
  /** So far from it that a single mild word of the lists does not count. */
  doubts(head: HeadName): boolean;
  /** The words of the post that weighed most, quoted in parentheses with a space before; empty where no word stands out. */
  words(head: HeadName): string;
}

/** The opinion of the heads; null without heads, and about texts that are not surely English. */
export function opinionOn(model: Model | null, post: Post, known: Read, brand: Brand): Opinion | null {
  if (!model || known.reading.language !== 'en' || !known.reading.sure) return null;
  const text = readableText(post);
  const moods = judge(model, text);
  const masked = maskNames(text, known.words, brand, NAME_MARK);
  let comparison: number | null = null;
  const likely = (head: HeadName): number => {
    if (head !== 'comparison') return moods[head];
    comparison ??= judgeComparison(model, masked);
    return comparison;
  };
  return {
    likely,
    says: (head) => likely(head) >= model[head].says,
    doubts: (head) => likely(head) < model[head].doubts,
    words(head) {
      const found = wordsFor(model, head, head === 'comparison' ? masked : text).map((raw) =>
        raw.replaceAll(NAME_MARK, '').trim(),
      );
      return found.length === 0 ? '' : ` (${found.map(quote).join(', ')})`;
    },
  };
}
