import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { makePost, type Post } from '../../src/domain/post.ts';
import { judge, judgeComparison, wordsFor } from '../../src/domain/triage/model/judge.ts';
import { HEADS, readModel, writeModel } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { TriageContext, Verdict } from '../../src/domain/triage/verdict.ts';
import { loadModel } from '../../src/triage-model.ts';
import { MODEL } from '../support/triages.ts';

const FILE = resolve(import.meta.dirname, '../../models/triage.bin');
const BRAND = { names: ['Crockhaven'], competitors: ['Potsmith'], domains: ['crockhaven.example'] };
const withHeads = createTriage(MODEL);
const rulesAlone = createTriage(null);

function post(text: string, via: Post['via'] = 'mention', lang: string | null = null): Post {
  const author = { id: 'ada', name: 'Ada', handle: 'ada' };
  return makePost({ source: 's', id: 'p', conversationId: 'c', via, author, text, lang, createdAt: 1 });
}

const CONTEXT: TriageContext = { brand: BRAND, earlier: [], met: 0 };

function verdicts(text: string, via: Post['via'] = 'mention'): { heads: Verdict; rules: Verdict } {
  const given = post(text, via);
  return { heads: withHeads(given, CONTEXT), rules: rulesAlone(given, CONTEXT) };
}

describe('the file of weights', () => {
  const bytes = new Uint8Array(readFileSync(FILE));

  it('is small, and written the same again', () => {
    expect(bytes.length).toBeLessThan(1_000_000);
    expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
  });

  it('is read from a part of a larger buffer, too', () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(Buffer.compare(writeModel(readModel(shifted.subarray(3))), bytes)).toBe(0);
  });

  it('is refused in words when it is cut, changed or something else', () => {
    expect(() => readModel(new Uint8Array(0))).toThrow('not the weights of Potluck');
    expect(() => readModel(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'))).toThrow(
      'not the weights of Potluck',
    );
    for (const length of [16, 100, 5_000, bytes.length - 1])
      expect(() => readModel(bytes.slice(0, length)), `${length} bytes`).toThrow('cut short or damaged');
    for (const at of [9, 13, 20, 200, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => readModel(changed), `byte ${at}`).toThrow('cut short or damaged');
    }
  });

  it('is refused when it was trained for other features', () => {
    const length = new DataView(bytes.buffer).getUint32(8, true);
    const header = new TextDecoder().decode(bytes.slice(16, 16 + length));
    const other = new TextEncoder().encode(header.replace('"features":1', '"features":9'));
    const changed = bytes.slice();
    changed.set(other, 16);
    let sum = 0x811c9dc5 ^ length;
    for (const byte of changed.subarray(16)) sum = Math.imul(sum ^ byte, 0x01000193);
    new DataView(changed.buffer).setUint32(12, sum >>> 0, true);
    expect(() => readModel(changed)).toThrow('another version');
  });
});

describe('where the weights cannot be used', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function folderWith(content: Uint8Array | null): string {
    const folder = mkdtempSync(join(tmpdir(), 'potluck-model-'));
    folders.push(folder);
    if (content) {
      mkdirSync(join(folder, 'models'));
      writeFileSync(join(folder, 'models/triage.bin'), content);
    }
    return folder;
  }

  it('says what is wrong and what to do, and triage goes by its rules', () => {
    const cut = loadModel(folderWith(readFileSync(FILE).subarray(0, 9_000)));
    expect(cut.problem).toMatch(
      /triage\.bin cannot be used: the weights are cut short or damaged\. .+ npm run train/,
    );
    const none = loadModel(folderWith(null));
    expect(none.problem).toMatch(/triage\.bin is missing\. .+ npm run train/);
    for (const { model } of [cut, none])
      expect(createTriage(model)(post('the lid is cracked'), CONTEXT)).toEqual(
        rulesAlone(post('the lid is cracked'), CONTEXT),
      );
  });

  it('finds them from a compiled program’s folder', () => {
    const folder = folderWith(readFileSync(FILE));
    mkdirSync(join(folder, 'dist/bench/src'), { recursive: true });
    expect(loadModel(join(folder, 'dist/bench/src')).problem).toBeNull();
  });
});

