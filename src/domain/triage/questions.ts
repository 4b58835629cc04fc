import { type Language, maySpeak, type Reading } from './language.ts';
import { LANGUAGE_RULES } from './lexicon-languages.ts';
import { SPACELESS_RULES } from './lexicon-spaceless.ts';
import { type Finder, findAt, finder } from './phrases.ts';
import { fold, quote, rawBetween, type Sentence, type Words } from './tokens.ts';
import type { Reason } from './verdict.ts';

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

const WH = set('how what when where why who which whose whom');
const WH_SHORT = set(
  "what's whats how's hows where's wheres when's whens who's why's whys howcome whatd how'd where'd why'd",
);
const AUX = set(
  'do does did is are was were am can could will would should shall may might must have has had dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt havent hasnt',
);
const SUBJECT = set(
  "i you u we they he she it this that there the my your our their his her its any anyone anybody someone somebody everyone everybody these those y'all yall ya ur people one somewhere anything something i'm",
);
const PRONOUN = set(
  "i you u we they he she it there anyone anybody someone somebody y'all yall ya this that these those everyone",
);
// An imperative or a dropped "I" begins the same way: "do the right thing", "can't the…", "have a nice day".
const STRICT_SUBJECT: Readonly<Record<string, ReadonlySet<string>>> = {
  do: set("i you u we they my people y'all yall ya any anyone these those"),
  have: set("i you u we they any anyone people y'all yall these those"),
  dont: set("you u we they y'all yall"),
  had: set('i you we they'),
  cant: set('you u we they i'),
  didnt: set('you u we they i he she it'),
  wont: set('you u we they it he she this that the'),
  must: set('i we you'),
  may: set('i we'),
  might: set('i we'),
};
// "is broken", "are amazing", "was told": somebody dropped the subject and states something.
const NOT_SUBJECT = set(
  'not so very too really such great good bad broken down still now just amazing awesome best also always never only going been what why how where because love more less about to in on at for with from back here okay ok as like all over up out a an pretty totally absolutely literally currently probably be',
);
const DEMONSTRATIVE = set('that this');
const ARTICLES = set('a an the my our your');
const WHAT_MORE = set('about if time kind type happened happens else exactly size');
const HOW_MEASURE = set(
  'much many long often far soon old big come about to else late early fast quickly exactly tf the hot',
);
const FILLER = set(
  'hi hello hey heya yo dear please pls plz so and but ok okay also um umm uh well guys team folks sir madam all just oh now then yes no or if actually seriously honestly lol wait good morning evening afternoon everyone quick question random silly dumb btw ps psa help sorry thanks thank you',
);
// What follows these is told, not asked: "that is what you can do", "so do I".
const TELLING = set(
  'so neither nor than as what which that how whatever believe know love knows knew of about see matter because like',
);
const MID_PAIRS = set(
  'can-you could-you would-you will-you can-i can-we can-u could-u could-i could-we do-you did-you do-u are-you is-there are-there should-i should-we have-you can-someone can-anyone could-someone could-anyone would-anyone does-anyone did-anyone has-anyone is-anyone do-i am-i is-it are-they is-this is-that does-it does-this may-i will-it will-there',
);
const MID_WH = set(
  'how-do how-can how-long how-much how-many how-should how-does how-would where-can where-do where-is where-are where-did when-will when-can when-are when-is when-do why-is why-are why-does why-do why-did why-cant why-wont why-isnt why-doesnt why-would why-was why-has why-have what-is what-are what-will what-would what-was when-does when-did where-should where-will where-does how-will how-are how-is how-did how-has what-should what-can what-do what-does what-did what-happened what-about whats-the what-time which-one',
);
const AGREEING = set('so neither nor');
const TAGS = set('right eh huh innit correct no yeah');

