import type { Clock } from '../clock.ts';
import {
  type Acquaintance,
  type AuthorKey,
  type AuthorLook,
  localHandle,
  noContactWords,
  perhapsTheSame,
} from '../domain/acquaintance.ts';
import { deedWords, isAdvocate } from '../domain/advocates.ts';
import { birthdayIn, birthdayWords, daysToBirthday } from '../domain/birthday.ts';
import { dayIn } from '../domain/calendar.ts';
import { ago, type Item } from '../domain/item.ts';
import { KIND_LABELS, standingWords } from '../domain/make-card.ts';
import type { Notice, NoticeBlock, NoticeButton, NoticeLine } from '../domain/notice.ts';
import type { Post } from '../domain/post.ts';
import { many, oneLine } from '../domain/text.ts';
import type { Source } from '../sources/source.ts';
import type { Queries, Standing } from '../store/store.ts';
import { calledBy } from './known.ts';

const LATEST = 5;
const NOTES = 5;
const CANDIDATES = 3;
const LOOKED_AT = 20;
/** No conversation has this id: nothing is left out. */
const NO_CONVERSATION = '';

export interface PictureDeps {
  readonly store: Queries;
  readonly clock: Clock;
  readonly sources: ReadonlyMap<string, Pick<Source, 'label'>>;
  /** In whose days birthdays are counted. */
  readonly zone: string;
}

interface Account extends AuthorKey {
  /** The number of the account. */
  readonly id: number;
  readonly author: Post['author'] | null;
  /** "@mira on Bluesky". */
  readonly words: string;
}

/** All that the team knows of somebody, on all their accounts, with what can be done about it. */
export async function makePicture(deps: PictureDeps, acquaintance: Acquaintance): Promise<Notice> {
  const { store } = deps;
  const accounts = await Promise.all(acquaintance.authors.map((author) => accountOf(deps, author)));
  const histories = await Promise.all(
    accounts.map((each) => store.author(each.source, each.authorId, NO_CONVERSATION)),
  );
  const items = await latestItems(store, accounts);
  const notes = await store.acquaintanceNotes(acquaintance.id, NOTES);
  const standings = [...(await store.standings(accounts)).values()];
  const alike = await candidates(deps, acquaintance, accounts);
  const sum = (count: (each: (typeof histories)[number]) => number): number =>
    histories.reduce((all, each) => all + count(each), 0);
  const first = Math.min(...histories.flatMap(({ firstMetAt }) => firstMetAt ?? []));
  const met = Number.isFinite(first) ? ` · first met ${dayIn(first, deps.zone)}` : '';
  const counts = `${many(
    sum((each) => each.conversations),
    'conversation',
  )}, ${many(
    sum((each) => each.posts),
    'post',
  )}${met}`;
  const [leading] = accounts;
  const blocks: NoticeBlock[] = [
    ...(acquaintance.noContact
      ? [{ type: 'text', text: `🚫 ${noContactWords(acquaintance.noContact)}` } as const]
      : []),
    { type: 'list', lines: accounts.map(({ words, author }) => ({ text: words, url: author?.url ?? null })) },
    { type: 'text', text: [counts, ...facts(deps, acquaintance, standings)].join('\n') },
    ...section('How it went', items.map(itemLine)),
    ...section(
      'Notes',
      notes.map(({ text, by, at }) => ({
        text: `${oneLine(text, 300)} – ${by.name}, ${ago(deps.clock.now() - at)}`,
      })),
    ),
    ...section(
      'Perhaps the same person',
      alike.map(({ account, why }) => ({
        text: `${account.words}: ${why.join(', ')}`,
        url: account.author?.url ?? null,
      })),
    ),
  ];
  return {
    title: leading?.author?.name || leading?.author?.handle || 'Somebody',
    tone: acquaintance.noContact ? 'red' : 'grey',
    blocks,
    buttons: [...alike.flatMap(({ account }) => pairButtons(leading, account)), ...unlinkButtons(accounts)],
    mention: [],
  };
}

function section(title: string, lines: readonly NoticeLine[]): NoticeBlock[] {
  return lines.length === 0
    ? []
    : [
        { type: 'heading', text: title },
        { type: 'list', lines },
      ];
}

