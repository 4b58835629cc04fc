import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BLOCK_BYTES, renderCard } from '../../src/chat/slack/render.ts';
import {
  ACTIONS,
  arbitraryCard,
  closedCard,
  HOSTILE_TEXTS,
  hostileCard,
  sampleCard,
} from '../support/cards.ts';
import { type Block, checkBlocks, checkMetadata, checkText } from '../support/slack/limits.ts';
import { renderBlocks, renderText } from '../support/slack/seen.ts';

function seen(card: Parameters<typeof renderCard>[0]) {
  return renderBlocks(renderCard(card).blocks as readonly Block[]);
}

describe('a Slack card', () => {
  it('keeps every limit and pings nobody, whatever is in it', () => {
    fc.assert(
      fc.property(arbitraryCard(), (card) => {
        const message = renderCard(card, 'nonce');
        const blocks = checkBlocks(JSON.parse(JSON.stringify(message.blocks)));
        expect(blocks).toMatchObject({ ok: true });
        expect(Buffer.byteLength(JSON.stringify(message.blocks))).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
        expect(checkText(message.text)).toMatchObject({ ok: true });
        expect(checkMetadata(message.metadata)).toMatchObject({ ok: true });
        // Even a client that reads names out of the text finds none to notify.
        expect(renderText(message.text, false).pings).toEqual([]);
        expect(renderBlocks(message.blocks as readonly Block[]).pings).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a hundred thousand wide characters', '語'.repeat(100_000)],
    ['a hundred thousand quotes', '"\\'.repeat(50_000)],
    ['a hundred thousand emoji', '👩‍👩‍👧‍👦'.repeat(9_000)],
  ])('stays within the budget with %s everywhere', (_, text) => {
    const posts = Array.from({ length: 12 }, (_, index) => ({
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
    });
    const began = performance.now();
    const { blocks, text: fallback } = renderCard(card);
    // Generous for a busy machine: a rendering that walks the whole text would take seconds.
    expect(performance.now() - began).toBeLessThan(250);
    expect(checkBlocks(JSON.parse(JSON.stringify(blocks)))).toMatchObject({ ok: true });
    expect(Buffer.byteLength(JSON.stringify(blocks))).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
    expect(fallback.length).toBeLessThan(3_000);
  });

  it('shows hostile text as it was written, and says who wrote it in words of its own', () => {
    for (const { text } of HOSTILE_TEXTS.filter(({ name }) => /Slack|Markdown|masked/.test(name))) {
      const shown = seen(hostileCard(text));
      for (const line of text.split('\n').slice(0, 3)) expect(shown.text).toContain(line.trim());
      for (const link of shown.links)
        expect(['profile', 'Open post', 'Read the rest']).toContain(
          /^\d{4}-/.test(link.text) ? 'Open post' : link.text,
        );
    }
  });

  it('cuts a long post with a link to the rest, and never in the middle of a character', () => {
    const shown = seen(sampleCard({ text: `${'a'.repeat(1_498)}😀${'b'.repeat(5_000)}` }));
    expect(shown.text).toContain('a…');
    expect(shown.text.isWellFormed()).toBe(true);
    expect(shown.links).toContainEqual({ text: 'Read the rest', url: 'https://social.example/@mira/7' });
  });

  it('shows whose it is and since when somebody waits, by Slack’s own clock', () => {
    const { blocks } = renderCard(
      sampleCard({ state: 'claimed', owner: { id: 'slack:T/U', name: 'Ana' }, actions: ACTIONS.claimed }),
    );
    const dates = JSON.stringify(blocks).match(/"format":"\{ago\}"/g);
    expect(dates).toHaveLength(2);
    expect(seen(sampleCard({ owner: null })).text).toContain('Nobody has it yet');
  });

  it('tells the conversation, the newest posts first to stay', () => {
    const posts = Array.from({ length: 12 }, (_, index) => ({
      id: `${index}`,
      author: index % 2 ? 'Cleo' : 'Mira',
      text: `post number ${index}`,
      at: 0,
      ours: index % 2 === 1,
      url: null,
    }));
    const shown = seen(sampleCard({ conversation: { posts, omitted: 3 } }));
    expect(shown.text).toContain('(3 earlier posts not shown)');
    expect(shown.text).toContain('Cleo (us): post number 11');
  });

  it('gives a screen reader the number with the button', () => {
    const claim = JSON.stringify(renderCard(sampleCard()).blocks);
    expect(claim).toContain('"accessibility_label":"Claim number 7, Question"');
  });

  it('has no menu of more than five lines, even when everything is possible', () => {
    const all = [
      'claim',
      'draft',
      'dismiss',
      'release',
      'assign',
      'snooze',
      'mark-answered',
      'note',
      'reopen',
      'open',
    ] as const;
    const { blocks } = renderCard(sampleCard({ actions: all }));
    expect(checkBlocks(JSON.parse(JSON.stringify(blocks)))).toMatchObject({ ok: true });
    expect(seen(sampleCard({ actions: all })).buttons).toHaveLength(all.length);
  });

  it('shrinks to one block with what is left to do when it is closed', () => {
    const { blocks } = renderCard(closedCard());
    expect(blocks).toHaveLength(1);
    expect(seen(closedCard()).buttons.map((button) => button.label)).toEqual([
      'Note…',
      'Reopen',
      'See the answer',
      'Open post',
    ]);
  });
});
