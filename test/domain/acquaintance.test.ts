import { describe, expect, it } from 'vitest';
import {
  type Acquaintance,
  type AuthorLook,
  knownPieces,
  NOTHING_KNOWN,
  noContactWords,
  perhapsTheSame,
  tidyTag,
} from '../../src/domain/acquaintance.ts';
import { ana, NOON } from '../support/items.ts';

const look = (change: Partial<AuthorLook>): AuthorLook => ({
  source: 'bluesky',
  name: 'Mira',
  handle: 'mira.example',
  url: null,
  links: [],
  ...change,
});

describe('two authors', () => {
  it('are perhaps the same by handle, by a whole name, or because one links to the other', () => {
    const other = { source: 'mastodon', handle: '@mira@social.example', name: 'Someone' };
    expect(perhapsTheSame(look({}), look(other))).toEqual(['the same handle']);
    expect(
      perhapsTheSame(
        look({ name: 'Mira Lindqvist' }),
        look({ ...other, handle: 'x', name: 'mira  LINDQVIST' }),
      ),
    ).toEqual(['the same name']);
    expect(
      perhapsTheSame(
        look({ links: ['https://social.example/@mira/?x=1'] }),
        look({ ...other, handle: 'x', url: 'https://www.social.example/@mira' }),
      ),
    ).toEqual(['one links to the other']);
  });

  it('are not by a first name, a short handle, an empty one, or within one source', () => {
    expect(perhapsTheSame(look({}), look({ source: 'mastodon', handle: 'other' }))).toEqual([]);
    expect(perhapsTheSame(look({ handle: 'kim' }), look({ source: 'm', handle: 'kim', name: '' }))).toEqual(
      [],
    );
    expect(perhapsTheSame(look({ handle: '' }), look({ source: 'm', handle: '', name: '' }))).toEqual([]);
    expect(perhapsTheSame(look({}), look({}))).toEqual([]);
    const front = look({ source: 'm', handle: 'x', url: 'https://social.example/' });
    expect(perhapsTheSame(look({ links: ['https://social.example'] }), front)).toEqual([]);
  });
});

describe('what we know of somebody', () => {
  const mira: Acquaintance = {
    id: 1,
    authors: [],
    birthday: { month: 6, day: 3, year: null },
    tags: ['press', 'vip'],
    noContact: null,
    lastNote: { text: `has two kids\nand a dog ${'x'.repeat(300)}`, by: ana, at: NOON },
    notes: 1,
    thanks: null,
  };
  it('is said in short pieces', () => {
    expect(knownPieces(NOTHING_KNOWN)).toEqual([]);
    const pieces = knownPieces({
      acquaintance: mira,
      birthdayInDays: 2,
      deeds: ['praised us twice'],
      elsewhere: ['@mira on Mastodon'],
      suggestions: [],
    });
    expect(pieces.slice(0, 4)).toEqual([
      'birthday in 2 days',
      'press, vip',
      'an advocate: praised us twice',
      'also @mira on Mastodon',
    ]);
    expect(pieces[4]).toMatch(/^note: has two kids and a dog x+…$/);
    expect(pieces[4]?.length).toBeLessThan(130);
    expect(knownPieces({ ...NOTHING_KNOWN, acquaintance: mira, birthdayInDays: 40 })).not.toContain(
      'birthday in 40 days',
    );
  });

  it('is loud where they do not want to hear from us', () => {
    expect(noContactWords({ why: 'asked us by mail', by: ana, at: NOON })).toBe(
      'Do not contact them: asked us by mail (Ana).',
    );
    expect(noContactWords({ why: '', by: ana, at: NOON })).toBe('Do not contact them (Ana).');
  });

  it('has tags in one form', () => {
    expect([' #VIP ', 'Press\n corps', '###', 'x'.repeat(99)].map(tidyTag)).toEqual([
      'vip',
      'press corps',
      '',
      expect.stringMatching(/^x+…$/),
    ]);
  });
});
