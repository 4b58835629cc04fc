import type { Card } from '../../domain/card.ts';
import { RejectedError } from '../../errors.ts';
import type { CardRef, ChatHandlers } from '../chat.ts';
import { fingerprint } from '../kit/payloads.ts';
import type { Channel, Sent } from './api.ts';
import { FLAG, type Message, textDisplay } from './components.ts';
import { answer, asker, type Desk, words } from './desk.ts';
import type { Policy } from './discord.ts';
import { CODE, discordCode, mayBeTags } from './failures.ts';
import { tagsFor } from './forum.ts';
import { line } from './markdown.ts';
import type { Clicker } from './people.ts';
import { threadName } from './render.ts';
import { type CardIndex, isPost, parseRef, threadIdOf } from './trail.ts';

/**
 * The team's own talk about a card: a thread with the id of the card's message, or the forum post itself. It is opened
 * by the claim or when somebody asks, and archived with the card.
 */

/** After a day of silence a thread leaves the list by itself; 60, 1,440, 4,320 and 10,080 minutes are possible. */
export const ARCHIVE_MINUTES = 1_440;

export interface Threads {
  /** Brings a card's thread level with it, after the card itself. Only a refusal that waiting can mend is thrown. */
  level(ref: CardRef, card: Card, sent: Sent, signal: AbortSignal): Promise<void>;
  /** The same for a forum post: tags, and whether it is archived. */
  levelPost(ref: CardRef, card: Card, forum: Channel, signal: AbortSignal): Promise<void>;
  /** Makes an archived thread writable again. */
  wake(threadId: string, signal?: AbortSignal): Promise<void>;
  /**
   * Writes into the thread of a card, opened or woken for it.
   *
   * @throws RejectedError with Discord's “unknown channel” where there is no thread and the team wants none
   */
  inThread<T>(ref: CardRef, write: (threadId: string) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** One line of ours; only `user` is pinged. */
  say(ref: CardRef, text: string, user: string | null, signal: AbortSignal): Promise<void>;
  /** Opens the thread for somebody who asks, and adds them to it. */
  talk(place: { channelId: string; messageId: string }, clicker: Clicker, itemId: number): Promise<Message>;
}

const KEPT = 2_000;

export function discordThreads(
  desk: Desk,
  deps: {
    readonly rules: Pick<Policy, 'threads' | 'channels'>;
    readonly index: CardIndex;
    readonly handlers: () => ChatHandlers;
  },
): Threads {
  const { api, log } = desk;
  /** How threads stand, as far as we did it ourselves: `archived|tags`. */
  const known = new Map<string, string>();
  const keep = (threadId: string, standing: string): void => {
    known.delete(threadId);
    known.set(threadId, standing);
    if (known.size > KEPT) known.delete([...known.keys()][0] ?? '');
  };
  const modeOf = (channelId: string): Policy['threads'] =>
    deps.rules.channels[channelId]?.threads ?? deps.rules.threads;

  /** A permission that is missing must not keep the card itself from being right. */
  async function tolerant(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      log.warn({ why: error.message }, what);
    }
  }

  async function open(
    channelId: string,
    messageId: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      await api.startThread(channelId, messageId, name, ARCHIVE_MINUTES, signal);
    } catch (error) {
      if (discordCode(error) !== CODE.threadExists) throw error;
    }
    keep(messageId, 'open');
  }

  async function wake(threadId: string, signal?: AbortSignal): Promise<void> {
    await api.changeThread(threadId, { archived: false }, signal);
    known.delete(threadId);
  }

  async function inThread<T>(
    ref: CardRef,
    write: (threadId: string) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { channelId, messageId } = parseRef(ref);
    const written = async (): Promise<T> => {
      try {
        return await write(messageId);
      } catch (error) {
        const code = discordCode(error);
        if (code === CODE.threadArchived) {
          await wake(messageId, signal);
          return write(messageId);
        }
        // There is no thread yet; where the team wants none, the card alone tells it.
        if (code !== CODE.unknownChannel || isPost(ref) || modeOf(channelId) === 'never') throw error;
        const itemId = await deps.index.itemOf(channelId, messageId);
        const card = itemId === null ? null : await deps.handlers().card(itemId);
        await open(channelId, messageId, card ? threadName(card) : `#${itemId ?? ''}`, signal);
        return write(messageId);
      }
    };
    const made = await written();
    // A word wakes an archived thread.
    known.delete(messageId);
    return made;
  }

  return {
    wake,
    inThread,
    async level(ref, card, sent, signal) {
      const { channelId, messageId } = parseRef(ref);
      const has = ((sent.flags ?? 0) & FLAG.hasThread) !== 0;
      if (!has) {
        if (card.closing || card.owner === null || modeOf(channelId) !== 'claim') return;
        return tolerant('no thread for a Discord card', () =>
          open(channelId, messageId, threadName(card), signal),
        );
      }
      const archived = card.closing !== null;
      const before = known.get(messageId) ?? told(sent);
      if (before === (archived ? 'archived' : 'open')) return;
      // Nobody has said how it stands: an open thread under an open card is what Discord would show anyway.
      if (before === undefined && !archived) return;
      await tolerant('the thread of a Discord card was not archived', async () => {
        await api.changeThread(messageId, { archived }, signal);
        keep(messageId, archived ? 'archived' : 'open');
      });
    },
    async levelPost(ref, card, forum, signal) {
      const threadId = threadIdOf(ref);
      const archived = card.closing !== null;
      const change = async (tags: readonly string[]): Promise<void> => {
        const standing = `${archived ? 'archived' : 'open'}|${tags.join(',')}`;
        if (known.get(threadId) === standing) return;
        await api.changeThread(threadId, { applied_tags: tags, archived }, signal);
        keep(threadId, standing);
      };
      await tolerant('a Discord forum post was not tagged', async () => {
        try {
          await change(tagsFor(card, forum));
        } catch (error) {
          if (!mayBeTags(error)) throw error;
          desk.identity.forget(forum.id);
          await change(tagsFor(card, await desk.identity.channel(forum.id, signal)));
        }
      });
    },
    async say(ref, text, user, signal) {
      const ping = user === null ? '' : `<@${user}> `;
      const content = `${ping}${line(text, 500)}`;
      const nonce = fingerprint(`${ref}:${text}`);
      const users = user === null ? [] : [user];
      await inThread(ref, (threadId) => api.say(threadId, content, nonce, users, signal), signal);
    },
    async talk({ channelId, messageId }, clicker, itemId) {
      const asked = await asker(desk, clicker, itemId);
      if (!asked.ok) return words(asked.text);
      const card = await desk.handlers().card(itemId);
      if (!card) return words(`There is no #${itemId}.`);
      // The menu of a private copy ("show 12") belongs to no message that others see.
      if ((await deps.index.itemOf(channelId, messageId)) !== itemId)
        return words('Use the menu of the card itself, in its channel.');
      if (channelId !== messageId) {
        if (modeOf(channelId) === 'never')
          return words('Threads are switched off here (chats.discord.threads).');
        try {
          await open(channelId, messageId, threadName(card));
        } catch (error) {
          // A permission that is missing: whoever asked can pass it on.
          if (!(error instanceof RejectedError)) throw error;
          return words(error.message);
        }
      }
      await api.joinThread(messageId, clicker.id).catch(() => {});
      return answer([textDisplay(`The team talks here: <#${messageId}>. Nothing of it is public.`)]);
    },
  };
}

function told(sent: Sent): string | undefined {
  const archived = sent.thread?.thread_metadata?.archived;
  return archived === undefined ? undefined : archived ? 'archived' : 'open';
}
