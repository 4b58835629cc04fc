import type { Dropped } from '../source.ts';
import type { Connection } from './connection.ts';
import { type PlaceState, recentOf } from './cursor.ts';
import { byAge, isNewer, newest } from './ids.ts';
import { isDeleted } from './roots.ts';
import { type Message, type MessagePage, readPage } from './shapes.ts';

/** Most messages of one answer (https://docs.discord.com/developers/resources/message#get-channel-messages). */
export const PAGE = 100;
/** Pages read of one place in one poll, beyond the newest. */
const MAX_PAGES = 5;
/** What is this much older than the newest message read is new all the same, when it turns up on the newest page. */
export const OVERLAP_MS = 15 * 60_000;
/** Watched messages looked at one by one where a page says nothing about them. */
const MAX_LOOKS = 5;

/** One page of messages. */
export async function readMessages(
  connection: Connection,
  channelId: string,
  params: { readonly after?: string; readonly before?: string; readonly around?: string },
  signal: AbortSignal,
  limit: number = PAGE,
): Promise<MessagePage> {
  const about = { what: 'read the messages', channel: channelId };
  const path = `/channels/${channelId}/messages`;
  return readPage(await connection.api.get(path, { params: { limit, ...params }, signal, about }));
}

/** What one place had since it was last read. */
export interface ReadPlace {
  /** Oldest first, with those read before that are still on the newest page. */
  readonly messages: readonly Message[];
  readonly last: string;
  readonly more: boolean;
  readonly dropped: readonly Dropped[];
  /** Delivered messages that are no longer there. */
  readonly gone: readonly string[];
}

/**
 * The newest page of a channel or thread, and, when it does not reach down to what was read before, the pages between.
 * The newest page comes with every poll: it alone tells of changed and deleted messages.
 */
export async function readPlace(
  connection: Connection,
  channelId: string,
  state: PlaceState,
  signal: AbortSignal,
): Promise<ReadPlace> {
  const page = await readMessages(connection, channelId, {}, signal);
  const found = new Map(page.messages.map((message) => [message.id, message]));
  const dropped = [...page.dropped];
  const ids = [...page.ids].sort(byAge);
  const lowest = ids[0];
  let last = newest(ids.at(-1) ?? state.last, state.last);
  let more = false;
  if (page.count >= PAGE && lowest !== undefined && isNewer(lowest, state.last)) {
    const climbed = await climb(connection, channelId, state.last, lowest, signal);
    for (const message of climbed.messages) found.set(message.id, message);
    dropped.push(...climbed.dropped);
    if (climbed.reached !== null) {
      last = climbed.reached;
      more = true;
    }
  }
  return {
    messages: [...found.values()].sort((a, b) => byAge(a.id, b.id)),
    last,
    more,
    dropped,
    gone: await missing(connection, channelId, state, page, lowest, signal),
  };
}

/**
 * From `start` upwards until the newest page is met; `reached` is how far it came when it was not. `after` gives the
 * messages next to it (as client libraries page, too), whatever their order on the page.
 */
async function climb(
  connection: Connection,
  channelId: string,
  start: string,
  goal: string,
  signal: AbortSignal,
): Promise<{ messages: Message[]; dropped: Dropped[]; reached: string | null }> {
  const messages: Message[] = [];
  const dropped: Dropped[] = [];
  let after = start;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await readMessages(connection, channelId, { after }, signal);
    messages.push(...page.messages);
    dropped.push(...page.dropped);
    const top = page.ids.reduce(newest, after);
    if (page.count < PAGE || top === after || !isNewer(goal, top))
      return { messages, dropped, reached: null };
    after = top;
  }
  return { messages, dropped, reached: after };
}

/** Delivered messages that Discord no longer shows: within the newest page, whatever is not on it. */
async function missing(
  connection: Connection,
  channelId: string,
  state: PlaceState,
  page: MessagePage,
  lowest: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const recent = [...recentOf(state).keys()];
  if (lowest !== undefined) {
    const shown = new Set(page.ids);
    const reaches = (id: string): boolean => page.count < PAGE || !isNewer(lowest, id);
    return recent.filter((id) => reaches(id) && !shown.has(id));
  }
  // Nothing at all comes also when “Read Message History” was taken from the bot: that must not delete anything.
  const gone: string[] = [];
  for (const id of recent.slice(0, MAX_LOOKS))
    if (await isDeleted(connection, channelId, id, signal)) gone.push(id);
  return gone;
}
