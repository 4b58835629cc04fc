import { franc } from 'franc';
import { type Language, readLanguage } from '../../src/domain/triage/language.ts';
import type { Model } from '../../src/domain/triage/model/weights.ts';
import { readWords } from '../../src/domain/triage/tokens.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import { SENTENCES, UNKNOWN } from '../support/sentences.ts';
import type { Data } from './data.ts';
import { HELD_OUT } from './held-out.ts';
import { verdictOn } from './subjects.ts';
import type { Row, Section } from './table.ts';

const ISO3: Readonly<Record<Language, string>> = {
  en: 'eng',
  es: 'spa',
  pt: 'por',
  fr: 'fra',
  de: 'deu',
  it: 'ita',
  nl: 'nld',
  tr: 'tur',
  pl: 'pol',
  id: 'ind',
  ru: 'rus',
  ar: 'arb',
  hi: 'hin',
  ja: 'jpn',
  ko: 'kor',
  zh: 'cmn',
};
const ROUNDS = 20;

interface Short {
  readonly text: string;
  readonly language: Language;
}

function pace(texts: readonly Short[], read: (text: string) => unknown): number {
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) for (const { text } of texts) read(text);
  const { user, system } = process.cpuUsage(before);
  return (ROUNDS * texts.length) / ((user + system) / 1e6);
}

/** Languages of short posts, by our own small words and scripts and by franc; and what rules hear in them. */
export function evalLanguages(_: Data, model: Model): Section {
  const languages = Object.entries(SENTENCES) as [Language, (typeof SENTENCES)[Language]][];
  const shorts = languages.flatMap(([language, { asks, complains, thanks, tells }]) =>
    [...asks, ...complains, ...thanks, ...tells].map((text): Short => ({ text, language })),
  );
  const fresh = (Object.entries(HELD_OUT) as [Language, readonly string[]][]).flatMap(([language, texts]) =>
    texts.map((text): Short => ({ text, language })),
  );
  const only = Object.values(ISO3);
  const own = (text: string): string | null => readLanguage(readWords(text), null).language;
  const other = (text: string): string => franc(text, { only, minLength: 3 });
  const share = (texts: readonly Short[], right: (short: Short) => boolean): number =>
    texts.filter(right).length / texts.length;
  const byOther = ({ text, language }: Short): boolean => other(text) === ISO3[language];
  const byOwn = ({ text, language }: Short): boolean => own(text) === language;
  const wrong = ({ text, language }: Short): boolean => own(text) !== language && own(text) !== null;
  const triage = createTriage(model);
  const heard = (part: 'asks' | 'complains' | 'thanks', kind: 'question' | 'complaint' | 'praise'): Row => {
    const texts = languages.flatMap(([language, sentences]) => (language === 'en' ? [] : sentences[part]));
    const hits = texts.filter((text) => verdictOn(triage, text).kinds.includes(kind)).length;
    return {
      who: `verdict hears a ${kind} in other languages`,
      unit: '%',
      value: hits / texts.length,
      note: `of ${texts.length}`,
    };
  };
  const lost = UNKNOWN.filter((text) => !verdictOn(triage, text).answerDue).length / UNKNOWN.length;
  return {
    title: 'Languages',
    about: `${shorts.length} short posts of our own in ${languages.length} languages mended our lists and so prove little; the posts of other trades did not. Ours goes by script, letters and small words.`,
    rows: [
      {
        who: `franc: right on ${fresh.length} posts of other trades`,
        unit: '%',
        value: share(fresh, byOther),
      },
      {
        who: 'ours: right on them',
        unit: '%',
        value: share(fresh, byOwn),
        note: `wrong ${(100 * share(fresh, wrong)).toFixed(1)} %, else "not told"`,
      },
      { who: `franc: right on the ${shorts.length} of the tests`, unit: '%', value: share(shorts, byOther) },
      { who: 'ours: right on them', unit: '%', value: share(shorts, byOwn) },
      { who: 'franc: pace', unit: 'posts/s', value: pace(shorts, other) },
      { who: 'ours: pace, cutting into words included', unit: 'posts/s', value: pace(shorts, own) },
      heard('asks', 'question'),
      heard('complains', 'complaint'),
      heard('thanks', 'praise'),
      {
        who: `posts in ${UNKNOWN.length} languages without rules that are dropped`,
        unit: '%',
        value: lost,
        target: { atMost: 0 },
      },
    ],
  };
}
