import { describe, expect, it } from 'vitest';
import { makePost } from '../../src/domain/post.ts';
import { type Language, readLanguage } from '../../src/domain/triage/language.ts';
import { readWords } from '../../src/domain/triage/tokens.ts';
import type { Verdict } from '../../src/domain/triage/verdict.ts';
import { SENTENCES, UNKNOWN } from '../support/sentences.ts';
import { TRIAGES } from '../support/triages.ts';

const BRAND = { names: ['Crockhaven'], competitors: [], domains: [] };

describe.each(TRIAGES)('triage %s', (_, triage) => {
  function verdict(text: string, lang: string | null = null): Verdict {
    const author = { id: 'ada', name: 'Ada', handle: 'ada' };
    const post = makePost({
      source: 's',
      id: 'p',
      conversationId: 'c',
      via: 'mention',
      author,
      text,
      lang,
      createdAt: 1,
    });
    return triage(post, { brand: BRAND, earlier: [], met: 0 });
  }

  describe.each(Object.entries(SENTENCES))('in %s', (_language, { asks, complains, thanks, tells }) => {
    it.each(asks)('hears that “%s” asks', (text) => {
      expect(verdict(text).kinds).toContain('question');
    });

    it.each(complains)('hears that “%s” complains', (text) => {
      expect(verdict(text)).toMatchObject({ suggested: 'fix', answerDue: true });
    });

    it.each(thanks)('hears that “%s” thanks', (text) => {
      expect(verdict(text)).toMatchObject({ suggested: 'thank', answerDue: true });
    });

    it.each(tells)('hears nothing in “%s”', (text) => {
      expect(verdict(text).kinds.filter((kind) => kind === 'complaint' || kind === 'question')).toEqual([]);
    });
  });

  it.each(UNKNOWN)('hands “%s” to a person, and guesses nothing', (text) => {
    const found = verdict(text);
    expect(found).toMatchObject({ kinds: ['mention'], answerDue: true });
    expect(found.reasons[0]?.text).toBe('language not understood; a person should look');
    expect(found.priority).toBeGreaterThanOrEqual(30);
  });

  it('believes a network that names a language of ours where the words tell nothing', () => {
    expect(verdict('Hmm ja nee oder wie Topf Deckel Griff', 'de-AT').reasons[0]?.code).not.toBe(
      'mention.foreign',
    );
    // And where they tell something, does not: the tag is often the author's default.
    expect(verdict('när kommer den blå grytan tillbaka i butiken', 'en').reasons[0]?.code).toBe(
      'mention.foreign',
    );
  });
});

describe('languages', () => {
  it.each(Object.entries(SENTENCES))('knows %s', (language, { asks, complains, thanks, tells }) => {
    const texts = [...asks, ...complains, ...thanks, ...tells];
    const read = texts.map((text) => readLanguage(readWords(text), null).language);
    // One sentence in thirteen may be too short to tell; none may be taken for a third language often.
    expect(read.filter((each) => each === (language as Language)).length).toBeGreaterThanOrEqual(
      texts.length - 1,
    );
  });

  it('does not take borrowed letters in English for another language', () => {
    for (const text of [
      'the café in Łódź was so nice and we had the smørrebrød',
      'I love my Škoda and the jalapeño stew',
    ])
      expect(readLanguage(readWords(text), null)).toMatchObject({ language: 'en', sure: true });
  });
});
