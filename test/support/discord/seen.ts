import { walk } from './limits.ts';
import { type Names, renderMarkdown, type SeenLink } from './markdown.ts';
import { messagePayload } from './payloads.ts';
import { type Component, FLAG, guildOf, type Json, type Message, type State } from './state.ts';

/** Something to press: a button, or a line of a select. */
export interface SeenButton {
  readonly kind: 'button' | 'option' | 'link';
  readonly label: string;
  readonly customId: string | null;
  readonly value: string | null;
  readonly url: string | null;
  readonly disabled: boolean;
}

/** A message as one person sees it. */
export interface SeenMessage {
  readonly id: string;
  readonly channel: string;
  /** User id of who wrote it. */
  readonly author: string;
  /** Rendered: every word outside of buttons and lists, one line of text a line; markup that acts has lost its signs. */
  readonly text: string;
  readonly buttons: readonly SeenButton[];
  readonly links: readonly SeenLink[];
  readonly ephemeral: boolean;
  readonly threadId: string | null;
  readonly edits: number;
  /** Who reacted, by emoji. */
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly nonce: string | null;
  readonly accent: number | null;
  readonly flags: number;
  /** As the API gives it. */
  readonly raw: unknown;
}

/** The names a reader in that guild sees. */
export function namesIn(state: State, guildId: string | null): Names {
  const guild = guildOf(state, guildId);
  return {
    user: (id) =>
      id === state.botUserId
        ? 'Potluck'
        : (guild?.members.get(id)?.nick ?? state.users.get(id)?.globalName ?? null),
    role: (id) => guild?.roles.get(id) ?? null,
    channel: (id) => state.channels.get(id)?.name ?? null,
    now: () => state.clock.now(),
  };
}

interface Sink {
  readonly names: Names;
  readonly lines: string[];
  readonly links: SeenLink[];
}

function say(sink: Sink, source: string | null | undefined): void {
  if (!source) return;
  const { text, links } = renderMarkdown(source, sink.names);
  if (text !== '') sink.lines.push(text);
  sink.links.push(...links);
}

function component(each: Component, sink: Sink): void {
  switch (each.type) {
    case 10:
      say(sink, each.content);
      return;
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      if (each.placeholder) sink.lines.push(each.placeholder);
      return;
    case 11:
      if (each.description) sink.lines.push(each.description);
      return;
    case 12:
      for (const item of each.items ?? []) if (item.description) sink.lines.push(item.description);
      return;
    case 2:
      if (each.url) sink.links.push({ text: labelOf(each), url: each.url });
      return;
    default:
      for (const inner of each.components ?? []) component(inner, sink);
      if (each.accessory) component(each.accessory, sink);
  }
}

function embed(raw: Json, sink: Sink): void {
  const { author, title, url, description, fields, footer } = raw as {
    readonly author?: { readonly name?: string } | null;
    readonly title?: string | null;
    readonly url?: string | null;
    readonly description?: string | null;
    readonly fields?: readonly { readonly name: string; readonly value: string }[] | null;
    readonly footer?: { readonly text?: string } | null;
  };
  if (author?.name) sink.lines.push(author.name);
  say(sink, title);
  if (title && url) sink.links.push({ text: renderMarkdown(title, sink.names).text, url });
  say(sink, description);
  for (const field of fields ?? []) {
    say(sink, field.name);
    say(sink, field.value);
  }
  if (footer?.text) sink.lines.push(footer.text);
}

function labelOf(each: Component): string {
  return [each.emoji?.name, each.label].filter((part) => part).join(' ');
}

function press(each: Component): SeenButton[] {
  const disabled = each.disabled ?? false;
  if (each.type === 2)
    return [
      {
        kind: each.url ? 'link' : 'button',
        label: each.label ?? each.emoji?.name ?? '',
        customId: each.custom_id ?? null,
        value: null,
        url: each.url ?? null,
        disabled,
      },
    ];
  return (each.options ?? []).map((option) => ({
    kind: 'option',
    label: option.label,
    customId: each.custom_id ?? null,
    value: option.value,
    url: null,
    disabled,
  }));
}

export function seeMessage(state: State, message: Message): SeenMessage {
  const guildId = state.channels.get(message.channelId)?.guildId ?? null;
  const sink: Sink = { names: namesIn(state, guildId), lines: [], links: [] };
  const loading = (message.flags & FLAG.loading) !== 0;
  if (loading) sink.lines.push('Potluck is thinking…');
  say(sink, message.content);
  if ((message.flags & FLAG.suppressEmbeds) === 0) for (const each of message.embeds) embed(each, sink);
  for (const each of message.components) component(each, sink);
  const container = message.components.find((each) => each.type === 17);
  const colour = container?.accent_color ?? (message.embeds[0]?.color as number | undefined);
  return {
    id: message.id,
    channel: message.channelId,
    author: message.authorId,
    text: sink.lines.join('\n'),
    buttons: walk(message.components).flatMap(([each]) => press(each)),
    links: sink.links,
    ephemeral: message.ephemeralFor !== null,
    threadId: message.threadId,
    edits: message.edits,
    reactions: Object.fromEntries([...message.reactions].map(([emoji, users]) => [emoji, [...users]])),
    nonce: message.nonce,
    accent: colour ?? null,
    flags: message.flags,
    raw: messagePayload(state, message),
  };
}

/** Whether people would count it as a message: not the marks Discord itself leaves. */
export function isSpoken(message: Message): boolean {
  return message.type === 0 || message.type === 19 || message.type === 20 || message.type === 23;
}
