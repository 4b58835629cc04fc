import type { Message } from './shapes.ts';

/** Names of what a text speaks of by its id; null where it is not known. */
export interface Names {
  user(id: string): string | null;
  role(id: string): string | null;
  channel(id: string): string | null;
}

/** More is not read: the longest message has 4,000 characters, and what is longer is cut anyhow. */
const MAX_TEXT = 200_000;

/**
 * What stands between `<` and `>` (https://docs.discord.com/developers/reference#message-formatting-formats), and a
 * link whose preview was kept away. Everything else is the author's own writing and stays as it is.
 */
const FORMATS =
  /<(?:@!?(\d{1,20})|@&(\d{1,20})|#(\d{1,20})|a?:(\w{1,40}):\d{1,20}|t:(-?\d{1,12})(?::[tTdDfFsSR])?|\/([^:<>\n]{1,120}):\d{1,20}|(https?:\/\/[^\s<>|]{1,2000}))>/g;

/** The text as a reader of the channel sees it, with names in the place of ids. */
export function readable(content: string, names: Names): string {
  return content
    .slice(0, MAX_TEXT)
    .replace(
      FORMATS,
      (
        whole: string,
        user?: string,
        role?: string,
        channel?: string,
        emoji?: string,
        seconds?: string,
        command?: string,
        link?: string,
      ) => {
        if (user !== undefined) return named('@', names.user(user), whole);
        if (role !== undefined) return named('@', names.role(role), whole);
        if (channel !== undefined) return named('#', names.channel(channel), whole);
        if (emoji !== undefined) return `:${emoji}:`;
        if (seconds !== undefined) return dateOf(seconds) ?? whole;
        return command !== undefined ? `/${command}` : (link ?? whole);
      },
    );
}

function named(sign: string, name: string | null, whole: string): string {
  return name === null ? whole : `${sign}${name.replace(/^[@#]/, '')}`;
}

function dateOf(seconds: string): string | null {
  const date = new Date(Number(seconds) * 1_000);
  return Number.isFinite(date.getTime()) ? `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC` : null;
}

/** Links of a text, without the sentence's own punctuation behind them. */
export function linksIn(text: string): string[] {
  const found = text.matchAll(/https?:\/\/[^\s<>"]{1,4000}/g);
  return [...new Set([...found].slice(0, 50).map(([link]) => trimmed(link)))];
}

function trimmed(link: string): string {
  let end = link.length;
  while (end > 0) {
    const last = link.charAt(end - 1);
    const closes = last === ')' && !link.slice(0, end).includes('(');
    if (!closes && !/[.,;:!?'"*|`~\]}…»”’]/u.test(last)) break;
    end--;
  }
  return link.slice(0, end);
}

interface Content {
  readonly content: string;
  readonly embeds: Message['embeds'];
}

/** Embeds of links only repeat what is behind them; those of bots (`rich`) are the message itself. */
function bodyOf({ content, embeds }: Content, names: Names): string {
  const rich = embeds
    .filter((embed) => embed.type === 'rich')
    .map((embed) => [embed.title, embed.description].filter((part) => part !== '').join('\n'));
  return [readable(content, names), ...rich].filter((part) => part.trim() !== '').join('\n\n');
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

/** All words of a message: its own, those of a message it passes on (as a quotation), and what a poll asks. */
export function textOf(message: Message, names: Names): string {
  const passedOn = message.message_snapshots
    .map((snapshot) => bodyOf(snapshot.message, names))
    .filter((text) => text !== '')
    .map(quoted);
  const options = (message.poll?.answers ?? [])
    .map((answer) => answer.poll_media.text.trim())
    .filter((text) => text !== '')
    .map((text) => `• ${text}`);
  const poll = message.poll ? [message.poll.question.text, ...options].join('\n') : '';
  return [bodyOf(message, names), ...passedOn, poll].filter((part) => part !== '').join('\n\n');
}

/** Attachments with their descriptions (else their names), and stickers by name. */
export function mediaOf(message: Message): { url: string | null; alt: string }[] {
  const attached = [message, ...message.message_snapshots.map((snapshot) => snapshot.message)];
  return attached.flatMap(({ attachments, sticker_items: stickers }) => [
    ...attachments.map((one) => ({
      url: one.url || null,
      alt: one.description || one.title || one.filename,
    })),
    ...stickers.map((sticker) => ({ url: null, alt: `Sticker: ${sticker.name}` })),
  ]);
}
