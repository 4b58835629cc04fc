import { z } from 'zod';
import { AuthError } from '../../errors.ts';
import type { Dropped } from '../source.ts';
import type { Connection, Repository } from './connection.ts';
import { lockedWords } from './connection.ts';
import { conversationId, type Place, postId } from './ids.ts';
import { GoneError } from './refusals.ts';
import { type Listed, OVERLAP_MS } from './rest-lists.ts';
import {
  type Entry,
  type NodeComment,
  type NodeTopic,
  nodeCommentEntry,
  nodeCommentSchema,
  nodesSchema,
  nodeTopicEntry,
  nodeTopicSchema,
  readList,
  WRITTEN,
} from './shapes.ts';

/**
 * Discussions have no REST API: https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions. A page
 * costs one point, and so does a batch of threads; 5,000 an hour are allowed
 * (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api).
 */
const PAGE = 50;
const MAX_PAGES = 10;
/** Threads read with one query: 10 × 50 × 20 comments is far below the 500,000 nodes that a query may ask for. */
const BATCH = 10;
/** What a poll sees of one thread; a webhook sees everything. */
const POLLED_COMMENTS = 50;
const POLLED_REPLIES = 20;
/** A comment that came while we read has the same second: what changed this recently is read again. */
const SETTLED_MS = 2 * 60_000;
const NEED = 'read access to discussions';

/** Where reading goes on: the time, and of what is as new as that, which state was read already. */
export const discussionMarkSchema = z.object({
  at: z.number(),
  seen: z.record(z.string(), z.number()).catch({}),
});
export type DiscussionMark = z.output<typeof discussionMarkSchema>;

const TOPIC = `id number title locked ${WRITTEN}`;
const COMMENT = `id deletedAt ${WRITTEN}`;

const pageSchema = z.object({
  repository: z.object({
    discussions: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
      nodes: z.array(z.unknown()).nullish(),
    }),
  }),
});

const threadSchema = z.object({ id: z.string(), comments: nodesSchema });
const threadsSchema = z.object({ nodes: z.array(z.unknown()) });
const repliesSchema = z.object({ replies: nodesSchema });

/** Discussions that changed since the mark, newest first as GitHub lists them, with their latest comments. */
export async function listDiscussions(
  connection: Connection,
  repository: Repository,
  mark: DiscussionMark,
  from: number,
  signal: AbortSignal,
): Promise<
  Omit<Listed, 'mark' | 'more'> & { readonly mark: DiscussionMark; readonly deleted: readonly string[] }
> {
  const dropped: Dropped[] = [];
  const { topics, gap } = await changedSince(connection, repository, mark.at, dropped, signal).catch(
    (error: unknown) => {
      // REST shows the repository and GraphQL does not: the token lacks a right.
      if (!(error instanceof GoneError)) throw error;
      throw new AuthError(
        `This access token cannot see the discussions of ${repository.key}. Give it read and write access to discussions, or set discussions: false.`,
        { cause: error },
      );
    },
  );
  const where = { repository: repository.key, kind: 'discussions' as const };
  for (const topic of topics)
    await connection.noteShut(
      { ...where, number: topic.number },
      lockedWords(topic.locked, repository.mayWrite),
    );
  const fresh = topics.filter((topic) => mark.seen[String(topic.number)] !== topic.updatedAt);
  const entries: Entry[] = fresh.map((topic) => nodeTopicEntry(where, topic));
  const deleted: string[] = [];
  for (let at = 0; at < fresh.length; at += BATCH)
    entries.push(
      ...(await threadsOf(connection, repository, fresh.slice(at, at + BATCH), dropped, deleted, signal)),
    );
  const newest = topics.reduce((latest, topic) => Math.max(latest, topic.updatedAt), mark.at);
  const at = Math.max(mark.at, newest - OVERLAP_MS);
  const settled = topics.filter(
    ({ updatedAt }) => updatedAt >= at && updatedAt < connection.clock.now() - SETTLED_MS,
  );
  return {
    entries: entries.filter((entry) => entry.createdAt >= from),
    mark: { at, seen: Object.fromEntries(settled.map((topic) => [String(topic.number), topic.updatedAt])) },
    deleted,
    dropped,
    gap,
  };
}

async function changedSince(
  connection: Connection,
  repository: Repository,
  since: number,
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<{ readonly topics: readonly NodeTopic[]; readonly gap: Listed['gap'] }> {
  const query = `query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) {
    discussions(first: ${PAGE}, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor } nodes { ${TOPIC} } } } }`;
  const [owner, name] = repository.fullName.split('/');
  // A discussion that changes while we read comes again on top: by number, the first one counts.
  const topics = new Map<number, NodeTopic>();
  let after: string | null = null;
  let oldest = Number.POSITIVE_INFINITY;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: z.output<typeof pageSchema> = await connection.api.graphql(
      query,
      { owner, name, after },
      pageSchema,
      {
        need: NEED,
        signal,
      },
    );
    const { nodes, pageInfo } = answer.repository.discussions;
    const got = readList(nodes, nodeTopicSchema, dropped, `${repository.key} discussions`);
    for (const topic of got) {
      oldest = Math.min(oldest, topic.updatedAt);
      if (topic.updatedAt >= since && !topics.has(topic.number)) topics.set(topic.number, topic);
    }
    if (oldest < since || !pageInfo.hasNextPage || !pageInfo.endCursor)
      return { topics: [...topics.values()], gap: null };
    after = pageInfo.endCursor;
  }
  return { topics: [...topics.values()], gap: { from: since, to: oldest } };
}

