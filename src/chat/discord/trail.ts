import { RejectedError } from '../../errors.ts';
import type { CardRef } from '../chat.ts';
import { type ReactionAction, reactionAction } from '../kit/reactions.ts';
import type { Channel } from './api.ts';
import { act, type Desk, tellByDm, words } from './desk.ts';
import { isForum } from './identity.ts';
import { itemOfCard } from './ids.ts';
import { plain } from './markdown.ts';
import type { Clicker } from './people.ts';

/**
 * What people leave on and under a card: emoji reactions, and words in its thread. A thread is for the team: nothing
 * of it ever becomes public.
 */

export const DEFAULT_REACTIONS: Readonly<Record<string, ReactionAction>> = {
  '👀': 'claim',
  '✅': 'answered',
  '🙈': 'dismiss',
  '💤': 'snooze',
};

/** A card by where it is: `channel:message`. In a forum both are the id of the post. */
export function cardRef(channelId: string, messageId: string): CardRef {
  return `${channelId}:${messageId}`;
}

export function parseRef(ref: CardRef): { readonly channelId: string; readonly messageId: string } {
  const match = /^(\d{1,20}):(\d{1,20})$/.exec(ref);
  if (!match?.[1] || !match[2]) throw new RejectedError('This is not the reference of a Discord card.');
  return { channelId: match[1], messageId: match[2] };
}

/** The thread of a card has the id of its message (https://docs.discord.com/developers/topics/threads). */
export function threadIdOf(ref: CardRef): string {
  return parseRef(ref).messageId;
}

/** Whether the card is the first message of a forum post. */
export function isPost(ref: CardRef): boolean {
  const { channelId, messageId } = parseRef(ref);
  return channelId === messageId;
}

/** Which item a message of ours shows, remembered for those that were written or asked for lately. */
export interface CardIndex {
  remember(ref: CardRef, itemId: number): void;
  forget(messageId: string): void;
  itemOf(channelId: string, messageId: string): Promise<number | null>;
  /** The item of a thread by the thread's own id. */
  itemOfThread(threadId: string): Promise<number | null>;
}

const KEPT = 2_000;

export function cardIndex(desk: Pick<Desk, 'api' | 'identity' | 'log'>): CardIndex {
  const known = new Map<string, number | null>();
  const keep = (messageId: string, itemId: number | null): void => {
    known.delete(messageId);
    known.set(messageId, itemId);
    if (known.size > KEPT) known.delete([...known.keys()][0] ?? '');
  };

  async function itemOf(channelId: string, messageId: string): Promise<number | null> {
    const kept = known.get(messageId);
    if (kept !== undefined) return kept;
    try {
      const message = await desk.api.message(channelId, messageId);
      const ours = message.author.id === desk.identity.now()?.botId;
      const itemId = ours ? itemOfCard(message) : null;
      keep(messageId, itemId);
      return itemId;
    } catch (error) {
      desk.log.debug({ channelId, why: String(error) }, 'a Discord message could not be looked up');
      return null;
    }
  }

  return {
    itemOf,
    remember: (ref, itemId) => keep(parseRef(ref).messageId, itemId),
    forget: (messageId) => void known.delete(messageId),
    async itemOfThread(threadId) {
      const kept = known.get(threadId);
      if (kept !== undefined) return kept;
      const parent = await parentOf(desk, threadId);
      if (parent === null) return null;
      return itemOf(isForum(parent) ? threadId : parent.id, threadId);
    },
  };
}

async function parentOf(desk: Pick<Desk, 'identity' | 'log'>, threadId: string): Promise<Channel | null> {
  try {
    const { parent_id: parentId } = await desk.identity.channel(threadId);
    return parentId ? await desk.identity.channel(parentId) : null;
  } catch (error) {
    desk.log.debug({ threadId, why: String(error) }, 'a Discord thread could not be looked up');
    return null;
  }
}

export interface Reaction {
  readonly added: boolean;
  readonly emoji: string;
  readonly channelId: string;
  readonly messageId: string;
  /** Who it was; asked for only when it matters. */
  readonly clicker: () => Promise<Clicker>;
}

/** Does what an emoji on a card says. Taking 👀 away releases; taking another away does nothing. */
export async function onReaction(
  desk: Desk,
  meanings: Readonly<Record<string, ReactionAction>>,
  index: CardIndex,
  reaction: Reaction,
): Promise<void> {
  const meaning = Object.hasOwn(meanings, reaction.emoji) ? meanings[reaction.emoji] : undefined;
  if (meaning === undefined || (!reaction.added && meaning !== 'claim')) return;
  const itemId = await index.itemOf(reaction.channelId, reaction.messageId);
  if (itemId === null) return;
  const clicker = await reaction.clicker();
  const action = reaction.added ? reactionAction(meaning, desk.clock.now()) : ({ type: 'release' } as const);
  const result = await act(desk, clicker, { itemId, version: null }, action);
  if (result.ok) return;
  // Somebody who takes back 👀 from an item that is not theirs has not asked for anything.
  if (!reaction.added || result.refusal.code === 'already-yours') return;
  await tellByDm(desk, clicker.id, words(result.refusal.text));
}

/** A message in a thread. */
export interface ThreadWords {
  readonly threadId: string;
  readonly messageId: string;
  readonly text: string;
  readonly clicker: Clicker;
  readonly mentioned: ReadonlyMap<string, string>;
}

/** What says "saved" without another line in the thread. */
const SAVED = '💾';

/** `draft: …` in a card's thread becomes its draft; every other word is the team's own and is not even looked up. */
export async function onThreadWords(desk: Desk, index: CardIndex, said: ThreadWords): Promise<void> {
  const bot = desk.identity.now()?.botId ?? '';
  const own = said.text.replace(new RegExp(`^\\s*<@!?${bot}>\\s*`), '');
  const draft = /^\s*draft:\s*(.+)$/is.exec(own)?.[1]?.trim();
  if (!draft) return;
  const itemId = await index.itemOfThread(said.threadId);
  if (itemId === null) return;
  // People are meant by their names: `<@123>` says nothing outside of Discord.
  const text = draft.replace(/<@!?(\d{1,20})>/g, (all, id: string) => {
    const name = said.mentioned.get(id);
    return name === undefined ? all : `@${name}`;
  });
  const result = await act(desk, said.clicker, { itemId, version: null }, { type: 'draft', text });
  if (result.ok) {
    await desk.api.react(said.threadId, said.messageId, SAVED).catch(() => {});
    return;
  }
  const told = await tellByDm(desk, said.clicker.id, words(result.refusal.text, text));
  if (told) return;
  // Whoever takes no direct messages is answered in the team's own thread: the words must not seem to be saved.
  await desk.api
    .say(said.threadId, plain(result.refusal.text).slice(0, 1_500), `no-${said.messageId}`.slice(0, 25), [])
    .catch(() => {});
}
