import type { Notice } from '../../domain/notice.ts';
import { oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import type { CardRef, Chat, TellOptions } from '../chat.ts';
import { type FilePart, type Message, message } from './components.ts';
import type { Desk } from './desk.ts';
import { CODE, discordCode, mayBeTags } from './failures.ts';
import { isForum } from './identity.ts';
import { filePart, gallery, renderNotice } from './notice.ts';
import { userIdOf } from './people.ts';
import { ARCHIVE_MINUTES, type Threads } from './threads.ts';
import { cardRef, parseRef } from './trail.ts';

/** A forum post's title: https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel */
const MAX_TITLE = 100;

/** Says what is no card: in a channel, in the thread of a card, as a post of a forum. */
export function discordSpeech(
  desk: Desk,
  threads: Pick<Threads, 'inThread'>,
): Required<Pick<Chat, 'tell' | 'retell'>> {
  const { api, identity } = desk;

  async function startPost(forumId: string, notice: Notice, said: Message, signal: AbortSignal) {
    const name = oneLine(notice.title, MAX_TITLE) || 'Potluck';
    const start = (tags: readonly string[]) =>
      api.startPost(forumId, { name, tags, minutes: ARCHIVE_MINUTES }, said, signal);
    try {
      return await start([]);
    } catch (error) {
      // A forum may want a tag on every post: any is better than silence.
      const [tag] = (await identity.channel(forumId, signal)).available_tags ?? [];
      if (!mayBeTags(error) || !tag) throw error;
      return start([tag.id]);
    }
  }

  /** Below the first message, which takes no file; its words stand there already. */
  async function showPicture(
    threadId: string,
    notice: Notice,
    file: FilePart,
    nonce: string,
    signal: AbortSignal,
  ): Promise<void> {
    const picture = message([gallery(file.name, oneLine(notice.picture?.alt ?? '', 1_000))]);
    try {
      await api.post(threadId, picture, `${nonce}-p`, signal, file);
    } catch (error) {
      desk.log.warn({ threadId, why: messageOf(error) }, 'a picture was not taken by Discord');
    }
  }

  return {
    async tell(channelId, notice, { noticeId, nonce, thread, picture, signal }: TellOptions) {
      const users = notice.mention.flatMap((person) => userIdOf(person) ?? []);
      const file = filePart(picture);
      const said = renderNotice(notice, noticeId, users, file?.name ?? null);
      if (thread !== null) {
        try {
          const write = (threadId: string) => api.post(threadId, said, nonce, signal, file);
          const sent = await threads.inThread(thread, write, signal);
          return cardRef(sent.channel_id, sent.id);
        } catch (error) {
          // No threads here: better said in the channel than not at all.
          if (discordCode(error) !== CODE.unknownChannel) throw error;
        }
      }
      if (isForum(await identity.channel(channelId, signal))) {
        // The first message of a forum post takes no file: the picture's words stand in for it.
        const worded = renderNotice(notice, noticeId, users, null);
        const made = await startPost(channelId, notice, worded, signal);
        if (file) await showPicture(made.id, notice, file, nonce, signal);
        return cardRef(made.id, made.id);
      }
      const sent = await api.post(channelId, said, nonce, signal, file);
      return cardRef(channelId, sent.id);
    },

    async retell(ref: CardRef, notice, { noticeId, picture, signal }) {
      const { channelId, messageId } = parseRef(ref);
      const users = notice.mention.flatMap((person) => userIdOf(person) ?? []);
      const file = channelId === messageId ? undefined : filePart(picture);
      const said = renderNotice(notice, noticeId, users, file?.name ?? null);
      // Named as before, and pinged by nothing.
      const quiet = { ...said, allowed_mentions: { parse: [] as [] } };
      await api.edit(channelId, messageId, quiet, signal, file);
      return ref;
    },
  };
}
