import { PHRASES_OF } from './etiquette-languages.ts';
import { ABOUT, ENGLISH_PHRASES, type Phrases } from './etiquette-phrases.ts';
import type { Measure } from './reply.ts';
import { stem } from './topics.ts';
import { type Language, readLanguage } from './triage/language.ts';
import { readWords } from './triage/tokens.ts';

/** What a remark can be about, in the order in which they are told. */
export const REMARK_CODES = [
  'pitch',
  'press-release',
  'canned-apology',
  'promise',
  'blame',
  'out-of-context',
  'shouting',
  'links',
  'tags',
  'name',
  'language',
  'length',
  'alt',
] as const;
export type RemarkCode = (typeof REMARK_CODES)[number];

/** Something about a draft that a person may want to change before it is public. */
export interface Remark {
  readonly code: RemarkCode;
  /** Why, in words. */
  readonly text: string;
  /** A kinder wording, where there is one. */
  readonly kinder: string | null;
}

/** What a draft answers, as far as it matters. All null for a post of our own. */
export interface LintContext {
  /** What the person said. */
  readonly said: string | null;
  readonly name: string | null;
  readonly handle: string | null;
  /** BCP 47 tag of their post, as the network gave it. */
  readonly lang: string | null;
  /** How the network would count the draft; null where it cannot be sent from here. */
  readonly measure: Measure | null;
  /** What goes out with it. */
  readonly pictures?: readonly { readonly alt: string }[];
}

/** Words are looked for in this much of a text, in UTF-16 units: no network takes a longer answer. */
const MAX_READ = 5_000;
const MAX_LINKS = 2;
const MAX_TAGS = 2;

/** Fewer words than these say nothing that an answer could take up. */
const LEAST_TOPICS = 4;
const LEAST_ANSWER_WORDS = 8;

/**
 * Remarks on a draft, at most one of a kind; empty when there is nothing to say. Turns of phrase in English and in the
 * languages of `etiquette-languages.ts`; a draft in any other gets only the remarks that need no language. Pure; 100,000
 * characters take a few milliseconds.
 */
