import type { Clock } from '../clock.ts';
import { type Acquaintance, type AuthorKey, authorKey, type Known } from '../domain/acquaintance.ts';
import { deedWords, isAdvocate, whoKnows } from '../domain/advocates.ts';
import { daysToBirthday } from '../domain/birthday.ts';
import { dayIn } from '../domain/calendar.ts';
import { type Item, isClosed, isUnpublished } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import { topicsOf } from '../domain/topics.ts';
import type { Source } from '../sources/source.ts';
import type { Queries, Standing } from '../store/store.ts';

/** What an advocate said longer ago may not hold any more. */
const FRESH_MS = 365 * 24 * 60 * 60_000;
/** Deeds looked at for all cards of a list together. */
const MAX_DEEDS = 2_000;
const MAX_SUGGESTED = 2;

/** An item with the post that its card shows. */
export interface Shown {
  readonly item: Item;
  readonly post: Post;
}

/** What we know of the authors of many cards at once: the same few queries for one card and for two hundred. */
export type KnownLookup = (shown: readonly Shown[]) => Promise<ReadonlyMap<number, Known>>;

/**
 * @param zone in whose days birthdays are counted
 * @param names of the brand: everybody here uses them, so they are no subject
 */
export function createKnown(deps: {
  readonly queries: Queries;
  readonly clock: Clock;
  readonly sources: ReadonlyMap<string, Source>;
  readonly zone: string;
  readonly names: readonly string[];
}): KnownLookup {
  const { queries, clock } = deps;

  return async (all) => {
    const shown = all.filter(({ item, post }) => !post.ours && !isUnpublished(item));
    if (shown.length === 0) return new Map();
    const authors = shown.map(({ post }) => ({ source: post.source, authorId: post.author.id }));
    const questions = await asked(shown);
    const knowing = [
      ...new Map([...questions.values()].flat().map((each) => [authorKey(each), each])).values(),
    ];
    const everybody = [...authors, ...knowing];
    const acquaintances = await queries.acquaintances(everybody);
    const standings = await queries.standings(everybody);
    const elsewhere = await accountsOf(acquaintances);
    const now = clock.now();
    const today = dayIn(now, deps.zone);
    return new Map(
      shown.map(({ item, post }) => {
        const key = authorKey({ source: post.source, authorId: post.author.id });
        const acquaintance = acquaintances.get(key) ?? null;
        const standing = standings.get(key);
        const known: Known = {
          acquaintance,
          birthdayInDays: acquaintance?.birthday ? daysToBirthday(acquaintance.birthday, today) : null,
          deeds: standing && isAdvocate(standing.rank, standing, now) ? deedWords(standing) : [],
          elsewhere: acquaintance
            ? (elsewhere.get(acquaintance.id) ?? [])
                .filter((each) => each.key !== key)
                .map(({ words }) => words)
            : [],
          suggestions: suggestions(questions.get(item.id) ?? [], {
            key,
            acquaintance,
            acquaintances,
            standings,
            now,
          }),
        };
        return [item.id, known];
      }),
    );
  };

  /** By item: who talked about what is asked, whoever they are. */
  async function asked(shown: readonly Shown[]): Promise<ReadonlyMap<number, ReturnType<typeof whoKnows>>> {
    const open = shown.filter(({ item }) => item.kinds.includes('question') && !isClosed(item));
    const topics = new Map(
      open.map(({ item, post }) => [item.id, topicsOf(readableText(post), deps.names)] as const),
    );
    const wanted = new Set([...topics.values()].flatMap((each) => [...each.keys()]));
    if (wanted.size === 0) return new Map();
    const deeds = await queries.deedsAbout([...wanted], clock.now() - FRESH_MS, MAX_DEEDS);
    if (deeds.length === 0) return new Map();
    return new Map(
      open.map(({ item, post }) => {
        // Without small words of the language, one word in common may be “the”.
        const least = post.lang === null || /^(en|de|fr|es|it|pt|nl)\b/i.test(post.lang) ? 1 : 2;
        return [item.id, whoKnows(topics.get(item.id) ?? new Map(), deeds, least, 10)];
      }),
    );
  }

  /** Accounts of linked acquaintances, in words. One look-up an account: few people have several. */
  async function accountsOf(
    acquaintances: ReadonlyMap<string, Acquaintance>,
  ): Promise<ReadonlyMap<number, readonly { key: string; words: string }[]>> {
    const linked = [...new Set(acquaintances.values())].filter(({ authors }) => authors.length > 1);
    const found = await Promise.all(
      linked.map(async ({ id, authors }) => {
        const looks = await Promise.all(authors.map((author) => accountWords(queries, deps.sources, author)));
        return [
          id,
          authors.map((author, at) => ({ key: authorKey(author), words: looks[at] ?? '' })),
        ] as const;
      }),
    );
    return new Map(found);
  }
}

interface Around {
  readonly key: string;
  readonly acquaintance: Acquaintance | null;
  readonly acquaintances: ReadonlyMap<string, Acquaintance>;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly now: number;
}

/** "Somebody who knows: @mira (praised the lid twice)": advocates only, never the one who asks, never who wants no contact. */
function suggestions(
  knowing: ReturnType<typeof whoKnows>,
  { key, acquaintance, acquaintances, standings, now }: Around,
): readonly string[] {
  return knowing
    .flatMap((each) => {
      const theirs = acquaintances.get(authorKey(each));
      const standing = standings.get(authorKey(each));
      if (authorKey(each) === key || (theirs && theirs === acquaintance) || theirs?.noContact) return [];
      if (!standing || !isAdvocate(standing.rank, standing, now)) return [];
      return [`Somebody who knows: ${calledBy(standing)} (${each.why})`];
    })
    .slice(0, MAX_SUGGESTED);
}

/** As people of the team speak of them: "@mira". */
export function calledBy({ name, handle }: { readonly name: string; readonly handle: string }): string {
  if (handle === '') return name || 'somebody';
  return handle.startsWith('@') || handle.includes('/') ? handle : `@${handle}`;
}

/** "@mira on Mastodon". */
export async function accountWords(
  queries: Pick<Queries, 'authorAsLast'>,
  sources: ReadonlyMap<string, Pick<Source, 'label'>>,
  author: AuthorKey,
): Promise<string> {
  const look = await queries.authorAsLast(author);
  const label = sources.get(author.source)?.label ?? author.source;
  return `${calledBy(look ?? { name: '', handle: '' })} on ${label}`;
}

/** Why nobody but a manager may write to the author of an item's post, in words; null when everybody may. */
export async function whyNotContact(queries: Queries, item: Item): Promise<string | null> {
  if (isUnpublished(item)) return null;
  const post = await queries.post(item.source, item.postId);
  if (!post || post.ours) return null;
  const key = { source: post.source, authorId: post.author.id };
  const shy = (await queries.acquaintances([key])).get(authorKey(key))?.noContact;
  if (!shy) return null;
  const reason = shy.why === '' ? '' : ` (${shy.why})`;
  return `They do not want to hear from us${reason}, says ${shy.by.name}. A manager may decide otherwise.`;
}
