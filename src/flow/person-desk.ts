import type { Answer } from '../chat/chat.ts';
import { type Acquaintance, type AuthorKey, MAX_NOTE, MAX_TAGS, tidyTag } from '../domain/acquaintance.ts';
import { birthdayWords, parseBirthday } from '../domain/birthday.ts';
import { isClosed } from '../domain/item.ts';
import type { Notice } from '../domain/notice.ts';
import { cleanLine, cleanText } from '../domain/post.ts';
import { oneLine } from '../domain/text.ts';
import type { Store } from '../store/store.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import { apply } from './ingest.ts';
import { calledBy } from './known.ts';
import { type FoundAuthor, findAuthor } from './person-found.ts';
import { makePicture, type PictureDeps } from './person-picture.ts';
import type { View } from './view.ts';

export interface PersonDeps extends PictureDeps {
  readonly store: Store;
  readonly view: Pick<View, 'forget'>;
  readonly changed: (itemIds: readonly number[]) => void;
}

/** Somebody the command is about: the account that was named, and the human behind it. */
interface Met extends FoundAuthor {
  /** The number of the account. */
  readonly id: number;
  readonly acquaintance: Acquaintance;
  readonly called: string;
}

type Options = Readonly<Record<string, string>>;

/** Cards of theirs that are drawn again when something about them is written down. */
const REDRAWN = 20;
const MAX_WHY = 200;

/** What the team asks and writes about people outside. */
export function createPersonDesk(deps: PersonDeps): DeskPart {
  const { store, clock } = deps;

  /** Does something about whom the words mean; who may be several is asked back. */
  async function about(words: string | undefined, work: (met: Met) => Promise<Answer>): Promise<Answer> {
    const found = await findAuthor(store, words ?? '');
    if ('nobody' in found) return { ok: false, text: found.nobody };
    if ('several' in found) return whichOf(deps, found.several);
    return work(await meet(store, found.one));
  }

  async function picture(acquaintance: Acquaintance, text: string): Promise<Answer> {
    const fresh = (await store.acquaintance(acquaintance.id)) ?? acquaintance;
    return { ok: true, text, notice: await makePicture(deps, fresh) };
  }

  /** Something about them has changed: their open cards say it. */
  async function redraw({ authors }: Acquaintance): Promise<void> {
    deps.view.forget();
    const redrawn: number[] = [];
    for (const { source, authorId } of authors) {
      const items = await store.itemsOfAuthor(source, authorId, REDRAWN);
      for (const item of items.filter((each) => !isClosed(each))) {
        await store.transaction(`item:${item.id}`, (queries) =>
          apply(queries, item, { type: 'author-changed' }, clock.now()),
        );
        redrawn.push(item.id);
      }
    }
    deps.changed(redrawn);
  }

  async function changed(met: Met, text: string): Promise<Answer> {
    await redraw(met.acquaintance);
    return { ok: true, text };
  }

  async function note({ author, text = '' }: Options, { actor }: DeskAsked): Promise<Answer> {
    const words = cleanText(text, MAX_NOTE);
    if (words === '') return { ok: false, text: 'The note is empty.' };
    return about(author, async (met) => {
      const by = { id: actor.id, name: actor.name };
      await store.addAcquaintanceNote(met.id, { text: words, by, at: clock.now() });
      return changed(met, `Noted about ${met.called}. Only the team sees it.`);
    });
  }

  async function birthday({ author, day = '' }: Options): Promise<Answer> {
    const gone = /^(none|off|-|forget)$/i.test(day.trim());
    const parsed = gone ? null : parseBirthday(day);
    if (!gone && !parsed)
      return {
        ok: false,
        text: `“${oneLine(day, 40)}” is no day I can read. Write 24 Dec, 24 December 1990, or none.`,
      };
    return about(author, async (met) => {
      await store.saveBirthday(met.id, parsed);
      return changed(
        met,
        parsed
          ? `The birthday of ${met.called}: ${birthdayWords(parsed)}.`
          : `The birthday of ${met.called} is forgotten.`,
      );
    });
  }

  async function tag({ author, tag: text = '' }: Options): Promise<Answer> {
    const word = tidyTag(text);
    if (word === '') return { ok: false, text: 'Say which tag, for instance vip.' };
    return about(author, async (met) => {
      if (met.acquaintance.tags.length >= MAX_TAGS)
        return { ok: false, text: `${met.called} has ${MAX_TAGS} tags: take one away first.` };
      const added = await store.tagAcquaintance(met.id, word);
      return added
        ? changed(met, `${met.called} is tagged “${word}”.`)
        : { ok: true, text: `${met.called} has “${word}” already.` };
    });
  }

  async function untag({ author, tag: text = '' }: Options): Promise<Answer> {
    const word = tidyTag(text);
    return about(author, async (met) => {
      const had = await store.untagAcquaintance(met.id, word);
      return had
        ? changed(met, `“${word}” is taken from ${met.called}.`)
        : { ok: false, text: `${met.called} has no tag “${word}”.` };
    });
  }

  async function link({ author, other }: Options, { actor }: DeskAsked): Promise<Answer> {
    return about(author, (one) => about(other, (two) => linked(one.id, two.id, actor)));
  }

  async function linked(one: number, two: number, by: DeskAsked['actor']): Promise<Answer> {
    const [a, b] = [await store.acquaintance(one), await store.acquaintance(two)];
    if (!a || !b) return { ok: false, text: 'One of them is no longer stored.' };
    const done = await store.linkAcquaintances(a.id, b.id, { id: by.id, name: by.name }, clock.now());
    if (done) await redraw(a);
    if (done) await redraw(b);
    return picture(a, done ? 'They are one person from now on.' : 'They are one person already.');
  }

  async function unlink(id: number): Promise<Answer> {
    const before = await store.acquaintance(id);
    if (!before) return { ok: false, text: 'That account is no longer stored.' };
    if (!(await store.unlinkAcquaintance(id)))
      return { ok: false, text: 'That account is linked with no other.' };
    await redraw(before);
    return picture({ ...before, id }, 'That account stands alone again, with what was written about it.');
  }

  async function noContact({ author, reason = '' }: Options, { actor }: DeskAsked): Promise<Answer> {
    const why = cleanLine(reason, MAX_WHY);
    return about(author, async (met) => {
      if (/^(off|undo|none)$/i.test(why)) {
        if (actor.role !== 'manager') return { ok: false, text: 'Only managers may allow contact again.' };
        await store.saveNoContact(met.id, null);
        return changed(met, `${met.called} may be written to again.`);
      }
      await store.saveNoContact(met.id, { why, by: { id: actor.id, name: actor.name }, at: clock.now() });
      return changed(
        met,
        `Nobody but a manager may write to ${met.called} from now on, and every card of theirs says so.`,
      );
    });
  }

  async function press(rest: string, { actor }: DeskAsked): Promise<Answer> {
    const [what, one = 0, other = 0] = numbersOf(rest);
    const there = await store.acquaintance(one);
    if (!there) return { ok: false, text: 'That person is no longer stored.' };
    switch (what) {
      case 'show':
        return picture(there, 'What we know');
      case 'link':
        return linked(one, other, actor);
      case 'unlink':
        return unlink(one);
      case 'apart':
        await store.markStrangers(one, other);
        return picture(there, 'They are two. You are not asked again.');
      default:
        return { ok: false, text: 'This button is of another version of Potluck.' };
    }
  }

  return {
    commands: {
      person: ({ author }) =>
        about(author, (met) => picture(met.acquaintance, `What we know of ${met.called}`)),
      'note-person': note,
      birthday,
      tag,
      untag,
      link,
      unlink: ({ author }) => about(author, (met) => unlink(met.id)),
      'do-not-contact': noContact,
    },
    presses: { person: press },
  };
}

