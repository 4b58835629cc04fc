import type { CardRef, Chat } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { isClosed } from '../domain/item.ts';
import type { NoticeRow, Store } from '../store/store.ts';

/** How far something has come that is kept level in a channel: cards and notices alike. */
export type Way = Pick<
  NoticeRow,
  'ref' | 'shownVersion' | 'postingAt' | 'notBefore' | 'failures' | 'givenUpVersion'
>;

/** What may have been posted before a crash is looked for from this long before its first attempt, in milliseconds. */
export const FIND_SLACK_MS = 60_000;
/** A word in the thread of a card that is not there yet waits this long before it looks again. */
const CARD_WAIT_MS = 2_000;

/** Brings what is said beside the cards to one chat. */
export interface Telling {
  /**
   * Says a notice, or says it anew. False when there was nothing to write: its card is not there yet, or never will be.
   *
   * @throws what the chat throws; the notice is then still behind
   */
  level(row: NoticeRow, signal: AbortSignal): Promise<boolean>;
}

/** Null for a chat that shows by itself what the ledger holds. */
export function createTelling(
  chat: Chat,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Telling | null {
  const { tell, retell } = chat;
  if (!tell || !retell) return null;

  /** The card in whose thread it belongs: null for the channel itself, `wait` and `never` where there is none (yet). */
  async function threadOf(row: NoticeRow): Promise<CardRef | null | 'wait' | 'never'> {
    if (row.thread === null) return null;
    const cards = await store.cardsOf(row.thread);
    const card = cards.find((each) => each.chat === row.chat && each.channel === row.channel);
    if (!card) return null;
    if (card.ref !== null) return card.ref;
    const item = await store.item(row.thread);
    return item && !isClosed(item) && card.givenUpVersion < item.version ? 'wait' : 'never';
  }

  return {
    async level(row, signal) {
      const { notice } = row;
      const thread = row.ref === null ? await threadOf(row) : null;
      if (thread === 'wait') {
        await store.saveNotice({ ...row, notBefore: clock.now() + CARD_WAIT_MS });
        return false;
      }
      if (thread === 'never') {
        // Nobody has seen the card it speaks of.
        await store.saveNotice({ ...row, givenUpVersion: row.version });
        return false;
      }
      const picture = notice.picture ? await store.picture(notice.picture.id) : null;
      const options = { nonce: `pn-${row.id.toString(36)}`, noticeId: row.id, thread, picture, signal };
      const shown = (ref: CardRef): NoticeRow => ({
        ...row,
        ref,
        shownVersion: row.version,
        notBefore: 0,
        failures: 0,
      });
      let { ref } = row;
      if (ref === null && row.postingAt !== null && chat.findNotice)
        // The process may have died between "said" and "saved".
        ref = await chat.findNotice(row.channel, row.id, thread, row.postingAt - FIND_SLACK_MS, signal);
      if (ref !== null) {
        await store.saveNotice(shown(await retell.call(chat, ref, notice, options)));
        return true;
      }
      const postingAt = row.postingAt ?? clock.now();
      await store.saveNotice({ ...row, postingAt });
      signal.throwIfAborted();
      const told = await tell.call(chat, row.channel, notice, options);
      await store.saveNotice({ ...shown(told), postingAt });
      return true;
    },
  };
}