const ASKING_ENGLISH = `wondering if, wondering whether, wondering how, wondering what, wondering why, wondering when, wondering where, wonder if, wonder whether, wonder what, wonder where, wonder who, wonder which, wonder how, wonder why, wonder when, was wondering, just wondering, anyone know, anybody know, anyone knows, anyone else, does anyone, anyone have, anyone tried, anyone got, any idea, any ideas, any update, any updates, any news on, any chance, any way to, any way i, any tips, any advice, any suggestions, any recommendations, any eta, any plans, any help, no idea how, no idea why, no clue how, can't figure out, cannot figure out, figure out how, figure out why, trying to figure out, don't know how, don't know why, don't know if, don't know what, dont know where, not sure how, not sure if, not sure why, not sure what, not sure where, unsure how, i'd like to know, would like to know, want to know, wanted to know, need to know, curious if, curious how, curious what, curious whether, curious why, curious about, i'm curious, let me know how, let me know what, let me know when, let me know why, tell me how, tell me why, tell me what, tell me where, tell me when, tell me if, tell me which, explain how, explain why, explain what, explain the, know how to, show me how, how come, please advise, pls advise, please help, pls help, plz help, help please, help pls, help plz, help me, help us, need help, need some help, need your help, need assistance, need support, require assistance, some help, can you help, looking for advice, looking for recommendations, quick question, question about, i have a question, got a question, my question, had a question, what if, please confirm, please clarify, confirm if, confuses me, confused about, don't understand, i do not understand, dm me, please dm, please contact me, please explain, asking for, i'd like to ask, would like to ask, want to ask, looking to, i want to ask, is it possible, would it be possible, is there any, is there a`;

const REQUESTS = 'please plz pls kindly'
  .split(' ')
  .flatMap((polite) =>
    'help assist contact reach resolve respond reply answer review enable check send give bring add make let tell do look investigate explain provide update call email dm message confirm advise unlock restore return open stop consider change remove cancel allow release restock share get'
      .split(' ')
      .map((verb) => `${polite} ${verb}`),
  )
  .join(',');

const ASKING: Finder<Language> = finder([
  { phrases: REQUESTS, value: 'en' },
  { phrases: ASKING_ENGLISH, value: 'en' },
  ...Object.entries(LANGUAGE_RULES).map(([code, rules]) => ({
    phrases: rules.asking,
    value: code as Language,
  })),
]);
const OPENING: Finder<Language> = finder(
  Object.entries(LANGUAGE_RULES).map(([code, rules]) => ({
    phrases: rules.opening,
    value: code as Language,
  })),
);
const SPACELESS = new Map(
  Object.entries(SPACELESS_RULES).map(([code, rules]) => [
    code as Language,
    rules.asking.split(',').map(fold),
  ]),
);
const EVERY_SPACELESS = [...SPACELESS.values()].flat();

interface Asked {
  readonly code: string;
  readonly text: string;
}

function reasonAt(words: Words, from: number, to: number, code: string, lead: string): Asked {
  return { code, text: `${lead} ${quote(rawBetween(words, from, to))}` };
}

/** `what documentaries would you …`: an auxiliary with its subject shortly behind the question word. */
function inverts(words: Words, from: number, to: number): boolean {
  for (let at = from; at < to && at < from + 5; at++) {
    const word = words.tokens[at]?.word ?? '';
    if (AUX.has(word)) return SUBJECT.has(words.tokens[at + 1]?.word ?? '') && at + 1 < to;
    if (PRONOUN.has(word)) return false;
  }
  return false;
}

/** `what travel alerts are …`, `which country has …`: a thing, then an auxiliary; but not "what I like is". */
function namesThing(words: Words, from: number, to: number): boolean {
  const next = words.tokens[from]?.word ?? '';
  if (PRONOUN.has(next) || ARTICLES.has(next)) return false;
  for (let at = from + 1; at < to && at < from + 5; at++)
    if (AUX.has(words.tokens[at]?.word ?? '')) return true;
  return false;
}