async function accountOf(
  { store, sources }: PictureDeps,
  { id, source, authorId }: AuthorKey & { readonly id: number },
): Promise<Account> {
  const author = await store.authorAsLast({ source, authorId });
  const label = sources.get(source)?.label ?? source;
  return {
    id,
    source,
    authorId,
    author,
    words: `${calledBy(author ?? { name: '', handle: '' })} on ${label}`,
  };
}

function facts(
  { clock, zone }: PictureDeps,
  { birthday, tags }: Acquaintance,
  standings: readonly Standing[],
): readonly string[] {
  const now = clock.now();
  const days = birthday && daysToBirthday(birthday, dayIn(now, zone));
  const deeds = standings.flatMap((standing) =>
    isAdvocate(standing.rank, standing, now) ? deedWords(standing) : [],
  );
  return [
    ...(birthday && days !== null ? [`Birthday: ${birthdayWords(birthday)} (${birthdayIn(days)})`] : []),
    ...(tags.length > 0 ? [`Tags: ${tags.join(', ')}`] : []),
    ...(deeds.length > 0 ? [`An advocate: ${deeds.join(', ')}`] : []),
  ];
}

async function latestItems(store: Queries, accounts: readonly AuthorKey[]): Promise<readonly Item[]> {
  const all = await Promise.all(
    accounts.map(({ source, authorId }) => store.itemsOfAuthor(source, authorId, LATEST)),
  );
  return all
    .flat()
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, LATEST);
}

function itemLine(item: Item): NoticeLine {
  const about = item.kinds.map((kind) => KIND_LABELS[kind]).join(' · ') || 'Our own post';
  return { text: `${about} – ${standingWords(item)}`, itemId: item.id };
}

/** Who may be the same human, with the reasons: found by name and handle, never the ones that the team told apart. */
async function candidates(
  deps: PictureDeps,
  acquaintance: Acquaintance,
  accounts: readonly Account[],
): Promise<readonly { readonly account: Account; readonly why: readonly string[] }[]> {
  const { store } = deps;
  const own = new Set(acquaintance.authors.map(({ id }) => id));
  const found: { account: Account; why: readonly string[] }[] = [];
  for (const account of accounts.slice(0, CANDIDATES)) {
    if (!account.author) continue;
    const mine = await lookOf(store, account, account.author);
    for (const words of new Set([localHandle(account.author.handle), account.author.name])) {
      for (const { source, author } of words === '' ? [] : await store.authorsNamed(words, 10)) {
        if (source === account.source || found.length >= CANDIDATES) continue;
        const key = { source, authorId: author.id };
        const why = perhapsTheSame(mine, await lookOf(store, key, author));
        if (why.length === 0) continue;
        const id = await store.acquaint(key);
        if (own.has(id) || found.some((each) => each.account.id === id)) continue;
        if (await store.areStrangers(account.id, id)) continue;
        found.push({ account: await accountOf(deps, { id, ...key }), why });
      }
    }
  }
  return found;
}

async function lookOf(store: Queries, key: AuthorKey, author: Post['author']): Promise<AuthorLook> {
  const posts = await store.postsOfAuthor(key, LOOKED_AT);
  return {
    source: key.source,
    name: author.name,
    handle: author.handle,
    url: author.url,
    links: posts.flatMap(({ links }) => links),
  };
}

function pairButtons(leading: Account | undefined, other: Account): readonly NoticeButton[] {
  if (!leading) return [];
  const pair = `${leading.id}/${other.id}`;
  return [
    { press: `person:link:${pair}`, label: `Link ${oneLine(other.words, 40)}`, style: 'primary' },
    { press: `person:apart:${pair}`, label: 'Not the same' },
  ];
}

function unlinkButtons(accounts: readonly Account[]): readonly NoticeButton[] {
  if (accounts.length < 2) return [];
  return accounts
    .slice(0, 4)
    .map(({ id, words }) => ({ press: `person:unlink:${id}`, label: `Unlink ${oneLine(words, 40)}` }));
}
