import type { Block, Option, RichElement } from './limits.ts';

/** What a reader sees, after Slack rendered it. */
export interface Rendered {
  /** One line of text a line; markup that acts has lost its signs. */
  readonly text: string;
  readonly buttons: readonly SeenButton[];
  readonly links: readonly { readonly text: string; readonly url: string }[];
  /** Mentions that would notify somebody: `U1`, `!channel`, `S1`. */
  readonly pings: readonly string[];
}

/** A button, or one line of an overflow menu (`option`) or of a select (`choice`). */
export interface SeenButton {
  readonly label: string;
  readonly kind: 'button' | 'option' | 'choice';
  readonly blockId: string;
  readonly actionId: string;
  readonly value: string | null;
  readonly url: string | null;
}

interface Sink {
  readonly lines: string[];
  readonly buttons: SeenButton[];
  readonly links: { text: string; url: string }[];
  readonly pings: string[];
}

/** Renders blocks the way Slack's clients do, as far as words, links and mentions go. */
export function renderBlocks(blocks: readonly (Block & { block_id?: string | undefined })[]): Rendered {
  const sink: Sink = { lines: [], buttons: [], links: [], pings: [] };
  for (const block of blocks) renderBlock(block, block.block_id ?? '', sink);
  return { ...sink, text: sink.lines.join('\n') };
}

function renderBlock(block: Block, blockId: string, sink: Sink): void {
  switch (block.type) {
    case 'section':
      if (block.text) sink.lines.push(textObject(block.text, sink));
      for (const field of block.fields ?? []) sink.lines.push(textObject(field, sink));
      if (block.accessory) element(block.accessory, blockId, sink);
      return;
    case 'header':
      sink.lines.push(textObject(block.text, sink));
      return;
    case 'context':
      sink.lines.push(
        block.elements
          .map((each) => (each.type === 'image' ? each.alt_text : textObject(each, sink)))
          .join(' '),
      );
      return;
    case 'actions':
      for (const each of block.elements) element(each, blockId, sink);
      return;
    case 'input':
      sink.lines.push(block.label.text);
      return;
    case 'image':
      sink.lines.push(block.alt_text);
      return;
    case 'rich_text':
      for (const part of block.elements)
        if (part.type === 'rich_text_list')
          for (const item of part.elements) sink.lines.push(`• ${richLine(item.elements, sink)}`);
        else sink.lines.push(richLine(part.elements, sink));
      return;
    case 'divider':
      return;
  }
}

type Interactive = Extract<Block, { type: 'actions' }>['elements'][number];

function element(each: Interactive, blockId: string, sink: Sink): void {
  if (each.type === 'button') {
    sink.buttons.push({
      label: each.text.text,
      kind: 'button',
      blockId,
      actionId: each.action_id,
      value: each.value ?? null,
      url: each.url ?? null,
    });
    if (each.url) sink.links.push({ text: each.text.text, url: each.url });
  }
  if (each.type === 'static_select')
    for (const line of each.options)
      sink.buttons.push({ ...menuLine(line, blockId, each.action_id), kind: 'choice' });
  if (each.type === 'overflow')
    for (const line of each.options) {
      sink.buttons.push(menuLine(line, blockId, each.action_id));
      if (line.url) sink.links.push({ text: line.text.text, url: line.url });
    }
}

function menuLine(line: Option, blockId: string, actionId: string): SeenButton {
  return {
    label: line.text.text,
    kind: 'option',
    blockId,
    actionId,
    value: line.value,
    url: line.url ?? null,
  };
}

function richLine(elements: readonly RichElement[], sink: Sink): string {
  return elements
    .map((each) => {
      switch (each.type) {
        case 'text':
          return each.text;
        case 'link':
          sink.links.push({ text: each.text ?? each.url, url: each.url });
          return each.text ?? each.url;
        case 'emoji':
          return `:${each.name}:`;
        case 'user':
          sink.pings.push(each.user_id);
          return `@${each.user_id}`;
        case 'usergroup':
          sink.pings.push(each.usergroup_id);
          return `@${each.usergroup_id}`;
        case 'broadcast':
          sink.pings.push(`!${each.range}`);
          return `@${each.range}`;
        case 'channel':
          return `#${each.channel_id}`;
        case 'date': {
          const shown = each.fallback ?? String(each.timestamp);
          if (each.url) sink.links.push({ text: shown, url: each.url });
          return shown;
        }
        default:
          return '';
      }
    })
    .join('');
}

function textObject(
  object: {
    readonly type: 'plain_text' | 'mrkdwn';
    readonly text: string;
    readonly emoji?: boolean | undefined;
  },
  sink: Sink,
): string {
  if (object.type === 'mrkdwn') return mrkdwn(object.text, sink);
  // Without `emoji: false` a client turns `:name:` into a picture.
  return object.emoji === false ? object.text : object.text.replace(/:[a-z0-9_+-]+:/g, '▢');
}

/** Slack's own markup: mentions act, links hide their address, signs of formatting vanish. */
function mrkdwn(text: string, sink: Sink): string {
  const spoken = text.replace(/<([^<>]+)>/g, (_, inner: string) => {
    const [target = '', label] = inner.split('|');
    if (/^@[UW]/.test(target)) {
      sink.pings.push(target.slice(1));
      return label ?? target;
    }
    if (/^!(channel|here|everyone)$/.test(target) || target.startsWith('!subteam^')) {
      sink.pings.push(target);
      return label ?? `@${target.slice(1)}`;
    }
    if (target.startsWith('#') || target.startsWith('!')) return label ?? target;
    sink.links.push({ text: label ?? target, url: target });
    return label ?? target;
  });
  return spoken
    .replace(/([*_~`])(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/^&gt;|^>/gm, '')
    .replace(/:[a-z0-9_+-]+:/g, '▢')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

/**
 * A message's `text`, by which it is shown when it has no blocks, and which notifies in any case.
 *
 * @param linkNames whether bare `@here` and `@U1` are made into mentions (`link_names`, or `parse: full`).
 */
export function renderText(text: string, linkNames: boolean): Rendered {
  const sink: Sink = { lines: [], buttons: [], links: [], pings: [] };
  sink.lines.push(mrkdwn(text, sink));
  if (linkNames) for (const [name] of text.matchAll(/@(channel|here|everyone)\b/g)) sink.pings.push(name);
  return { ...sink, text: sink.lines.join('\n') };
}
