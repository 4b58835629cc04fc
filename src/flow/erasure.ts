import type { Clock } from '../clock.ts';
import type { AuthorKey } from '../domain/acquaintance.ts';
import { isUnpublished } from '../domain/item.ts';
import type { Store } from '../store/store.ts';
import { authorHash, postHash, SALT } from './forgotten.ts';
import { apply } from './ingest.ts';

/** Items of one author that an erasure looks at for replies on their way. */
const MAX_ITEMS = 10_000;

export interface EraseDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Unique for ever, and not to be guessed. */
  readonly newId: () => string;
  readonly changed: (itemIds: readonly number[]) => void;
}

export type ErasedPerson =
  | {
      readonly ok: true;
      readonly posts: number;
      /** Items that were about them. */
      readonly items: number;
      /** Cards and notices that say less now. */
      readonly redrawn: number;
    }
  | { readonly ok: false; readonly text: string };

/**
 * Takes a person out of the ledger, account by account: posts, items, events, replies, notices, notes, caches. What stays
 * is how many there were, and a hash by which their old posts are known when a network brings them again. May be run
 * again: what is gone is gone.
 */
export async function erasePerson(
  { store, clock, newId, changed }: EraseDeps,
  authors: readonly AuthorKey[],
): Promise<ErasedPerson> {
  for (const author of authors) {
    const items = await store.itemsOfAuthor(author.source, author.authorId, MAX_ITEMS);
    const sending = items.find((item) => item.sending);
    if (sending)
      return { ok: false, text: `A reply to #${sending.id} is on its way. Try again in a minute.` };
  }
  const salt = await saltOf(store, newId);
  const redrawn = new Set<number>();
  let [posts, items, notices] = [0, 0, 0];
  for (const author of authors) {
    // Under the lock of the deliveries: no post of theirs comes in while they go.
    const erased = await store.transaction(`source:${author.source}`, async (queries) => {
      const now = clock.now();
      const gone = await queries.eraseAuthor(author, newId());
      await queries.rememberErased(
        [authorHash(salt, author), ...gone.postIds.map((id) => postHash(salt, author.source, id))],
        now,
      );
      const theirs = new Set(gone.theirs);
      for (const id of gone.touched) {
        const item = await queries.item(id);
        if (!item) continue;
        const type = theirs.has(id) && !isUnpublished(item) ? 'author-erased' : 'author-changed';
        await apply(queries, item, { type }, now);
      }
      return gone;
    });
    posts += erased.postIds.length;
    items += erased.theirs.length;
    notices += erased.notices;
    for (const id of erased.touched) redrawn.add(id);
  }
  changed([...redrawn]);
  return { ok: true, posts, items, redrawn: redrawn.size + notices };
}

async function saltOf(store: Store, newId: () => string): Promise<string> {
  return store.transaction('erasure', async (queries) => {
    const there = await queries.setting(SALT);
    if (there !== null) return there;
    const made = `${newId()}${newId()}`;
    await queries.saveSetting(SALT, made);
    return made;
  });
}
