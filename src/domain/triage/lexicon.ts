import { type Language, maySpeak, type Reading } from './language.ts';
import {
  ENGLISH_NEGATIONS,
  ENGLISH_NEUTRAL,
  ENGLISH_PRAISE,
  ENGLISH_PROBLEMS,
  ENGLISH_SAFETY,
  ENGLISH_SERIOUS,
  ENGLISH_SEVERE,
  ENGLISH_THANKS,
} from './lexicon-english.ts';
import { LANGUAGE_RULES } from './lexicon-languages.ts';
import { SPACELESS_RULES } from './lexicon-spaceless.ts';
import { type Finder, type Found, findAll, findAt, finder } from './phrases.ts';
import { fold, rawBetween, type Words } from './tokens.ts';

/** What a word tells about the mood of a post. */
export type Mood = 'problem' | 'serious' | 'severe' | 'safety' | 'praise' | 'smile' | 'thanks' | 'neutral';

interface Entry {
  readonly mood: Mood;
  /** Null for what everybody writes: emoji, and a few words that travelled. */
  readonly language: Language | null;
}

/** A word or phrase of a list that occurs in a post. */
export interface Hit {
  readonly mood: Mood;
  /** As the author wrote it. */
  readonly raw: string;
  /** First token; -1 where a script has no words to count. */
  readonly from: number;
  readonly negated: boolean;
}

// One face or heart says little, so these count like one word each. Ambiguous ones (😂 😭 🔥 🙏) are left out.
const SAD = '😡, 🤬, 😠, 😤, 👎, 🤮, 🤢, 😒, 🙄, 💔, 😞, 😟, ☹, 🙁, 😩, 😫, 🖕, :(, ;(, :-(';
const GLAD = '❤, 💕, 💖, 💗, 💓, 💙, 💚, 💛, 🧡, 💜, 🖤, 🤎, 😍, 🥰, 😘, 🤩, 👏, 🙌, 💯, 🤤, 🎉, 🌟, 🏆, <3';
// Politeness between words; the whole message where it stands alone.
const SMILES = '👍, 👌, 😋, 😊, 🙂, 😀, 😁, 😃, ⭐, :), :-), ;), :D';

interface List {
  readonly phrases: string;
  readonly value: Entry;
}

function lists(): readonly List[] {
  const en = (phrases: string, mood: Mood): List => ({ phrases, value: { mood, language: 'en' } });
  const all = (phrases: string, mood: Mood): List => ({ phrases, value: { mood, language: null } });
  const out: List[] = [
    en(ENGLISH_PROBLEMS, 'problem'),
    en(ENGLISH_SERIOUS, 'serious'),
    en(ENGLISH_SEVERE, 'severe'),
    en(ENGLISH_SAFETY, 'safety'),
    en(ENGLISH_NEUTRAL, 'neutral'),
    en(ENGLISH_PRAISE, 'praise'),
    en(ENGLISH_THANKS, 'thanks'),
    all('refund, scam, spam calls', 'serious'),
    all(SAD, 'problem'),
    all(GLAD, 'praise'),
    all(SMILES, 'smile'),
    all('thanks, thx, merci, gracias, danke, thank you', 'thanks'),
  ];
  for (const [code, rules] of Object.entries(LANGUAGE_RULES)) {
    const language = code as Language;
    for (const mood of ['problems', 'serious', 'severe', 'praise', 'thanks'] as const)
      out.push({ phrases: rules[mood], value: { mood: mood === 'problems' ? 'problem' : mood, language } });
  }
  return out;
}

// A word may stand on several lists ("refund": a problem and a serious one); the graver list must win.
const GRAVITY: readonly Mood[] = ['neutral', 'severe', 'serious', 'safety', 'problem', 'thanks', 'praise'];
const WORDS: Finder<Entry> = finder(
  [...lists()].sort((a, b) => GRAVITY.indexOf(a.value.mood) - GRAVITY.indexOf(b.value.mood)),
);