describe('the trained heads', () => {
  it('tell moods apart', () => {
    const moods = (text: string) => judge(MODEL, text);
    expect(moods('what a weird and creepy thing to send to a customer').complaint).toBeGreaterThan(0.5);
    expect(moods('appreciated, you are the real heroes').praise).toBeGreaterThan(0.5);
    expect(moods('what does this button do?').question).toBeGreaterThan(0.5);
    const plain = moods('the parcel is on the table');
    expect(Math.max(plain.complaint, plain.praise, plain.question)).toBeLessThan(0.5);
    expect(judgeComparison(MODEL, '\uE000 is much better than \uE000')).toBeGreaterThan(0.8);
    expect(judgeComparison(MODEL, 'i ordered at \uE000 yesterday')).toBeLessThan(0.5);
  });

  it('add what the rules do not hear, in words of the post', () => {
    const { heads, rules } = verdicts('what a weird and creepy thing to send to a customer');
    expect(rules.kinds).toEqual(['mention']);
    expect(heads.kinds).toEqual(['complaint']);
    expect(heads.reasons[0]?.text).toMatch(/^reads like a complaint \(“.*weird.*”\)$/);
  });

  it('hear that something does not work, without a word of the lists', () => {
    for (const text of [
      'my minecraft no work pls help me',
      'after the update it is impossible to connect 2 speakers',
    ]) {
      const { heads, rules } = verdicts(text);
      expect(rules.kinds, text).not.toContain('complaint');
      expect(heads, text).toMatchObject({ suggested: 'fix' });
      expect(heads.reasons[0]?.text, text).toMatch(/^reads like something that does not work \(“/);
    }
    for (const text of [
      'can you help me choose a pot for six people',
      'hi there, please send us a message and we will help',
    ])
      expect(verdicts(text).heads.kinds, text).not.toContain('complaint');
  });

  it('hear a comparison that no word of the rules shows, and doubt an everyday one', () => {
    const compared = verdicts('everything about this is nicer and quieter than my Potsmith was', 'keyword');
    expect(compared.heads.kinds).toContain('comparison');
    expect(verdicts('my Potsmith went back to the shop in the morning', 'keyword').heads.kinds).not.toContain(
      'comparison',
    );
  });

  it('doubt a single everyday word, but never one that tells of a fault', () => {
    const calm = 'that bad boy of a pumpkin is now in the oven with butter and some sage';
    expect(verdicts(calm).heads.kinds).not.toContain('complaint');
    for (const text of [
      'i can’t log in since the update, hope you have a lovely day',
      'my lid is broken and i love you all',
      'i want a refund, thank you so much, great people',
    ])
      expect(verdicts(text).heads.kinds, text).toContain('complaint');
  });

  it('do not speak on other languages', () => {
    for (const text of [
      'das ist ein wirklich lustiger und schöner Tag für mich',
      'je suis dans la cuisine avec mes amis et on mange de la soupe',
      'kita semua di rumah saja untuk makan yang enak',
      'мы сегодня варили суп всей семьёй',
      'Kuinka kauan toimitus yleensä kestää teillä',
    ]) {
      const { heads, rules } = verdicts(text);
      expect(heads, text).toEqual(rules);
    }
  });

  it('quote nothing but words of the post', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 100 }),
          fc
            .array(
              fc.constantFrom(
                'Nobody',
                'answers',
                'THIRD',
                'time',
                'great',
                '?',
                '!',
                'the',
                '“x”',
                'ugly',
                '😡',
                'é',
                '@b',
                '…',
              ),
              {
                maxLength: 40,
              },
            )
            .map((words) => words.join(' ')),
        ),
        fc.constantFrom(...HEADS),
        (text, head) => {
          const words = wordsFor(MODEL, head, text);
          expect(words.length).toBeLessThanOrEqual(3);
          for (const word of words) {
            expect(word).not.toBe('');
            expect(text).toContain(word);
          }
          expect(wordsFor(MODEL, head, text)).toEqual(words);
        },
      ),
      { numRuns: 150, seed: 20_260_601 },
    );
  });

  it('judge any text between 0 and 1, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const opinion = judge(MODEL, text);
        const all = [...Object.values(opinion), judgeComparison(MODEL, text)];
        for (const value of all) expect(value >= 0 && value <= 1).toBe(true);
        expect(judge(MODEL, text)).toEqual(opinion);
      }),
      { numRuns: 500, seed: 20_260_601 },
    );
  });
});
