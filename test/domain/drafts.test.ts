import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gap, gapProblem, gapsIn } from '../../src/domain/drafts/gaps.ts';
import { greetable, openingFor } from '../../src/domain/drafts/opening.ts';
import {
  fillPlaceholders,
  type PlaceholderValues,
  placeholderWords,
  unknownPlaceholders,
} from '../../src/domain/drafts/placeholders.ts';
import { readdress } from '../../src/domain/drafts/readdress.ts';
import { likeness, MAX_TERMS, searchTerms } from '../../src/domain/drafts/terms.ts';
import { RESPONSES } from '../../src/domain/triage/verdict.ts';

const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }));
const NOBODY: PlaceholderValues = {
  name: null,
  handle: null,
  product: null,
  link: null,
  network: null,
  brand: null,
  me: null,
};

describe('terms', () => {
  it('are alike where the subject is, whatever the form of the words, and nobody reads them', () => {
    const one = searchTerms('Do the Dishwashers of @mira eat lids? https://x.example/lid');
    const two = searchTerms('dishwasher … LID!');
    expect(two.filter((term) => one.includes(term))).toHaveLength(1);
    for (const term of one) expect(term).toMatch(/^[0-9a-z]{6,11}$/);
    expect(searchTerms('and the very best')).toEqual([]);
    expect(searchTerms('Potluck lidless', ['Potluck'])).toEqual(searchTerms('lidless'));
    // Full-width letters and letters in two parts are the same letters.
    expect(searchTerms('ｋｅｔｔｌｅ')).toEqual(searchTerms('kettle'));
    expect(searchTerms('übergröße')).toEqual(searchTerms('U\u0308bergröße'));
  });

  it('are bounded, quick and well-behaved whatever comes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const terms = searchTerms(text);
        expect(terms.length).toBeLessThanOrEqual(MAX_TERMS);
        expect(new Set(terms).size).toBe(terms.length);
        expect(searchTerms(text)).toEqual(terms);
      }),
    );
    const begun = performance.now();
    for (const sign of ['a', 'あ', '\u0301', 'क्', '@', 'http://', '\uD800', 'a '])
      searchTerms(sign.repeat(100_000));
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('count as alike only when it is no chance', () => {
    expect(likeness({ coverage: 0.9, matched: 1, size: 5 }, 8)).toBeNull();
    expect(likeness({ coverage: 0.9, matched: 1, size: 5 }, 1)).not.toBeNull();
    expect(likeness({ coverage: 0.2, matched: 4, size: 5 }, 8)).toBeNull();
    const short = likeness({ coverage: 0.5, matched: 3, size: 4 }, 8) ?? 0;
    const long = likeness({ coverage: 0.5, matched: 3, size: 60 }, 8) ?? 0;
    expect(short).toBeGreaterThan(long);
  });
});

describe('placeholders', () => {
  it('that nobody knows are named, and the list says what there is', () => {
    expect(unknownPlaceholders('Hi {name}, {colour} { size } {link} {colour}')).toEqual(['colour', 'size']);
    expect(unknownPlaceholders('no braces {} { }')).toEqual(['']);
    expect(placeholderWords()).toContain('{product} (which of your products');
  });

  it('are filled, and what has no value is a gap that is in the way of sending', () => {
    const text = fillPlaceholders('Hi {name}, the {product}: { link }', { ...NOBODY, name: 'Mira' });
    expect(text).toBe('Hi Mira, the ⟦product⟧: ⟦link⟧');
    expect(gapsIn(text)).toEqual(['product', 'link']);
    expect(gapProblem(text)).toBe('Fill in ⟦product⟧ and ⟦link⟧ first.');
    expect(gapProblem('Hi Mira [product] {product} 〚x〛')).toBeNull();
  });

  it('cannot be opened by what somebody calls themselves', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const filled = fillPlaceholders('{name}', { ...NOBODY, name });
        expect(filled === gap('name') || !/[{}⟦⟧\n]/.test(filled)).toBe(true);
      }),
    );
    expect(fillPlaceholders('{name}', { ...NOBODY, name: '{link}$&' })).toBe('link $&');
  });
});

describe('openings', () => {
  const about = { name: 'Carla Meyer', lang: null, brand: ['Simmer'] } as const;

  it.each([
    [
      'en',
      'Does it fit in a dishwasher?',
      'answer',
      'Hi Carla, on your question about “dishwasher”: ⟦your answer⟧',
    ],
    [
      'de',
      'Passt der Deckel in die Spülmaschine?',
      'answer',
      'Hallo Carla, zur Frage nach „Spülmaschine“: ⟦your answer⟧',
    ],
    [
      'es',
      '¡Me encanta la cacerola, gracias por todo!',
      'thank',
      /^Hola, Carla, gracias por estas palabras sobre «cacerola»: ⟦/,
    ],
    [
      'fr',
      'Le couvercle est cassé et je ne suis pas content',
      'fix',
      /^Bonjour Carla, toutes mes excuses .* ⟦what went wrong.*couvercle.*⟧$/,
    ],
    ['ja', '蓋は食洗機で洗えますか', 'answer', 'Carlaさん、こんにちは! ⟦your answer⟧'],
  ] as const)('speak %s', (_, text, suggested, expected) => {
    const opening = openingFor({ ...about, text, suggested });
    if (typeof expected === 'string') expect(opening).toBe(expected);
    else expect(opening).toMatch(expected);
  });

  it('never stand alone, never guess a language, never greet a handle', () => {
    expect(openingFor({ ...about, text: 'Ψήνω στο φούρνο κάθε μέρα', suggested: 'answer' })).toBeNull();
    expect(greetable('xX_lid_Xx')).toBeNull();
    expect(greetable('The Pot Shop')).toBeNull();
    expect(greetable('PotLover')).toBeNull();
    expect(greetable('<!channel>')).toBeNull();
    expect(greetable('Zoë Q')).toBe('Zoë');
    expect(greetable('美咲')).toBe('美咲');
    fc.assert(
      fc.property(hostile, hostile, fc.constantFrom(...RESPONSES), (text, name, suggested) => {
        const opening = openingFor({ text, name, lang: 'en', suggested, brand: [] });
        if (opening !== null) expect(gapsIn(opening).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('an answer to somebody else', () => {
  it('is addressed to whom it is about now', () => {
    const from = { name: 'Carla Meyer', handle: 'carla.m@social.example' };
    expect(readdress('@carla.m@social.example Hi Carla, yes, Ms Meyer!', from, 'Ben')).toBe(
      'Ben Hi Ben, yes, Ms Ben!',
    );
    expect(readdress('Hi Carla, it fits.', from, null)).toBe('Hi, it fits.');
    expect(readdress('Carlas Topf', from, 'Ben')).toBe('Carlas Topf');
    expect(readdress('It fits.', { name: '', handle: '' }, 'Ben')).toBe('It fits.');
  });

  it('holds nothing of their names, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3, maxLength: 20 }), (name) => {
        const trimmed = name.trim();
        fc.pre(/^[\p{L}$.*+?()^|[\]{}/-]{3,}$/u.test(trimmed) && !'xyzzy'.includes(trimmed.toLowerCase()));
        expect(readdress(`Hi ${trimmed} xyzzy`, { name: trimmed, handle: '' }, null)).not.toContain(
          ` ${trimmed} `,
        );
      }),
    );
  });
});
