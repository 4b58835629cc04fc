import type { Post } from '../../domain/post.ts';
import { UnavailableError } from '../../errors.ts';
import { bounded, MAX_CONVERSATION } from '../kit/conversation.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Connection } from './connection.ts';
import { lockedWords } from './connection.ts';
import { readThread } from './discussions.ts';
import { type PostId, parseId } from './ids.ts';
import { viaOf } from './poll.ts';
import { GoneError } from './refusals.ts';
import { editsOf } from './rest-lists.ts';
import {
  commentEntry,
  commentSchema,
  type Entry,
  readList,
  type Topic,
  topicEntry,
  topicSchema,
} from './shapes.ts';

const PAGE = 100;
/** The first page and the last ones: of a thread of ten thousand, what began it and what is said now. */
const LAST_PAGES = 5;

/** The issue or pull request itself. @throws GoneError when it is gone */
export async function readTopic(
  connection: Connection,
  place: PostId,
  call: { readonly purpose?: 'read' | 'answer'; readonly signal: AbortSignal },
): Promise<Topic> {
  const path = `/repos/${place.repository}/issues/${place.number}`;
  const { json } = await connection.api.rest(path, { need: 'read access to issues', ...call });
  const parsed = topicSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(
    `GitHub says nothing readable of ${place.repository}#${place.number}: ${problemsOf(parsed.error)}.`,
  );
}

async function issueThread(
  connection: Connection,
  place: PostId,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const topic = await readTopic(connection, place, { signal });
  await noteLock(connection, place, topic.locked, signal);
  const edits = await editsOf(connection, [topic], signal);
  const entries = [topicEntry(place, topic, edits.get(topic.node_id ?? '') ?? null)];
  // GitHub lists them oldest first and no other way: https://docs.github.com/en/rest/issues/comments#list-issue-comments
  const pages = Math.ceil(topic.comments / PAGE);
  const first = Math.max(1, pages - LAST_PAGES + 1);
  for (let page = first; page <= pages; page++) {
    const path = `/repos/${place.repository}/issues/${place.number}/comments?per_page=${PAGE}&page=${page}`;
    const { json } = await connection.api.rest(path, { need: 'read access to issues', signal });
    entries.push(
      ...readList(json, commentSchema, [], 'comments').map((comment) => commentEntry(place, comment)),
    );
  }
  return entries;
}

async function noteLock(
  connection: Connection,
  place: PostId,
  locked: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!connection.config.repositories.some((name) => name.toLowerCase() === place.repository)) return;
  const { mayWrite } = await connection.repository(place.repository, signal);
  await connection.noteShut(place, lockedWords(locked, mayWrite));
}

async function discussionThread(
  connection: Connection,
  place: PostId,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const enough = (branches: readonly unknown[]): boolean => branches.length >= MAX_CONVERSATION;
  const thread = await readThread(connection, place, enough, { signal });
  await connection.noteShut(place, lockedWords(thread.locked, thread.mayWrite));
  return [thread.first, ...thread.branches.map((branch) => branch.entry)];
}

/** @see Source.conversation */
export function createConversation(connection: Connection) {
  return async (post: Post, signal: AbortSignal): Promise<readonly Post[]> => {
    const place = parseId(post.conversationId);
    if (!place) return [];
    const me = await connection.session(signal);
    try {
      const read = place.kind === 'issues' ? issueThread : discussionThread;
      const posts = (await read(connection, place, signal)).map((entry) =>
        connection.toPost(entry, viaOf(entry, me.login)),
      );
      if (posts.some((one) => one.id === post.id)) return bounded(posts, post, post.conversationId);
      // Of a giant thread only a part was read: there the comment is taken to be in the other one.
      return posts.length >= MAX_CONVERSATION ? bounded([...posts, post], post, post.conversationId) : [];
    } catch (error) {
      if (error instanceof GoneError) return [];
      throw error;
    }
  };
}
