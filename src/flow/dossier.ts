import type { Clock } from '../clock.ts';
import type { AcquaintanceNote, AuthorKey } from '../domain/acquaintance.ts';
import type { Item, ItemEvent } from '../domain/item.ts';
import type { Post } from '../domain/post.ts';
import type { DeedRow, Queries, ReplyRow } from '../store/store.ts';

/** Rows of each sort that an export holds; nobody writes to a shop more often than that. */
const MOST = 10_000;
const PAGE = 500;
const EVENTS = 1_000;

/** Everything that is held about one human, for themselves to read: JSON without anything of others but what we answered. */
export interface Dossier {
  readonly exportedAt: string;
  readonly accounts: readonly {
    readonly source: string;
    readonly authorId: string;
    readonly author: Post['author'] | null;
    readonly linked: { readonly by: string; readonly at: string } | null;
    readonly posts: readonly Post[];
    readonly deeds: readonly DeedRow[];
    readonly items: readonly { readonly item: Item; readonly events: readonly ItemEvent[] }[];
    readonly replies: readonly Pick<ReplyRow, 'id' | 'itemId' | 'text' | 'at' | 'state' | 'url'>[];
  }[];
  readonly birthday: { readonly month: number; readonly day: number; readonly year: number | null } | null;
  readonly tags: readonly string[];
  readonly doNotContact: { readonly why: string; readonly by: string; readonly at: string } | null;
  readonly notes: readonly AcquaintanceNote[];
  /** True when some list was too long to be whole. */
  readonly cut: boolean;
}

/** @param authors all accounts of one human */
export async function makeDossier(
  queries: Queries,
  clock: Clock,
  authors: readonly AuthorKey[],
): Promise<Dossier> {
  let cut = false;
  const accounts = [];
  const found = await queries.acquaintances(authors);
  const acquaintance = [...found.values()][0] ?? null;
  for (const author of authors) {
    const posts = await allPosts(queries, author);
    const items = await queries.itemsOfAuthor(author.source, author.authorId, MOST);
    const withEvents = [];
    for (const item of items) withEvents.push({ item, events: await queries.events(item.id, EVENTS) });
    const deeds = await queries.deedsOf(author, MOST);
    cut ||= posts.length >= MOST || items.length >= MOST || deeds.length >= MOST;
    const linked = acquaintance?.authors.find(
      (each) => each.source === author.source && each.authorId === author.authorId,
    )?.linked;
    accounts.push({
      ...author,
      author: posts[0]?.author ?? null,
      linked: linked ? { by: linked.by.name, at: iso(linked.at) } : null,
      posts,
      deeds,
      items: withEvents,
      replies: await queries.repliesTo(items.map(({ id }) => id)),
    });
  }
  const shy = acquaintance?.noContact;
  return {
    exportedAt: iso(clock.now()),
    accounts,
    birthday: acquaintance?.birthday ?? null,
    tags: acquaintance?.tags ?? [],
    doNotContact: shy ? { why: shy.why, by: shy.by.name, at: iso(shy.at) } : null,
    notes: acquaintance ? await queries.acquaintanceNotes(acquaintance.id, MOST) : [],
    cut,
  };
}

async function allPosts(queries: Queries, author: AuthorKey): Promise<readonly Post[]> {
  const posts = new Map<string, Post>();
  let before: number | undefined;
  while (posts.size < MOST) {
    const page = await queries.postsOfAuthor(author, PAGE, before);
    const known = posts.size;
    for (const post of page) posts.set(post.id, post);
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    // Posts of one millisecond may stand on both sides of a page: they are looked at again.
    before = posts.size > known ? last.createdAt + 1 : last.createdAt;
  }
  return [...posts.values()];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
