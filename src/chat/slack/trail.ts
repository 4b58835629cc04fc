import { messageOf } from '../../errors.ts';
import type { CardRef } from '../chat.ts';
import { type ReactionAction, reactionAction } from '../kit/reactions.ts';
import { act, type Desk, readable, tell, words } from './desk.ts';
import { NOTICE_EVENT } from './notice.ts';
import { CARD_EVENT } from './render.ts';
import type { HistoryMessage } from './web.ts';

/**
 * What people leave on and under a card: emoji reactions, and words in its thread. A thread is for the team: nothing of
 * it ever becomes public, and the bot speaks there to nobody but the one it answers, privately.
 */

/** Emoji names without colons, as Slack's events carry them. */
export const DEFAULT_REACTIONS: Readonly<Record<string, ReactionAction>> = {
  eyes: 'claim',
  white_check_mark: 'answered',
  see_no_evil: 'dismiss',
  zzz: 'snooze',
};

export interface Reaction {
  readonly added: boolean;
  /** `eyes`, possibly with a skin tone: `+1::skin-tone-2`. */
  readonly emoji: string;
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
}

/** Finds the item of one of our own messages; null for any other message. */
export type ItemOf = (channel: string, ts: string) => Promise<number | null>;

/** Does what an emoji on a card says. Taking 👀 away releases; taking another away does nothing. */
export async function onReaction(
  desk: Desk,
  meanings: Readonly<Record<string, ReactionAction>>,
  itemOf: ItemOf,
  reaction: Reaction,
): Promise<void> {
  const name = reaction.emoji.split('::')[0] ?? '';
  const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  if (meaning === undefined || (!reaction.added && meaning !== 'claim')) return;
  const itemId = await itemOf(reaction.channel, reaction.ts);
  if (itemId === null) return;
  const action = reaction.added ? reactionAction(meaning, desk.clock.now()) : ({ type: 'release' } as const);
  const result = await act(desk, { id: reaction.user }, { itemId, version: null }, action);
  if (result.ok) return;
  // Somebody who takes back 👀 from an item that is not theirs has not asked for anything.
  if (!reaction.added || result.refusal.code === 'already-yours') return;
  await tell(desk, { user: reaction.user, channel: reaction.channel }, words(result.refusal.text));
}

/** A message in a thread. */
export interface ThreadWords {
  readonly user: string;
  readonly channel: string;
  readonly threadTs: string;
  readonly text: string;
}

/** `draft: …` in a card's thread becomes its draft; every other word is the team's own and is not even looked up. */
export async function onThreadWords(desk: Desk, itemOf: ItemOf, said: ThreadWords): Promise<void> {
  const draft = /^\s*draft:\s*(.+)$/is.exec(said.text)?.[1]?.trim();
  if (!draft) return;
  const itemId = await itemOf(said.channel, said.threadTs);
  if (itemId === null) return;
  const text = await readable(desk, draft);
  const result = await act(desk, { id: said.user }, { itemId, version: null }, { type: 'draft', text });
  const to = { user: said.user, channel: said.channel, threadTs: said.threadTs };
  await tell(
    desk,
    to,
    result.ok
      ? words('Saved as the draft. Nothing was sent: press Draft on the card to look at it and send it.')
      : words(result.refusal.text),
  );
}

/** The item that a message of ours shows; null when it is not a card, or not ours. */
export function itemIn(message: HistoryMessage, botId: string): number | null {
  // Any app may write metadata of this type: only our own messages count.
  if (message.bot_id !== botId || message.metadata?.event_type !== CARD_EVENT) return null;
  const id = message.metadata.event_payload.item_id;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

/** The number of the notice that a message of ours is; null when it is none, or not ours. */
export function noticeIn(message: HistoryMessage, botId: string): number | null {
  if (message.bot_id !== botId || message.metadata?.event_type !== NOTICE_EVENT) return null;
  const id = message.metadata.event_payload.notice_id;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

/** Looks messages up by their metadata, and remembers those that were asked for or written lately. */
export function cardIndex(
  desk: Desk,
  botId: () => string,
  limit = 2_000,
): { readonly itemOf: ItemOf; remember(ref: CardRef, itemId: number): void } {
  const known = new Map<string, number>();
  const remember = (ref: CardRef, itemId: number): void => {
    known.delete(ref);
    known.set(ref, itemId);
    if (known.size > limit) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
  };
  return {
    remember,
    async itemOf(channel, ts) {
      const ref = `${channel}:${ts}`;
      const kept = known.get(ref);
      if (kept !== undefined) return kept;
      try {
        const { messages } = await desk.web.history(channel, { onlyTs: ts });
        const [message] = messages.filter((each) => each.ts === ts);
        const itemId = message ? itemIn(message, botId()) : null;
        if (itemId !== null) remember(ref, itemId);
        return itemId;
      } catch (error) {
        desk.log.warn({ channel, why: messageOf(error) }, 'a Slack message could not be looked up');
        return null;
      }
    },
  };
}
