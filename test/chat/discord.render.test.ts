import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemOfCard } from '../../src/chat/discord/ids.ts';
import { cutEscaped, plain, quote } from '../../src/chat/discord/markdown.ts';
import { renderCard, threadName } from '../../src/chat/discord/render.ts';
import { tame } from '../../src/domain/text.ts';
import {
  ACTIONS,
  arbitraryCard,
  closedCard,
  HOSTILE_TEXTS,
  hostileCard,
  sampleCard,
} from '../support/cards.ts';
import { renderMarkdown } from '../support/discord/markdown.ts';
import { specProblems } from '../support/discord/schema.ts';

interface Part {
  readonly type: number;
  readonly content?: string;
  readonly components?: readonly Part[];
  readonly options?: readonly object[];
  readonly custom_id?: string;
  readonly accent_color?: number;
}

function partsOf(card: Parameters<typeof renderCard>[0]): readonly Part[] {
  const walk = (part: Part): readonly Part[] => [part, ...(part.components ?? []).flatMap(walk)];
  return (JSON.parse(JSON.stringify(renderCard(card))).components as readonly Part[]).flatMap(walk);
}
const texts = (card: Parameters<typeof renderCard>[0]): string =>
  partsOf(card)
    .map((part) => part.content ?? '')
    .join('\n');

describe('a Discord card', () => {
  it('is such as Discord’s own schema takes, within every limit, whatever is in it', () => {
    fc.assert(
      fc.property(arbitraryCard(), (card) => {
        const message = JSON.parse(JSON.stringify(renderCard(card)));
        expect(
          specProblems('MessageCreateRequestSchema', { ...message, nonce: 'n', enforce_nonce: true }),
        ).toEqual([]);
        expect(message.allowed_mentions).toEqual({ parse: [] });
        const parts = partsOf(card);
        expect(parts.length).toBeLessThanOrEqual(40);
        expect(texts(card).length).toBeLessThanOrEqual(4_000);
        expect(itemOfCard(message)).toBe(card.itemId);
        expect(threadName(card).length).toBeLessThanOrEqual(100);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a hundred thousand stars', '*'.repeat(100_000)],
    ['a hundred thousand brackets', '[]('.repeat(33_000)],
    ['a hundred thousand line breaks', '-\n'.repeat(50_000)],
    ['nine thousand families', '👩‍👩‍👧‍👦'.repeat(9_000)],
  ])('stays within the budget with %s everywhere', (_, text) => {
    const posts = Array.from({ length: 12 }, (_unused, index) => ({
      id: `p${index}`,
      author: text,
      text,
      at: 0,
      ours: false,
      url: null,
    }));
    const card = hostileCard(text, {
      conversation: { posts, omitted: 9_999 },
      notes: Array.from({ length: 30 }, () => ({ by: text, text, at: 0 })),
      reasons: Array.from({ length: 30 }, () => text),
      url: `https://social.example/${'x'.repeat(2_900)}`,
      approval: { by: text.slice(0, 300), text, at: 0 },
    });
    const began = performance.now();
    expect(texts(card).length).toBeLessThanOrEqual(4_000);
    // Generous for a busy machine: a rendering that walks the whole text would take seconds.
    expect(performance.now() - began).toBeLessThan(250);
  });

  it('wears the colour of its tone and says the state in words, too', () => {
    const colours = (['red', 'yellow', 'green', 'grey'] as const).map(
      (tone) => partsOf(sampleCard({ tone }))[0]?.accent_color,
    );
    expect(new Set(colours).size).toBe(4);
    expect(texts(sampleCard())).toContain('Nobody has it yet');
    expect(texts(sampleCard({ state: 'claimed', owner: { id: 'x', name: 'Ana' } }))).toContain('**Ana**');
  });

  it('is one line and one row when it is closed', () => {
    const parts = partsOf(closedCard());
    expect(parts.filter((part) => part.content !== undefined)).toHaveLength(1);
    expect(parts.filter((part) => part.type === 1)).toHaveLength(1);
    expect(texts(closedCard()).trim()).not.toContain('\n');
  });

  it('keeps seven buttons in two rows', () => {
    const actions = ['approve', 'refuse', 'draft', 'request-approval', 'claim', 'dismiss', 'open'] as const;
    const parts = partsOf(sampleCard({ actions: [...actions, 'note'] }));
    expect(parts.filter((part) => part.type === 2)).toHaveLength(7);
    expect(parts.filter((part) => part.type === 1)).toHaveLength(3);
    expect(ACTIONS.open).not.toContain('approve');
  });
});

describe('outside text in Markdown', () => {
  it('shows as it was written and does nothing', () => {
    const hostile = fc.oneof(
      fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text.slice(0, 500))),
      fc.string({ unit: fc.constantFrom(...'\\*_~`|<>[]()@#-+.:/! 1a\n&'), maxLength: 80 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    );
    fc.assert(
      fc.property(hostile, (raw) => {
        const text = tame(raw).trim();
        const seen = renderMarkdown(plain(text));
        expect(seen.links.filter((link) => link.text.trim() !== link.url)).toEqual([]);
        expect(squeezed(seen.text)).toBe(squeezed(text));
        expect(squeezed(renderMarkdown(quote(text)).text)).toBe(squeezed(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is never cut between a backslash and what it guards', () => {
    for (let limit = 1; limit < 40; limit++) {
      const cut = cutEscaped(plain('a*b_c[d](e) @everyone `f`'), limit);
      expect(/(?<!\\)(?:\\\\)*\\…?$/.test(cut)).toBe(false);
      expect(cut.length).toBeLessThanOrEqual(limit);
    }
  });
});

/** What may be inserted to break a ping, and white space, do not count. */
function squeezed(text: string): string {
  return text.replace(/[\s\p{Cf}]+/gu, '');
}
