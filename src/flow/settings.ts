import { z } from 'zod';
import type { ActRequest, ChatHandlers, Done, MuteTrial, Settings } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { wasFiltered } from '../domain/item.ts';
import { mutedBy } from '../domain/muting.ts';
import { cleanLine } from '../domain/post.ts';
import type { Store } from '../store/store.ts';
import type { Policy } from './policy.ts';

/** What another process changed is seen within this time. */
const FRESH_MS = 2_000;
const MAX_MUTED = 500;
const MAX_WORD = 100;
const TRIED_ITEMS = 500;
const MUTED = 'muted';
const mutedSchema = z.array(z.string()).catch([]);

/** What managers change while the bot runs. */
export interface SettingsDesk extends Pick<ChatHandlers, 'settings' | 'mute' | 'tryMute'> {
  /** The muted words, at most two seconds old. */
  muted(): Promise<readonly string[]>;
}

/** @param start the muted words of potluck.yaml; once somebody changed them in a chat, the database counts */
export function createSettings(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly start: readonly string[];
}): SettingsDesk {
  const { store, clock } = deps;
  let known: { readonly at: number; readonly words: Promise<readonly string[]> } | null = null;

  function muted(): Promise<readonly string[]> {
    const now = clock.now();
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.words;
    const words = read(store, deps.start);
    known = { at: now, words };
    // A failure is not remembered: the next one asks again.
    words.catch(() => {
      if (known?.words === words) known = null;
    });
    return words;
  }

  async function mute(
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
    actor: ActRequest['actor'],
  ): Promise<Done> {
    const may = deps.policy.may(actor, 'settings');
    if (!may.ok) return may;
    const add = tidy(change.add ?? []);
    const remove = tidy(change.remove ?? []);
    if (add.length + remove.length === 0) return { ok: false, text: 'Say at least one word.' };
    const short = add.find((word) => [...word].length < 2);
    if (short) return { ok: false, text: `“${short}” is too short to mute: nearly every post would vanish.` };
    const outcome = await store.transaction('settings', async (queries): Promise<Done> => {
      const before = await read(queries, deps.start);
      const gone = new Set(remove.map(fold));
      const kept = before.filter((word) => !gone.has(fold(word)));
      const there = new Set(kept.map(fold));
      const after = [...kept, ...add.filter((word) => !there.has(fold(word)))];
      if (after.length > MAX_MUTED)
        return { ok: false, text: `More than ${MAX_MUTED} muted words are not possible. Remove some first.` };
      await queries.saveSetting(MUTED, JSON.stringify(after));
      return { ok: true, text: doneWords(before, after) };
    });
    known = null;
    return outcome;
  }

  async function tryMute(words: readonly string[]): Promise<MuteTrial> {
    const wanted = tidy(words);
    const newest = await store.newestItems(TRIED_ITEMS);
    const looked = newest.filter(({ item }) => item.origin === 'conversation' && !wasFiltered(item));
    const hidden = looked.filter(({ post }) => post && mutedBy(post, wanted) !== null);
    return {
      looked: looked.length,
      hidden: hidden.length,
      answered: hidden.filter(({ item }) => item.state === 'answered').length,
    };
  }

  return {
    muted,
    mute,
    tryMute,
    settings: async (): Promise<Settings> => ({ muted: await read(store, deps.start) }),
  };
}

async function read(queries: Pick<Store, 'setting'>, start: readonly string[]): Promise<readonly string[]> {
  const value = await queries.setting(MUTED);
  return value === null ? start : mutedSchema.parse(JSON.parse(value));
}

/** Each word once, as it was written, in one line. */
function tidy(words: readonly string[]): string[] {
  const byFold = new Map<string, string>();
  for (const word of words.slice(0, MAX_MUTED)) {
    const clean = cleanLine(word, MAX_WORD);
    if (clean !== '' && !byFold.has(fold(clean))) byFold.set(fold(clean), clean);
  }
  return [...byFold.values()];
}

function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}

function doneWords(before: readonly string[], after: readonly string[]): string {
  const list = (words: readonly string[]): string => words.map((word) => `“${word}”`).join(', ');
  const added = after.filter((word) => !before.includes(word));
  const removed = before.filter((word) => !after.includes(word));
  const parts = [
    ...(added.length > 0 ? [`Muted: ${list(added)}. Posts with it stay countable and can be reopened.`] : []),
    ...(removed.length > 0 ? [`No longer muted: ${list(removed)}.`] : []),
  ];
  return parts.length > 0 ? parts.join(' ') : 'Nothing changed.';
}
