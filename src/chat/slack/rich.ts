import type {
  RichTextBlock,
  RichTextDate,
  RichTextElement,
  RichTextLink,
  RichTextList,
  RichTextQuote,
  RichTextSection,
  RichTextText,
} from './block-kit.ts';

/**
 * Outside text goes into `text` elements of rich text only. They are inert by construction: no mention, no link, no
 * emoji code, no `*bold*` and no leading `>` is read out of them, so nothing has to be escaped and nothing can be
 * forgotten (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). `mrkdwn` is never given outside text.
 */

export function text(value: string): RichTextText {
  return { type: 'text', text: value };
}

export function bold(value: string): RichTextText {
  return { type: 'text', text: value, style: { bold: true } };
}

export function italic(value: string): RichTextText {
  return { type: 'text', text: value, style: { italic: true } };
}

/** A link whose words are ours: outside words would let a post mask where a link leads. */
export function link(url: string, words: string): RichTextLink {
  return { type: 'link', url, text: words };
}

/** "3 hours ago", kept right by Slack itself, so that a card need not be edited to grow old. */
export function when(at: number, now: 'ago' | 'time' = 'ago', url?: string): RichTextDate {
  // Slack wants whole seconds; the upper bound is the last one a four-digit year can show.
  const seconds = Math.min(253_402_300_799, Math.max(0, Math.floor(at / 1_000) || 0));
  return {
    type: 'date',
    timestamp: seconds,
    format: now === 'ago' ? '{ago}' : '{date_short_pretty} at {time}',
    fallback: new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' '),
    ...(url ? { url } : {}),
  };
}

/** A line (or paragraph) of rich text; empty pieces, which Slack refuses, are left out. */
export function section(...elements: readonly RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements: elements.filter(isFull) };
}

export function quote(...elements: readonly RichTextElement[]): RichTextQuote {
  return { type: 'rich_text_quote', elements: elements.filter(isFull) };
}

export function bullets(items: readonly RichTextSection[]): RichTextList {
  return { type: 'rich_text_list', style: 'bullet', elements: [...items] };
}

function isFull(element: RichTextElement): boolean {
  return element.type !== 'text' || element.text !== '';
}

export type RichPart = RichTextSection | RichTextQuote | RichTextList;

/** A block of parts; null when nothing is left to say. */
export function rich(parts: readonly (RichPart | null)[], blockId?: string): RichTextBlock | null {
  const full = parts.filter((part) => part !== null).filter((part) => part.elements.length > 0);
  if (full.length === 0) return null;
  return { type: 'rich_text', ...(blockId ? { block_id: blockId } : {}), elements: full };
}

/** Escapes the three characters Slack reads in a message's `text` (https://docs.slack.dev/messaging/formatting-message-text#escaping). */
export function escapeText(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** The reverse of {@link escapeText}: Slack escapes what people type after a slash command. */
export function unescapeText(value: string): string {
  return value.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

/** What somebody typed, without Slack's own markup: links as they were written, people by their names, entities decoded. */
export function spoken(value: string): string {
  return unescapeText(
    value
      .replace(/<(?:mailto:|tel:)?([^|>@#!][^|>]*)\|([^>]*)>/g, '$2')
      .replace(/<(https?:[^|>]*)>/g, '$1')
      .replace(/<([@#])[A-Z0-9]+\|([^>]+)>/g, '$1$2')
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, '@$1'),
  );
}
