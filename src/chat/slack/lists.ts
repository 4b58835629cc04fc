import type { Card } from '../../domain/card.ts';
import { oneLine } from '../../domain/text.ts';
import type { SourceHealth } from '../chat.ts';
import { PAGE, SOURCE_STATES, TONES } from '../kit/words.ts';
import type { Button, KnownBlock } from './block-kit.ts';
import { actionId } from './ids.ts';
import { bold, bullets, link, type RichPart, rich, section, text, when } from './rich.ts';

/** Items as lines: state, number, kind, who, what, owner. Links lead to the post only. */
export function cardLines(cards: readonly Card[]): RichPart | null {
  if (cards.length === 0) return null;
  return bullets(
    cards.map((card) =>
      section(
        text(`${TONES[card.tone]} `),
        bold(`#${card.itemId}`),
        text(
          ` ${oneLine(card.kindLabel, 40)} · ${oneLine(card.author.name || card.author.handle, 40) || 'somebody'} on ${oneLine(card.source.label, 30)}: ${oneLine(card.text, 110) || '(no text)'}`,
        ),
        text(card.owner ? ` · with ${oneLine(card.owner.name, 40)}` : ''),
        ...(card.closing ? [text(` · ${oneLine(card.closing.line, 80)}`)] : []),
        ...(card.waitingSince === null ? [] : [text(' · '), when(card.waitingSince)]),
        ...(card.url !== null && card.url.length <= 300 ? [text(' · '), link(card.url, 'post')] : []),
      ),
    ),
  );
}

/** A page of a list with its buttons; `raw` is the command that made it, which the buttons carry. */
export function listBlocks(
  title: string,
  cards: readonly Card[],
  page: { readonly offset: number; readonly total: number; readonly raw: string },
): readonly KnownBlock[] {
  const { offset, total, raw } = page;
  const shown = total > cards.length ? ` (${offset + 1}–${offset + cards.length} of ${total})` : '';
  const body = rich([section(bold(title), text(shown)), cardLines(cards)]);
  const turn = (to: number, label: string, part: number): Button => ({
    type: 'button',
    action_id: actionId('page', part),
    value: `${to}|${raw.slice(0, 1_500)}`,
    text: { type: 'plain_text', text: label, emoji: false },
  });
  const buttons = [
    ...(offset > 0 ? [turn(Math.max(0, offset - PAGE), 'Earlier', 1)] : []),
    ...(offset + cards.length < total ? [turn(offset + PAGE, 'More', 2)] : []),
  ];
  return [
    ...(body ? [body] : []),
    ...(buttons.length > 0 ? [{ type: 'actions' as const, elements: buttons }] : []),
  ];
}

/** What a paging button carries; null when it is not ours. */
export function parsePage(value: string | undefined): { offset: number; raw: string } | null {
  const match = /^(\d{1,6})\|(.*)$/s.exec(value ?? '');
  return match ? { offset: Number(match[1]), raw: match[2] ?? '' } : null;
}

/** The sources and whether we hear them: "quiet" and "blind" are not the same. */
export function sourceLines(sources: readonly SourceHealth[]): RichPart | null {
  if (sources.length === 0) return null;
  return bullets(
    sources
      .slice(0, 40)
      .map((source) =>
        section(
          bold(oneLine(source.label, 60) || source.name),
          text(` · ${SOURCE_STATES[source.state]}`),
          ...(source.lastPostAt === null ? [] : [text(' · last post '), when(source.lastPostAt)]),
          text(source.spent ? ` · today ${oneLine(source.spent, 80)}` : ''),
          text(source.detail === null ? '' : ` – ${oneLine(source.detail, 200)}`),
        ),
      ),
  );
}
