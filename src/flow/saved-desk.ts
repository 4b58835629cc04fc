import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { placeholderWords, unknownPlaceholders } from '../domain/drafts/placeholders.ts';
import { MAX_SAVED_TEXT, savedName } from '../domain/drafts/settings.ts';
import type { Notice } from '../domain/notice.ts';
import { cleanText } from '../domain/post.ts';
import { many, oneLine } from '../domain/text.ts';
import type { SavedReply, Store } from '../store/store.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import type { Policy } from './policy.ts';

const LISTED = 20;
const MOST = 200;

type Options = Readonly<Record<string, string>>;

/** The team's saved replies: everybody reads and writes them, and changes their own; those of others, who may change settings. */
export function savedDesk(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
}): DeskPart {
  const { store, clock } = deps;

  async function list(): Promise<Answer> {
    const all = await store.savedReplies(MOST);
    if (all.length === 0)
      return {
        ok: true,
        text: `No reply is saved yet. Write one: saved add sizes Hi {name}, … Placeholders: ${placeholderWords()}.`,
      };
    return { ok: true, text: 'Saved replies', notice: listNotice(all) };
  }

  /** Why this cannot be saved, in words; null when it can. */
  function problemWith(text: string): string | null {
    if (text === '') return 'Say the text, too: saved add sizes Hi {name}, …';
    if (text.length > MAX_SAVED_TEXT) return `That is longer than ${MAX_SAVED_TEXT} characters.`;
    const unknown = unknownPlaceholders(text);
    if (unknown.length === 0) return null;
    const names = unknown.map((name) => `{${oneLine(name, 40)}}`).join(', ');
    return `I know no placeholder ${names}. There are: ${placeholderWords()}.`;
  }

  async function add(name: string, text: string, { actor }: DeskAsked): Promise<Answer> {
    const problem = problemWith(text);
    if (problem !== null) return { ok: false, text: problem };
    if ((await store.savedReplies(MOST)).length >= MOST)
      return { ok: false, text: `More than ${MOST} saved replies nobody finds again. Remove some first.` };
    const by = { id: actor.id, name: actor.name };
    const added = await store.addSavedReply({ name, text, by, at: clock.now() });
    return added
      ? { ok: true, text: `“${name}” is saved. It is suggested where somebody drafts an answer.` }
      : { ok: false, text: `“${name}” is there already. Change it: saved edit ${name} …` };
  }

  /** Finds it, and says whether this person may change it. */
  async function theirs(name: string, { actor }: DeskAsked): Promise<SavedReply | Answer> {
    const reply = await store.savedReply(name);
    if (!reply) return { ok: false, text: `There is no saved reply “${name}”. Look with: saved list` };
    if (reply.by.id === actor.id) return reply;
    const { id, name: called, surface } = actor;
    const may = deps.policy.may({ id, name: called, surface }, 'settings');
    return may.ok ? reply : { ok: false, text: `“${name}” is by ${reply.by.name}. ${may.text}` };
  }

  async function edit(name: string, text: string, asked: DeskAsked): Promise<Answer> {
    const problem = problemWith(text);
    if (problem !== null) return { ok: false, text: problem };
    const reply = await theirs(name, asked);
    if ('ok' in reply) return reply;
    const by = { id: asked.actor.id, name: asked.actor.name };
    const done = await store.changeSavedReply(reply.id, { text, by, at: clock.now() });
    return done
      ? { ok: true, text: `“${reply.name}” says that from now on.` }
      : { ok: false, text: `Somebody has just removed “${reply.name}”.` };
  }

  async function remove(name: string, asked: DeskAsked): Promise<Answer> {
    const reply = await theirs(name, asked);
    if ('ok' in reply) return reply;
    await store.removeSavedReply(reply.id);
    return { ok: true, text: `“${reply.name}” is removed. It was: ${oneLine(reply.text, 300)}` };
  }

  async function saved(options: Options, asked: DeskAsked): Promise<Answer> {
    const name = savedName(options.name ?? '');
    const text = cleanText(options.text ?? '');
    const action = options.action ?? 'list';
    if (action === 'list') return list();
    if (name === '') return { ok: false, text: `Say which: saved ${action} <name>` };
    if (action === 'add') return add(name, text, asked);
    return action === 'edit' ? edit(name, text, asked) : remove(name, asked);
  }

  return { commands: { saved } };
}

function listNotice(all: readonly SavedReply[]): Notice {
  const lines = all.slice(0, LISTED).map(({ name, text, by, used }) => ({
    text: `${name}: ${oneLine(text, 160)} – ${by.name}, used ${many(used, 'time')}`,
  }));
  const more = all.length > LISTED ? ` ${all.length - LISTED} more are used less.` : '';
  return {
    title: 'Saved replies',
    tone: 'grey',
    blocks: [
      { type: 'list', lines },
      { type: 'small', text: `Placeholders: ${placeholderWords()}.${more}` },
    ],
    buttons: [],
    mention: [],
  };
}