async function threadsOf(
  connection: Connection,
  repository: Repository,
  topics: readonly NodeTopic[],
  dropped: Dropped[],
  deleted: string[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const query = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Discussion { id
    comments(last: ${POLLED_COMMENTS}) { nodes { ${COMMENT} replies(last: ${POLLED_REPLIES}) { nodes { ${COMMENT} } } } } } } }`;
  const ids = topics.map((topic) => topic.id);
  const call = { need: NEED, partial: true, signal };
  const { nodes } = await connection.api.graphql(query, { ids }, threadsSchema, call);
  const threads = readList(
    nodes.filter((node) => node !== null),
    threadSchema,
    dropped,
    `${repository.key} threads`,
  );
  return threads.flatMap((thread) => {
    const topic = topics.find((one) => one.id === thread.id);
    if (!topic) return [];
    const place: Place = { repository: repository.key, kind: 'discussions', number: topic.number };
    return readComments(place, thread.comments, dropped, deleted).map((one) => one.entry);
  });
}

/** A comment with the id that GraphQL needs to answer it: that of the comment on top of its branch. */
interface Branch {
  readonly entry: Entry;
  readonly answerTo: string;
}

function readComments(
  place: Place,
  raw: readonly unknown[],
  dropped: Dropped[],
  deleted: string[] = [],
): readonly Branch[] {
  const path = `${conversationId(place)} comments`;
  return raw.flatMap((node, index) => {
    // The comment and its replies are read apart: a broken one does not take the other with it.
    const [comment] = readList([node], nodeCommentSchema, dropped, `${path}[${index}]`);
    const replies = repliesSchema.safeParse(node);
    const top = comment && !isDeleted(comment) ? comment : null;
    const parent = comment ? String(comment.databaseId) : null;
    const below = readList(
      replies.success ? replies.data.replies : [],
      nodeCommentSchema,
      dropped,
      `${path}[${index}].replies`,
    );
    const answerTo = comment?.id ?? '';
    for (const one of [...(comment ? [comment] : []), ...below])
      if (isDeleted(one)) deleted.push(postId(place, String(one.databaseId)));
    return [
      ...(top ? [{ entry: nodeCommentEntry(place, top, null), answerTo }] : []),
      ...below
        .filter((reply) => !isDeleted(reply))
        .map((reply) => ({ entry: nodeCommentEntry(place, reply, parent), answerTo })),
    ];
  });
}

/** A deleted comment with replies stays as an empty place: the only deletion that a poll can see. */
function isDeleted(comment: NodeComment): boolean {
  return comment.deletedAt != null;
}

/** A whole discussion, as far as it is read. */
export interface Thread {
  readonly id: string;
  readonly locked: boolean;
  readonly mayWrite: boolean;
  readonly archived: boolean;
  readonly first: Entry;
  readonly branches: readonly Branch[];
}

const wholeSchema = z.object({
  repository: z.object({
    isArchived: z.boolean().catch(false),
    viewerPermission: z.string().nullish().catch(null),
    discussion: nodeTopicSchema.extend({
      comments: z.object({
        pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullish() }),
        nodes: z.array(z.unknown()).nullish(),
      }),
    }),
  }),
});

/** Rights with which one may write in what is locked: https://docs.github.com/en/graphql/reference/enums#repositorypermission */
const WRITERS = new Set(['ADMIN', 'MAINTAIN', 'WRITE']);

/**
 * Reads a discussion from its end until `enough` says so, at most ten pages of a hundred comments.
 *
 * @throws GoneError when it is gone
 */
export async function readThread(
  connection: Connection,
  place: Place,
  enough: (branches: readonly Branch[]) => boolean,
  call: { readonly purpose?: 'read' | 'answer'; readonly signal: AbortSignal },
): Promise<Thread> {
  const query = `query($owner: String!, $name: String!, $number: Int!, $before: String) {
    repository(owner: $owner, name: $name) { isArchived viewerPermission discussion(number: $number) { ${TOPIC}
      comments(last: 100, before: $before) { pageInfo { hasPreviousPage startCursor }
        nodes { ${COMMENT} replies(last: 100) { nodes { ${COMMENT} } } } } } } }`;
  const [owner, name] = place.repository.split('/');
  const branches: Branch[] = [];
  let before: string | null = null;
  for (let page = 1; ; page++) {
    const variables = { owner, name, number: place.number, before };
    const answer: z.output<typeof wholeSchema> = await connection.api.graphql(query, variables, wholeSchema, {
      need: NEED,
      ...call,
    });
    const { isArchived: archived, viewerPermission, discussion } = answer.repository;
    const { pageInfo, nodes } = discussion.comments;
    branches.push(...readComments(place, nodes ?? [], []));
    if (pageInfo.hasPreviousPage && pageInfo.startCursor && page < 10 && !enough(branches)) {
      before = pageInfo.startCursor;
      continue;
    }
    const mayWrite = WRITERS.has(viewerPermission ?? '');
    return {
      id: discussion.id,
      locked: discussion.locked,
      mayWrite,
      archived,
      first: nodeTopicEntry(place, discussion),
      branches,
    };
  }
}