function asksByWord(words: Words, at: number, to: number, first: boolean): boolean {
  const word = words.tokens[at]?.word ?? '';
  const next = at + 1 < to ? (words.tokens[at + 1]?.word ?? '') : '';
  if (WH_SHORT.has(word)) return next !== '' && next !== 'more';
  if (!WH.has(word)) return false;
  // ", which is great" and ", who was rude" tell more about what was said before.
  if (!first && (word === 'which' || word === 'who')) return false;
  // "who does that" and "who knew that" wonder at something.
  if (word === 'who' && DEMONSTRATIVE.has(words.tokens[at + 2]?.word ?? '')) return false;
  if (first && word === 'who' && next !== '' && !PRONOUN.has(next)) return true;
  if (first && (word === 'what' || word === 'which') && namesThing(words, at + 1, to)) return true;
  if (word === 'how' && AUX.has(words.tokens[at + 2]?.word ?? ''))
    return !PRONOUN.has(next) && !DEMONSTRATIVE.has(words.tokens[at + 3]?.word ?? '');
  if (word === 'why') return first || AUX.has(next);
  if (word === 'how') return HOW_MEASURE.has(next) || AUX.has(next) || inverts(words, at + 1, to);
  if (word === 'when' && PRONOUN.has(next)) return false;
  if (word === 'what' && (next === 'a' || next === 'an')) return false;
  if (AUX.has(next)) return true;
  if (word === 'what' && WHAT_MORE.has(next)) return true;
  return inverts(words, at + 1, to);
}

function asksByInversion(words: Words, at: number, to: number, first: boolean): boolean {
  const word = words.tokens[at]?.word ?? '';
  if (!AUX.has(word) || at + 1 >= to) return false;
  const next = words.tokens[at + 1]?.word ?? '';
  const strict = STRICT_SUBJECT[word];
  // "so do I", "neither can we": agreeing is no asking.
  if (to - at < 3 && AGREEING.has(words.tokens[at - 1]?.word ?? '')) return false;
  if (strict) return strict.has(next);
  if (SUBJECT.has(next)) return true;
  // "is shipping free", "does shipping cost extra": any noun, but only at the very beginning of something short.
  if (!first || to - at > 14 || NOT_SUBJECT.has(next) || AUX.has(next)) return false;
  if (word === 'does' || word === 'did') return true;
  return (word === 'is' || word === 'are') && !/(?:ing|ed)$/.test(next) && to - at >= 3;
}

// "thanks for your help" asks for nothing.
const NO_CRY = set('your the to for a of any all this that helps with their his her my much');

/** `…, right`, `… isn't it`, at the end of a sentence. */
function tag(words: Words, sentence: Sentence): Asked | null {
  const last = words.tokens[sentence.to - 1];
  const before = words.tokens[sentence.to - 2];
  if (last?.word === 'help' && sentence.to - sentence.from === 1)
    return reasonAt(words, sentence.from, sentence.to, 'question.help', 'asks for help (');
  if (!last || !before || sentence.to - sentence.from < 3) return null;
  if (before.word.endsWith('nt') && AUX.has(before.word) && PRONOUN.has(last.word))
    return reasonAt(words, sentence.to - 2, sentence.to, 'question.tag', 'asks something (ends with');
  if (last.word === 'help' && !NO_CRY.has(before.word))
    return reasonAt(words, sentence.to - 1, sentence.to, 'question.help', 'asks for help (');
  if (last.opens && TAGS.has(last.word))
    return reasonAt(words, sentence.to - 1, sentence.to, 'question.tag', 'asks something (ends with');
  return null;
}