/** `link:12/34` as what is asked and the numbers; zero where there is none. */
export function numbersOf(rest: string): readonly [string, number?, number?] {
  const match = /^([a-z-]{1,20}):(\d{1,15})(?:[/:](\d{1,15}))?$/.exec(rest);
  return match ? [match[1] ?? '', Number(match[2]), match[3] === undefined ? 0 : Number(match[3])] : [''];
}

/** The number of an account, and the human behind it. */
export async function meet(store: Store, found: FoundAuthor): Promise<Met> {
  const id = await store.acquaint(found);
  const acquaintance = await store.acquaintance(id);
  if (!acquaintance) throw new Error(`Acquaintance ${id} was made and is not there.`);
  return { ...found, id, acquaintance, called: calledBy(found.author) };
}

/** Several have that name: each is a button. */
export async function whichOf(deps: PictureDeps, several: readonly FoundAuthor[]): Promise<Answer> {
  const all = await Promise.all(
    several.map(async (each) => ({
      ...each,
      id: await deps.store.acquaint(each),
      words: wordsOf(deps, each),
    })),
  );
  const notice: Notice = {
    title: 'Whom do you mean?',
    tone: 'grey',
    blocks: [
      {
        type: 'list',
        lines: all.map(({ words, author, source, authorId }) => ({
          text: `${author.name || author.handle} – ${words} (${oneLine(`${source}:${authorId}`, 80)})`,
          url: author.url,
        })),
      },
      { type: 'small', text: 'Write the whole handle, or what stands in brackets, to say which.' },
    ],
    buttons: all.map(({ id, words }) => ({ press: `person:show:${id}`, label: oneLine(words, 60) })),
    mention: [],
  };
  return { ok: false, text: 'Several people are called like that.', notice };
}

function wordsOf({ sources }: PictureDeps, { source, author }: AuthorKey & FoundAuthor): string {
  return `${calledBy(author)} on ${sources.get(source)?.label ?? source}`;
}
