import { type Acquaintance, type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import type { Post } from '../domain/post.ts';
import { oneLine } from '../domain/text.ts';
import type { Store } from '../store/store.ts';

const MOST = 10;

/** An author somebody asked for. */
export interface FoundAuthor extends AuthorKey {
  readonly author: Post['author'];
}

/** Whom words mean: one human (with the account that was named), several that it may be, or nobody. */
export type Found =
  | { readonly one: FoundAuthor }
  | { readonly several: readonly FoundAuthor[] }
  | { readonly nobody: string };

/**
 * Finds somebody who writes to us by what a person types: `@mira.example`, a part of the name, `#12` for whoever #12 is
 * about, or `bluesky:did:plc:…` (source and id) where nothing else tells two apart.
 */
export async function findAuthor(store: Store, words: string): Promise<Found> {
  const text = words.trim().slice(0, 500);
  const number = /^#?(\d{1,12})$/.exec(text)?.[1];
  if (number !== undefined) {
    const item = await store.item(Number(number));
    const post = item && (await store.post(item.source, item.postId));
    if (post && !post.ours) return { one: found(post.source, post.author) };
    if (text.startsWith('#')) return { nobody: `#${number} is about nobody that Potluck knows.` };
  }
  const at = text.indexOf(':');
  if (at > 0) {
    const key = { source: text.slice(0, at), authorId: text.slice(at + 1) };
    const author = await store.authorAsLast(key);
    if (author) return { one: { ...key, author } };
  }
  const all = (await store.authorsNamed(text, MOST)).map(({ source, author }) => found(source, author));
  if (all.length === 0)
    return {
      nobody: `Nobody called “${oneLine(text, 80)}” has written to us. Try a part of the name.`,
    };
  const handle = plainHandle(text);
  const exact = all.filter((each) => plainHandle(each.author.handle) === handle);
  return oneOf(store, exact.length > 0 ? exact : all);
}

function found(source: string, author: Post['author']): FoundAuthor {
  return { source, authorId: author.id, author };
}

/** Several accounts of one human are one. */
async function oneOf(store: Store, all: readonly FoundAuthor[]): Promise<Found> {
  const [first] = all;
  if (first && all.length === 1) return { one: first };
  const known = await store.acquaintances(all);
  const humans = new Set(
    all.map((each): Acquaintance | string => known.get(authorKey(each)) ?? authorKey(each)),
  );
  return first && humans.size === 1 ? { one: first } : { several: all };
}

function plainHandle(handle: string): string {
  return handle.toLowerCase().replace(/^@+/, '');
}
