import { type Listing, type Params, readListing } from '../kit/meta/graph.ts';
import type { Dropped } from '../source.ts';
import type { Account } from './account.ts';
import { COMMENT_FIELDS, commentSchema, type InstagramComment, type Thread, threadSchema } from './shapes.ts';

/** “A maximum of 50 comments per query”: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments */
const LIMIT = 50;
/** 500 answers to one comment. */
const MAX_REPLY_PAGES = 10;

/** Comments of the first level with their answers, as a field of media. */
export function nestedComments(limit: number): string {
  return `comments.limit(${limit}){${threadFields(limit)}}`;
}

function threadFields(limit: number): string {
  return `${COMMENT_FIELDS},replies.limit(${limit}){${COMMENT_FIELDS}}`;
}

interface Asked {
  readonly dropped: Dropped[];
  readonly signal: AbortSignal;
}

/** All answers to a comment; the first page may be there already. */
export async function readReplies(
  account: Account,
  commentId: string,
  asked: Asked,
  first?: unknown,
): Promise<readonly InstagramComment[]> {
  const found = new Map<string, InstagramComment>();
  const read = (json: unknown): Listing<InstagramComment> =>
    readListing(commentSchema, json, asked.dropped, 'answers');
  const list = async (next: Params): Promise<Listing<InstagramComment>> =>
    read(
      await account.graph.call(`/${commentId}/replies`, {
        params: { fields: COMMENT_FIELDS, limit: LIMIT, ...next },
        signal: asked.signal,
      }),
    );
  let listing = first == null ? await list({}) : read(first);
  for (let pages = 1; ; pages++) {
    for (const reply of listing.entries)
      found.set(reply.id, { ...reply, parent_id: reply.parent_id ?? commentId });
    if (listing.next === null || pages >= MAX_REPLY_PAGES) return [...found.values()];
    listing = await list(listing.next);
  }
}

export interface CommentsRead {
  /** Comments and answers. */
  readonly comments: readonly InstagramComment[];
  /** There are older ones that were not read. */
  readonly cut: boolean;
}

/** The comments of a post down to `since`, whichever end the service sends first. */
export async function readComments(
  account: Account,
  mediaId: string,
  options: Asked & { readonly since: number; readonly maxPages: number; readonly first: unknown },
): Promise<CommentsRead> {
  const { since, maxPages, dropped, signal } = options;
  const found = new Map<string, InstagramComment>();
  const read = (json: unknown): Listing<Thread> => readListing(threadSchema, json, dropped, 'comments');
  let listing = read(options.first);
  for (let pages = 1; ; pages++) {
    const before = found.size;
    for (const { replies, ...comment } of listing.entries) {
      found.set(comment.id, comment);
      if (replies == null) continue;
      for (const reply of await readReplies(account, comment.id, options, replies))
        found.set(reply.id, reply);
    }
    const { next } = listing;
    if (next === null || reaches(listing.entries, since))
      return { comments: [...found.values()], cut: false };
    // A page that brings nothing new would bring nothing new for ever.
    const stuck = listing.entries.length > 0 && found.size === before;
    if (pages >= maxPages || stuck) return { comments: [...found.values()], cut: true };
    const params = { fields: threadFields(LIMIT), limit: LIMIT, ...next };
    listing = read(await account.graph.call(`/${mediaId}/comments`, { params, signal }));
  }
}

/** Whether a page that has the newest first ends before `since`; one that has the oldest first never does. */
function reaches(entries: readonly Thread[], since: number): boolean {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return false;
  return first.timestamp >= last.timestamp && last.timestamp < since;
}