export function lint(draft: string, context: LintContext): readonly Remark[] {
  const read = draft.slice(0, MAX_READ);
  const words = read.match(/[\p{L}\p{N}'’]+/gu) ?? [];
  const english = looksEnglish(words);
  const language = english ? null : certainLanguage(read);
  return [
    ...(english ? phraseRemarks(read, ENGLISH_PHRASES) : []),
    ...(language ? phraseRemarks(read, PHRASES_OF.get(language) ?? []) : []),
    ...(english ? contextRemark(words, context) : []),
    ...shouting(words),
    ...linkRemarks(read),
    ...nameRemark(read, context),
    ...languageRemark(read, context),
    ...lengthRemark(context),
    ...altRemark(context.pictures ?? []),
  ];
}

function phraseRemarks(read: string, phrases: readonly Phrases[]): Remark[] {
  return phrases.flatMap(({ code, patterns }) => {
    const { text, kinder } = ABOUT[code];
    for (const pattern of patterns) {
      const found = pattern.exec(read)?.[0];
      if (found !== undefined) return [{ code, text: text(found.trim()), kinder }];
    }
    return [];
  });
}

/** Words that English texts are full of and other languages do not have; short drafts have at least one. */
const ENGLISH =
  /^(?:the|and|you|your|we|our|is|are|it|its|it['’]s|this|that|to|of|for|with|have|has|will|not|sorry|thanks|thank|please|what|how|i['’]m|i['’]ll|us|now|off)$/i;
/** Words that look English and belong to texts that are not: German, French, Spanish, Italian, Portuguese, Dutch. */
const FOREIGN =
  /^(?:der|die|das|und|ist|nicht|ein|eine|wir|sie|ihr|le|la|les|des|est|vous|nous|pour|el|los|las|que|por|para|con|una|il|che|non|per|di|sono|os|uma|não|het|een|van|niet|wij|dat)$/i;

function looksEnglish(words: readonly string[]): boolean {
  const sample = words.slice(0, 200);
  const english = sample.filter((word) => ENGLISH.test(word)).length;
  return english > 0 && english > 2 * sample.filter((word) => FOREIGN.test(word)).length;
}

/** Null unless the text itself tells: a network's own tag is often the author's default. */
function certainLanguage(text: string): Language | null {
  const { language, sure } = readLanguage(readWords(text), null);
  return sure ? language : null;
}

/** "German". The names of ICU, which Node brings whole. */
const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });

/** An answer in another language than theirs, where both are beyond doubt. */
function languageRemark(read: string, { said }: LintContext): Remark[] {
  if (said === null) return [];
  const ours = certainLanguage(read);
  const theirs = certainLanguage(said.slice(0, MAX_READ));
  if (ours === null || theirs === null || ours === theirs) return [];
  const name = NAMES.of(theirs) ?? theirs;
  return [
    {
      code: 'language',
      text: `They wrote in ${name}, and this is ${NAMES.of(ours) ?? ours}.`,
      kinder: `Answer in ${name}, or begin with one sentence of it that says why you cannot.`,
    },
  ];
}

/** An answer of some length that takes up nothing of what they said reads as if it were for anybody. */
function contextRemark(words: readonly string[], { said, lang }: LintContext): Remark[] {
  if (said === null || words.length < LEAST_ANSWER_WORDS) return [];
  // In another language the same thing has other words.
  if (lang !== null && !/^en\b/i.test(lang)) return [];
  if ((certainLanguage(said.slice(0, MAX_READ)) ?? 'en') !== 'en') return [];
  const heard = said.slice(0, MAX_READ).match(/[\p{L}\p{N}'’]+/gu) ?? [];
  if (lang === null && !looksEnglish(heard)) return [];
  const topics = new Set(heard.map(stem).filter((word) => word !== ''));
  if (topics.size < LEAST_TOPICS || words.some((word) => topics.has(stem(word)))) return [];
  return [
    {
      code: 'out-of-context',
      text: 'It takes up nothing of what they said; it could be an answer to anybody.',
      kinder: 'Take up one thing of theirs in their own words, then answer it.',
    },
  ];
}

function shouting(words: readonly string[]): Remark[] {
  const capitals = words.filter((word) => /^\p{Lu}{4,}$/u.test(word));
  const letters = words.filter((word) => /\p{Lu}|\p{Ll}/u.test(word));
  // One abbreviation is no shouting, three in a row of capitals are.
  if (capitals.length < 3 && !(capitals.length >= 2 && capitals.length * 2 > letters.length)) return [];
  return [
    {
      code: 'shouting',
      text: `“${capitals.slice(0, 3).join(' ')}” in capitals reads as shouting.`,
      kinder: 'Write it in small letters.',
    },
  ];
}

function linkRemarks(read: string): Remark[] {
  const links = read.match(/\bhttps?:\/\/[^\s<>"]{1,2000}/giu)?.length ?? 0;
  const tags = read.match(/(?<![\p{L}\p{N}_&/#])#[\p{L}\p{N}_]{2,100}/gu)?.length ?? 0;
  const remarks: Remark[] = [];
  if (links > MAX_LINKS)
    remarks.push({
      code: 'links',
      text: `${links} links in one answer look like an advertisement, and spam filters think so, too.`,
      kinder: 'Keep the one that answers the question.',
    });
  if (tags > MAX_TAGS)
    remarks.push({
      code: 'tags',
      text: `${tags} hashtags make a conversation a campaign.`,
      kinder: 'Leave them out; they read you anyway.',
    });
  return remarks;
}

/** A greeting by a name that is not theirs. Says nothing where their name is not one to greet with. */
function nameRemark(read: string, { name, handle }: LintContext): Remark[] {
  if (name === null) return [];
  const greeted =
    /^\s*(?:hi|hello|hey|dear|hallo|liebe|lieber|bonjour|hola|ciao|olá|hei|hej)[ ,]{1,3}@?(\p{Lu}[\p{L}'’.-]{1,40})/u.exec(
      read.replace(/^\s*\p{Lu}/u, (first) => first.toLowerCase()),
    )?.[1];
  if (greeted === undefined || NO_NAMES.has(greeted.toLowerCase())) return [];
  const theirs = plain(`${name} ${handle ?? ''}`);
  const called = plain(greeted);
  // "Jo" for Joanna, "Ms" for anybody: only what is nowhere in their name is wrong.
  if (called === '' || theirs.includes(called) || plain(name) === '') return [];
  return [
    {
      code: 'name',
      text: `They are called “${name.slice(0, 60)}”, not “${greeted}”.`,
      kinder: null,
    },
  ];
}

/** What follows a greeting without being anybody's name. */
const NO_NAMES = new Set(
  'there all everyone everybody folks friend friends team sir madam ms mr mrs mx dr herr frau customer neighbour neighbor thanks thank i we you it that this what the'.split(
    ' ',
  ),
);

function plain(text: string): string {
  return text
    .slice(0, 300)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function lengthRemark({ measure }: LintContext): Remark[] {
  if (!measure || measure.length <= measure.limit) return [];
  const { length, limit, unit, parts, problem } = measure;
  const fate = problem === null ? `It goes out as ${parts.length} posts.` : 'It cannot go out like this.';
  return [
    {
      code: 'length',
      text: `${length} ${unit}, and one post takes ${limit}. ${fate}`,
      kinder: 'Say the one thing that helps them, and offer the rest.',
    },
  ];
}

/** Names that cameras, telephones and programs give to files, and words that say nothing. */
const NO_DESCRIPTION =
  /^(?:(?:img|dsc|dcim|pxl|image|photo|picture|screenshot|bild|foto|untitled|whatsapp image)[\d\s._()-]{0,60}|[^\s].{0,80}\.(?:jpe?g|png|gif|webp|heic))$/i;

/** Somebody who cannot see a picture hears its description: without one it is not sent, with a file's name it says nothing. */
function altRemark(pictures: readonly { readonly alt: string }[]): Remark[] {
  const which = (index: number): string => (pictures.length === 1 ? 'The picture' : `Picture ${index + 1}`);
  for (const [index, { alt }] of pictures.entries()) {
    if (alt === '')
      return [
        {
          code: 'alt',
          text: `${which(index)} has no description, and is not sent without one: people who cannot see it would hear only “image”.`,
          kinder:
            'Say in one sentence what it shows and why it is here: “A red pot on the stove, its lid tilted.”',
        },
      ];
    if (NO_DESCRIPTION.test(alt))
      return [
        {
          code: 'alt',
          text: `“${alt.slice(0, 60)}” is the name of a file, not what the picture shows.`,
          kinder: 'Say in one sentence what it shows, as you would on the telephone.',
        },
      ];
  }
  return [];
}
