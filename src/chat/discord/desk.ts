import type { Keyv } from 'keyv';
import type { Clock } from '../../clock.ts';
import type { Permission } from '../../domain/permission.ts';
import { cut, manyLines, oneLine } from '../../domain/text.ts';
import type { ActResult, ChatAction, ChatHandlers, ChatLog } from '../chat.ts';
import { type Asked, askFlow, whyMayNot } from '../kit/act.ts';
import { fingerprint } from '../kit/payloads.ts';
import type { DiscordApi } from './api.ts';
import { type Component, ephemeral, type Message, textDisplay } from './components.ts';
import type { DiscordIdentity } from './identity.ts';
import { plain, quote } from './markdown.ts';
import type { Clicker, People } from './people.ts';

/** What every listener works with. */
export interface Desk {
  readonly api: DiscordApi;
  readonly identity: DiscordIdentity;
  readonly people: People;
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly stash: Stash;
  /** Whether this event was never seen, also before a restart: a session that is taken up again repeats its last second. */
  firstTime(key: string): Promise<boolean>;
  /** The time zone of the team. */
  readonly timezone: string;
  /** A file that somebody uploaded, at most 10 MB. @throws RejectedError when its address is not Discord's. */
  file(url: string): Promise<Uint8Array>;
  handlers(): ChatHandlers;
}

/** Words on a private answer, made inert: whatever a refusal quotes cannot ping or format. */
export function words(say: string, keep: string | null = null): Message {
  const said = plain(manyLines(say, 700, 20)) || '…';
  const kept = keep === null ? '' : keptWords(keep, MAX_TEXT - said.length - KEPT_TITLE.length);
  return ephemeral([textDisplay(said), kept === '' ? null : textDisplay(`${KEPT_TITLE}${kept}`)]);
}

/** All text of a message together (https://docs.discord.com/developers/components/reference#text-display). */
const MAX_TEXT = 4_000;
const KEPT_TITLE = 'Your words:\n';

/** What somebody typed, as a quote: a form that was sent is gone, so that as much comes back as there is room for. */
function keptWords(typed: string, room: number): string {
  if (typed.trim() === '') return '';
  // Each halving leaves room for signs that need a backslash, and for the mark of each line.
  for (let limit = room; limit > 10; limit /= 2) {
    const kept = quote(manyLines(typed, Math.floor(limit), Math.ceil(limit / 20)));
    if (kept.length <= room) return kept;
  }
  return '';
}

/** A private answer of parts. */
export function answer(parts: readonly (Component | null)[]): Message {
  return ephemeral(parts);
}

/** Who asks; words when they may only look. */
export function asker(desk: Desk, clicker: Clicker, itemId: number | null = null): Promise<Asked> {
  return desk.people.asked(desk.handlers(), clicker, itemId);
}

/** Asks the flow in somebody's name. Never throws. */
export async function act(
  desk: Desk,
  clicker: Clicker,
  target: { readonly itemId: number; readonly version: number | null },
  action: ChatAction,
): Promise<ActResult> {
  return askFlow(await desk.people.asking(desk.handlers(), clicker, target.itemId), target, action);
}

/** Why somebody may not do this, with who can; null when they may. */
export async function whyForbidden(
  desk: Desk,
  clicker: Clicker,
  what: Permission,
  itemId: number | null = null,
): Promise<string | null> {
  return whyMayNot(await desk.people.asking(desk.handlers(), clicker, itemId), what);
}

/**
 * What a button needs and cannot carry in a hundred characters. Kept in the cache for a day: a button whose words are
 * gone says so, and nothing else depends on it.
 */
export interface Stash {
  /** A short name for the text: the text itself where it is short enough. */
  put(text: string): Promise<string>;
  /** The text behind a name; null when it is gone. */
  take(name: string): Promise<string | null>;
}

const STASH_TTL_MS = 24 * 3_600_000;
/** What is left of a custom id beside its verb. */
const SHORT = 60;

export function createStash(cache: Keyv): Stash {
  return {
    async put(text) {
      if (text.length < SHORT) return `=${text}`;
      const name = fingerprint(text);
      await cache.set(`stash:${name}`, text, STASH_TTL_MS);
      return `#${name}`;
    },
    async take(name) {
      if (name.startsWith('=')) return name.slice(1);
      const kept: unknown = await cache.get(`stash:${name.slice(1)}`).catch(() => null);
      return typeof kept === 'string' ? kept : null;
    },
  };
}

/** As long as an interaction can be answered. */
const SEEN_TTL_MS = 15 * 60_000;

/** Remembers events in the cache; without it (it is out of order) every event counts as new. */
export function createMemory(cache: Keyv): Desk['firstTime'] {
  return async (key) => {
    const name = `seen:${key}`;
    try {
      if ((await cache.get(name)) !== undefined) return false;
      await cache.set(name, 1, SEEN_TTL_MS);
    } catch {
      // Whatever is done twice is refused by the state machine; nothing done at all would be worse.
    }
    return true;
  };
}

/** Tells somebody privately who has not clicked on anything: an emoji and a line in a thread have no private answer. */
export async function tellByDm(desk: Desk, userId: string, say: Message): Promise<boolean> {
  try {
    const { id } = await desk.api.dm(userId);
    const nonce = fingerprint(`${userId}:${desk.clock.now()}`);
    await desk.api.post(id, { ...say, flags: say.flags & ~(1 << 6) }, nonce);
    return true;
  } catch (error) {
    // Many people take no messages from bots; the card shows how things stand.
    desk.log.info({ user: userId, why: oneLine(String(error), 200) }, 'a direct message was not taken');
    return false;
  }
}

/** Joins lines into one text display that fits beside others. */
export function paragraph(text: string, limit = 3_500): Component {
  return textDisplay(cut(text, limit));
}