const NEGATIONS: Finder<Language> = finder([
  { phrases: ENGLISH_NEGATIONS, value: 'en' },
  ...Object.entries(LANGUAGE_RULES).map(([code, rules]) => ({
    phrases: rules.negations,
    value: code as Language,
  })),
]);

// "not only good": says more, not less. "but" ends what a "not" governs.
const UNDO = new Set([
  'only',
  'just',
  'but',
  'aber',
  'sondern',
  'pero',
  'mas',
  'mais',
  'ma',
  'maar',
  'ama',
  'ale',
  'tapi',
  'но',
]);
// #AcmeFail, #AcmeSucks.
const ANGRY_TAG = /.(?:fails?|sucks?|scam|fraud|worst)$/;
/** How far before a word a negation still governs it. */
const REACH = 4;

function negated(words: Words, hit: Found<Entry>, reading: Reading): boolean {
  const wanted = (language: Language): boolean => maySpeak(language, reading);
  // "no issues so far, great pot": what a clause denies ends with it.
  if (words.tokens[hit.from]?.opens) return false;
  for (let at = hit.from - 1; at >= Math.max(0, hit.from - REACH); at--) {
    const token = words.tokens[at];
    if (!token || UNDO.has(token.word)) return false;
    const found = findAt(NEGATIONS, words, at, wanted);
    // A negation that already belongs to a phrase ("doesn't work") was found inside it, not before it.
    if (found && !UNDO.has(words.tokens[found.to]?.word ?? '')) return true;
    if (token.opens) return false;
  }
  // Turkish and Hindi put it behind.
  return reading.language === 'tr' && words.tokens[hit.to]?.word === 'degil';
}

interface SpacelessTable {
  readonly moods: readonly (readonly [Mood, readonly string[]])[];
  readonly reversed: readonly string[];
}

function cut(list: string): readonly string[] {
  return list.split(',').map(fold);
}

const SPACELESS = new Map<Language, SpacelessTable>(
  Object.entries(SPACELESS_RULES).map(([code, rules]) => [
    code as Language,
    {
      moods: [
        ['problem', cut(rules.problems)],
        ['serious', cut(rules.serious)],
        ['severe', cut(rules.severe)],
        ['praise', cut(rules.praise)],
        ['thanks', cut(rules.thanks)],
      ],
      reversed: cut(rules.reversed),
    },
  ]),
);

function spacelessHits(folded: string, table: SpacelessTable): readonly Hit[] {
  const hits: Hit[] = [];
  let rest = folded;
  // Taken out first, so that 美味しくない is not found as 美味し.
  for (const phrase of table.reversed) {
    if (!rest.includes(phrase)) continue;
    rest = rest.replaceAll(phrase, ' ');
    hits.push({ mood: 'praise', raw: phrase, from: -1, negated: true });
  }
  for (const [mood, phrases] of table.moods)
    for (const phrase of phrases)
      if (rest.includes(phrase)) hits.push({ mood, raw: phrase, from: -1, negated: false });
  return hits;
}

/** Every word of the lists that the post holds, in the languages it may be written in. */
export function findHits(words: Words, reading: Reading): readonly Hit[] {
  const found = findAll(
    WORDS,
    words,
    (entry) => entry.language === null || maySpeak(entry.language, reading),
  );
  const hits: Hit[] = found.map((hit) => ({
    mood: hit.value.mood,
    raw: rawBetween(words, hit.from, hit.to),
    from: hit.from,
    negated: negated(words, hit, reading),
  }));
  for (const [from, token] of words.tokens.entries())
    if (token.type === 'tag' && ANGRY_TAG.test(token.word))
      hits.push({ mood: 'problem', raw: token.raw, from, negated: false });
  if (words.folded === '') return hits;
  const table = reading.language ? SPACELESS.get(reading.language) : undefined;
  const tables = table ? [table] : [...SPACELESS.values()];
  return [...hits, ...tables.flatMap((each) => spacelessHits(words.folded, each))];
}
