import { cut, oneLine } from '../text.ts';
import { topicsOf } from '../topics.ts';
import { type Language, readLanguage } from '../triage/language.ts';
import { readWords } from '../triage/tokens.ts';
import type { SuggestedResponse } from '../triage/verdict.ts';
import { gap } from './gaps.ts';
import { OPENING_WORDS } from './opening-words.ts';

/** What an opening is made for. */
export interface OpeningAbout {
  readonly text: string;
  /** Display name, as its author chose it. */
  readonly name: string;
  /** The network's own tag of the post. */
  readonly lang: string | null;
  readonly suggested: SuggestedResponse;
  /** Our own names: everybody says them. */
  readonly brand: readonly string[];
}

/** What the person has to write themselves: an opening alone is no answer. */
const MISSING: Readonly<Record<SuggestedResponse, string>> = {
  thank: 'what you are glad about',
  fix: 'what went wrong, and what you do now',
  answer: 'your answer',
  'join-in': 'what you have to add',
};
const MAX_TOPIC = 40;
const MAX_HINT = 30;

/** The language of a text as far as it can be told; null when it cannot. */
export function languageOf(text: string, tag: string | null): Language | null {
  const reading = readLanguage(readWords(text), tag);
  return reading.foreign ? null : reading.language;
}

/** The first name somebody can be greeted with; null where their name is not one ("xX_lid_Xx", "The Pot Shop"). */
export function greetable(name: string): string | null {
  const [first = ''] = oneLine(name, 80).split(/\s+/);
  if (!/^\p{L}[\p{L}\p{M}'’-]{1,20}$/u.test(first)) return null;
  // Written small or all in capitals it may be a name; with capitals inside it is a handle.
  if (
    /\p{Ll}\p{Lu}/u.test(first) ||
    /^(?:the|der|die|das|le|la|el|team|official|info|dr|mr|mrs|ms)$/iu.test(first)
  )
    return null;
  return first;
}

/**
 * How an answer may begin, in the language of the post: a greeting, the reason to write with the word that it is about,
 * and a gap for what only a person knows. Null where we do not know the language.
 */
export function openingFor({ text, name, lang, suggested, brand }: OpeningAbout): string | null {
  const language = languageOf(text, lang);
  if (language === null) return null;
  const words = OPENING_WORDS[language];
  const first = greetable(name);
  const hello = first === null ? words.hello[1] : words.hello[0].replace('{name}', () => first);
  const topic = topicIn(text, brand);
  const [open, close] = words.quotes;
  if (suggested === 'fix') {
    const hint = topic === null ? '' : ` (${cut(topic, MAX_HINT - 10)})`;
    return `${hello}${words.comma}${words.fix}. ${gap(`${MISSING.fix}${hint}`)}`;
  }
  if (topic !== null)
    return `${hello}${words.comma}${words.about[suggested]} ${open}${topic}${close}: ${gap(MISSING[suggested])}`;
  if (suggested === 'thank') return `${hello}${words.comma}${words.thank}! ${gap(MISSING.thank)}`;
  return `${hello}! ${gap(MISSING[suggested])}`;
}

/** The longest word of theirs that means something, as they wrote it: nouns are long. */
function topicIn(text: string, brand: readonly string[]): string | null {
  const found = [...topicsOf(text, brand).values()].filter(
    (word) =>
      word.length >= 5 &&
      word.length <= MAX_TOPIC &&
      /^\p{L}+$/u.test(word) &&
      !/[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]/u.test(word),
  );
  const [longest] = found.sort((a, b) => b.length - a.length);
  if (longest === undefined) return null;
  const written = new RegExp(`(?<![\\p{L}\\p{N}])${longest}(?![\\p{L}\\p{N}])`, 'iu').exec(text)?.[0];
  return written ?? longest;
}
