import { describe, expect, it } from 'vitest';
import { lint } from '../../../src/domain/etiquette.ts';
import { EVENT_RULES, type EventKind } from '../../../src/domain/prompts/events.ts';
import type { Fact } from '../../../src/domain/prompts/facts.ts';
import { fill, reasonOf } from '../../../src/domain/prompts/fill.ts';
import { HOLIDAY_COUNTRIES, holidaysBetween, isCheerful } from '../../../src/domain/prompts/holidays.ts';
import { type Idea, THEMES, type Theme } from '../../../src/domain/prompts/idea.ts';
import { LIBRARY } from '../../../src/domain/prompts/library.ts';

const VOICE = { zone: 'Europe/Berlin', place: 'the workshop in the yard', twelveHours: false };
const NAME = 'Maria-Magdalena';
const SEPTEMBER = Date.UTC(2026, 8, 30, 13);
const event = (kind: EventKind): Fact => ({
  kind: 'event',
  key: 'k',
  event: kind,
  day: '2026-09-30',
  startsAt: SEPTEMBER,
  endsAt: SEPTEMBER + 95 * 60_000,
  allDay: false,
});
const everyHoliday = holidaysBetween(HOLIDAY_COUNTRIES, '2026-01-01', '2026-12-31');

/** The longest thing that each idea can be fed by. */
function factFor(idea: Idea): Fact | null {
  switch (idea.theme) {
    case 'event':
      return event(idea.event ?? 'potluck');
    case 'birthday':
      return { kind: 'birthday', key: 'k', name: NAME, day: '2026-09-30' };
    case 'anniversary':
      return { kind: 'anniversary', key: 'k', name: NAME, years: 27, day: '2026-09-30' };
    case 'holiday': {
      const name = everyHoliday.map((each) => each.name).sort((a, b) => b.length - a.length)[0] ?? '';
      return { kind: 'holiday', key: 'k', holiday: 'christmas', name, day: '2026-09-30' };
    }
    case 'topic':
      return { kind: 'topic', key: 'k', topic: 'a lid that does not fit any more' };
    default:
      return null;
  }
}
const texts = LIBRARY.map((idea) => ({ idea, text: fill(idea, factFor(idea), VOICE) ?? '' }));
const graphemes = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;

describe('the library of ideas', () => {
  it('has at least 120, each once', () => {
    expect(LIBRARY.length).toBeGreaterThanOrEqual(120);
    expect(new Set(LIBRARY.map(({ id }) => id)).size).toBe(LIBRARY.length);
    expect(new Set(LIBRARY.map(({ text }) => text)).size).toBe(LIBRARY.length);
    // Nor do two begin alike, as if one had been made from the other.
    const beginnings = LIBRARY.map(({ text }) => text.slice(0, 28));
    expect(beginnings.filter((each, at) => beginnings.indexOf(each) !== at)).toEqual([]);
    for (const { id } of LIBRARY) expect(id).toMatch(/^[a-z0-9-]{3,40}$/);
  });

  it('has something of everything', () => {
    const counts = new Map<Theme, number>();
    for (const { theme } of LIBRARY) counts.set(theme, (counts.get(theme) ?? 0) + 1);
    for (const theme of ['office', 'question', 'behind', 'thanks', 'story'] as const)
      expect(counts.get(theme)).toBeGreaterThanOrEqual(18);
    for (const theme of Object.keys(THEMES) as Theme[])
      expect(counts.get(theme) ?? 0, theme).toBeGreaterThanOrEqual(5);
    for (const season of ['spring', 'summer', 'autumn', 'winter'])
      expect(LIBRARY.filter((idea) => idea.season === season).length).toBeGreaterThanOrEqual(8);
    for (const kind of Object.keys(EVENT_RULES))
      expect(
        LIBRARY.some((idea) => idea.event === kind),
        kind,
      ).toBe(true);
  });

  it('sells nothing and keeps to our own etiquette, filled in as it would be', () => {
    const context = { said: null, name: null, handle: null, lang: null, measure: null };
    expect(texts.flatMap(({ idea, text }) => lint(text, context).map(({ code }) => [idea.id, code]))).toEqual(
      [],
    );
    const selling =
      /\b(?:buy|sale|discount|offer|price|order now|shop now|new product|range|launch|proud|excited|thrilled|delighted|customers?|brand|solution|check out|follow us|link in|giveaway|win|tag a friend)\b|#|https?:|!!/i;
    expect(texts.filter(({ text }) => selling.test(text)).map(({ text }) => text)).toEqual([]);
  });

  it('fits one post of 300 graphemes wherever its words come from', () => {
    for (const { idea, text } of texts) {
      expect(graphemes(text), idea.id).toBeLessThanOrEqual(300);
      expect(text.length, idea.id).toBeGreaterThan(20);
      expect(text, idea.id).not.toMatch(/[{}]|undefined|null|\s{2}/);
      expect(text, idea.id).toMatch(/^[\p{Lu}“]/u);
      expect(text, idea.id).toMatch(/[.?!”]$/u);
      expect(reasonOf(idea, factFor(idea), VOICE)).not.toBe('');
    }
  });

  it('mostly asks something that cannot be answered with yes or no', () => {
    const asking = LIBRARY.filter(({ text }) => text.includes('?') || /\b(?:tell|show|ask) us\b/i.test(text));
    expect(asking.length / LIBRARY.length).toBeGreaterThan(0.85);
  });

  it('says only what is known: an idea without its occasion has no text', () => {
    for (const idea of LIBRARY.filter(({ text }) => /\{(?!place\})/.test(text)))
      expect(fill(idea, null, VOICE), idea.id).toBeNull();
  });

  it('is light only about days that bear it', () => {
    expect(everyHoliday.filter(({ key }) => !isCheerful(key)).map(({ key }) => key)).toEqual(
      expect.arrayContaining(['good-friday', 'anzac', 'armistice', 'memorial-day']),
    );
  });
});