function english(words: Words, sentence: Sentence): Asked | null {
  let first = true;
  for (let at = sentence.from; at < sentence.to; at++) {
    const token = words.tokens[at];
    if (token?.type !== 'word') continue;
    const previous = words.tokens[at - 1]?.word ?? '';
    const clause = token.opens || first || previous === 'and' || previous === 'but' || previous === 'so';
    const to = Math.min(sentence.to, at + 3);
    if (clause && asksByWord(words, at, sentence.to, first))
      return reasonAt(words, at, to, 'question.wh-word', 'asks something (starts with');
    if (clause && asksByInversion(words, at, sentence.to, first))
      return reasonAt(words, at, to, 'question.inversion', 'asks something (starts with');
    if (!AUX.has(token.word) && !WH.has(token.word) && !WH_SHORT.has(token.word)) {
      if (!FILLER.has(token.word)) first = false;
      continue;
    }
    const pair = `${token.word}-${words.tokens[at + 1]?.word ?? ''}`;
    if (at + 1 < sentence.to && !TELLING.has(previous) && (MID_PAIRS.has(pair) || MID_WH.has(pair)))
      return reasonAt(words, at, to, 'question.inversion', 'asks something (');
    if (!FILLER.has(token.word)) first = false;
  }
  return tag(words, sentence);
}

function byLists(words: Words, sentence: Sentence, reading: Reading): Asked | null {
  const speaks = (language: Language): boolean => maySpeak(language, reading);
  for (let at = sentence.from; at < sentence.to; at++) {
    const asking = findAt(ASKING, words, at, speaks);
    if (asking) return reasonAt(words, asking.from, asking.to, 'question.indirect', 'asks for something (');
    const token = words.tokens[at];
    const opening = token?.opens ? findAt(OPENING, words, at, speaks) : null;
    if (opening) return reasonAt(words, at, opening.to, 'question.opening', 'asks something (starts with');
  }
  return null;
}

function closeParenthesis(asked: Asked): Reason {
  const text = asked.text.replace('( ', '(');
  return { code: asked.code, text: `${text})` };
}

/** What asks in one sentence, with the words that show it; null when nothing does. Works without punctuation. */
function askedIn(words: Words, sentence: Sentence, reading: Reading): Reason | null {
  const byRule = maySpeak('en', reading) ? english(words, sentence) : null;
  const asked = byRule ?? byLists(words, sentence, reading);
  if (asked) return closeParenthesis(asked);
  if (!sentence.asks) return null;
  return { code: 'question.mark', text: 'asks something (question mark)' };
}

/** Which sentences ask, and why we think so (the first two reasons). */
export interface Questions {
  readonly reasons: readonly Reason[];
  /** Every sentence with words in it asks: nothing is stated. */
  readonly onlyAsks: boolean;
}

/** Finds questions by their words, and by their marks. */
export function findQuestions(words: Words, reading: Reading): Questions {
  const reasons: Reason[] = [];
  let stated = 0;
  for (const sentence of words.sentences) {
    const reason = askedIn(words, sentence, reading);
    if (reason) reasons.push(reason);
    else if (
      words.tokens
        .slice(sentence.from, sentence.to)
        .some((token) => token.type === 'word' && !FILLER.has(token.word))
    )
      stated++;
  }
  if (words.folded !== '' && reasons.length === 0) {
    // In mixed texts these scripts speak for themselves.
    const table = reading.language ? SPACELESS.get(reading.language) : undefined;
    const phrase = (table ?? EVERY_SPACELESS).find((entry) => words.folded.includes(entry));
    if (phrase) {
      reasons.push({ code: 'question.word', text: `asks something (${quote(phrase)})` });
      stated = Math.max(0, stated - 1);
    }
  }
  // The sharper reason first: a quoted word says more than a mark.
  const marks = reasons.filter((reason) => reason.code === 'question.mark');
  const sharp = reasons.filter((reason) => reason.code !== 'question.mark');
  const first = sharp[0] ?? marks[0];
  const second = sharp.find((reason) => reason.text !== first?.text);
  const different = first ? (second ? [first, second] : [first]) : [];
  return { reasons: different, onlyAsks: reasons.length > 0 && stated === 0 };
}
