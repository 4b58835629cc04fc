import type { Answer } from '../chat/chat.ts';
import type { Acquaintance } from '../domain/acquaintance.ts';
import type { NoticeBlock } from '../domain/notice.ts';
import { many } from '../domain/text.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import { type Dossier, makeDossier } from './dossier.ts';
import { type EraseDeps, erasePerson } from './erasure.ts';
import { meet, numbersOf, type PersonDeps, whichOf } from './person-desk.ts';
import { findAuthor } from './person-found.ts';

const ONLY_MANAGERS = 'Only managers may export or erase somebody.';

/** What stays where we cannot reach. */
export const LEFT_BEHIND: string =
  'Lines that Potluck said in the threads of Slack and Discord, what colleagues wrote there, backups, and our public answers stay where they are: look after those yourselves.';

/** Exports and erases one person, for managers. */
export function createPrivacyDesk(deps: PersonDeps & Pick<EraseDeps, 'newId'>): DeskPart {
  const { store, clock } = deps;

  async function found(
    words: string | undefined,
    asked: DeskAsked,
    work: (acquaintance: Acquaintance, called: string) => Promise<Answer>,
  ): Promise<Answer> {
    if (asked.actor.role !== 'manager') return { ok: false, text: ONLY_MANAGERS };
    const who = await findAuthor(store, words ?? '');
    if ('nobody' in who) return { ok: false, text: who.nobody };
    if ('several' in who) return whichOf(deps, who.several);
    const met = await meet(store, who.one);
    return work(met.acquaintance, met.called);
  }

  async function preview(acquaintance: Acquaintance, called: string): Promise<Answer> {
    const dossier = await makeDossier(store, clock, acquaintance.authors);
    const lines = dossierLines(dossier).map((text) => ({ text }));
    const blocks: NoticeBlock[] = [
      { type: 'text', text: 'This cannot be undone. It takes away:' },
      { type: 'list', lines },
      {
        type: 'small',
        text: `Only counts stay, and a mark by which their old posts are not stored again; what they write from now on is new. ${LEFT_BEHIND}`,
      },
    ];
    const press = `erase:yes:${acquaintance.id}/${acquaintance.authors.length}`;
    return {
      ok: true,
      text: `Erase ${called}?`,
      notice: {
        title: `Erase ${called}?`,
        tone: 'red',
        blocks,
        buttons: [{ press, label: 'Erase for good', style: 'danger' }],
        mention: [],
      },
    };
  }

  async function confirmed(rest: string, { actor }: DeskAsked): Promise<Answer> {
    if (actor.role !== 'manager') return { ok: false, text: ONLY_MANAGERS };
    const [what, id = 0, accounts] = numbersOf(rest);
    const acquaintance = what === 'yes' ? await store.acquaintance(id) : null;
    if (!acquaintance) return { ok: false, text: 'That person is no longer stored.' };
    // What was shown is what goes: nobody else was linked in the meantime.
    if (acquaintance.authors.length !== accounts)
      return { ok: false, text: 'Their accounts have changed since. Ask for the erasure again.' };
    const done = await erasePerson(deps, acquaintance.authors);
    if (!done.ok) return done;
    deps.view.forget();
    return {
      ok: true,
      text: `Erased: ${many(done.posts, 'post')}, ${many(done.items, 'item')}; ${many(done.redrawn, 'card')} and messages are drawn again. ${LEFT_BEHIND}`,
    };
  }

  return {
    commands: {
      'export-person': ({ author }, asked) =>
        found(author, asked, async (acquaintance, called) => ({
          ok: true,
          text: `All that Potluck holds about ${called}.`,
          file: dossierFile(await makeDossier(store, clock, acquaintance.authors), acquaintance.id),
        })),
      'erase-person': ({ author }, asked) => found(author, asked, preview),
    },
    presses: { erase: confirmed },
  };
}

export function dossierFile(dossier: Dossier, id: number): NonNullable<Answer['file']> {
  return {
    name: `person-${id}.json`,
    mime: 'application/json',
    bytes: new TextEncoder().encode(`${JSON.stringify(dossier, null, 2)}\n`),
  };
}

/** What an erasure would take away, in lines. */
export function dossierLines({ accounts, notes, tags, birthday }: Dossier): readonly string[] {
  return [
    ...accounts.map(
      ({ source, author, posts, items, replies }) =>
        `${author?.handle || author?.name || 'an account'} on ${source}: ${many(posts.length, 'post')}, ${many(items.length, 'item')}, what was sent to them ${replies.length === 1 ? 'once' : `${replies.length} times`}`,
    ),
    `${many(notes.length, 'note')}, ${many(tags.length, 'tag')}${birthday ? ', their birthday' : ''}`,
  ];
}
