import { COPY_WINDOW, createCopyWindow, isCopy, type Sketch, sketchOf } from '../domain/copies.ts';
import { COPIES_WINDOW_MS, copyWords, gatherCopies } from '../domain/copy-notice.ts';
import type { Signature } from '../domain/incident.ts';
import type { Item } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Reason, Verdict } from '../domain/triage/verdict.ts';
import type { Queries } from '../store/store.ts';

/** What a look for copies of a post found. */
export interface Looked {
  /** Null where the post says too little, or is grouped otherwise. */
  readonly sketch: Sketch | null;
  readonly alike: readonly Signature[];
  /** What its card says of them; null where there are none. */
  readonly reason: Reason | null;
}

/** Finds texts that many post. One for each process; what others found is read from the ledger. */
export interface Copies {
  look(queries: Queries, post: Post, verdict: Pick<Verdict, 'kinds'>, now: number): Promise<Looked>;
  /** Remembers a new item. True when it is on the card that all of its copies have together, and needs none of its own. */
  join(queries: Queries, item: Item, post: Post, looked: Looked, now: number): Promise<boolean>;
}

/** Where nobody looks. */
export const NO_COPIES: Looked = { sketch: null, alike: [], reason: null };
/** Items that are read again at each look: another process may have made a lower number visible later. */
const OVERLAP = 200;
const MEMBERS = 200;

export function createCopies(): Copies {
  const window = createCopyWindow();
  let newest = 0;

  async function refresh(queries: Queries, now: number): Promise<void> {
    const rows = await queries.sketchesAfter(
      Math.max(0, newest - OVERLAP),
      now - COPIES_WINDOW_MS,
      COPY_WINDOW,
    );
    for (const { itemId, sketch } of rows) {
      window.add(itemId, sketch);
      newest = Math.max(newest, itemId);
    }
  }

  return {
    async look(queries, post, verdict, now) {
      // Complaints about one matter are told by what they are about, in whatever words.
      const sketch = verdict.kinds.includes('complaint') ? null : sketchOf(readableText(post));
      if (!sketch) return NO_COPIES;
      await refresh(queries, now);
      const ids = window.copiesOf(sketch);
      if (ids.length === 0) return { ...NO_COPIES, sketch };
      const found = await queries.signaturesOf(ids);
      const alike = found.filter(
        (each) => each.at >= now - COPIES_WINDOW_MS && each.sketch !== null && isCopy(sketch, each.sketch),
      );
      return { sketch, alike, reason: alike.length > 0 ? await reasonOf(queries, alike, now) : null };
    },

    async join(queries, item, post, { sketch, alike }, now) {
      if (!sketch) return false;
      const author = `${post.source}/${post.author.id}`;
      await queries.rememberSignature({ itemId: item.id, author, words: [], at: now, sketch });
      const found = gatherCopies(author, alike);
      if (found === null) return false;
      if ('join' in found) await queries.joinIncident(found.join, item.id, now);
      else await queries.beginIncident([...found.begin, item.id], now, 'copies');
      // Whoever asks us something is answered, whatever others asked in the same words.
      return !(item.answerDue && item.kinds.includes('question'));
    },
  };
}

/** How many others there are, and whose came first. */
async function reasonOf(queries: Queries, alike: readonly Signature[], now: number): Promise<Reason | null> {
  const incident = alike.find((each) => each.incident?.state === 'open')?.incident ?? null;
  const members = incident ? await queries.incidentItems(incident.id, MEMBERS) : [];
  const firstId = Math.min(...alike.map(({ itemId }) => itemId), ...members.map(({ id }) => id));
  const first = await queries.item(firstId);
  const post = first && (await queries.post(first.source, first.postId));
  if (!first) return null;
  const others = Math.max(members.length, alike.length);
  const handle = post?.author.handle ?? '';
  const by = handle === '' ? (post?.author.name ?? '') : `@${handle.replace(/^@/, '')}`;
  return { code: 'copy', text: copyWords(others, now - first.openedAt, by) };
}
