import { z } from 'zod';
import type { Via } from '../../domain/post.ts';
import type { Dropped } from '../source.ts';
import type { Connection } from './connection.ts';
import { lockedWords } from './connection.ts';
import type { Kind } from './ids.ts';
import {
  type Entry,
  nodeCommentEntry,
  nodeCommentSchema,
  nodesSchema,
  nodeTopicEntry,
  nodeTopicSchema,
  readList,
  WRITTEN,
} from './shapes.ts';

/**
 * Search finds issues, pull requests and discussions, and never a comment by itself: the latest comments of what it
 * finds are looked through for the words. https://docs.github.com/en/search-github/searching-on-github
 */
const PAGE = 25;
const MAX_PAGES = 4;
const LOOKED_THROUGH = 30;

const COMMENTS = `comments(last: ${LOOKED_THROUGH}) { nodes { id ${WRITTEN} } }`;
const PLACE = 'repository { nameWithOwner isArchived viewerPermission }';
const QUERIES: Readonly<Record<Kind, string>> = {
  issues: `query($q: String!, $after: String) { search(type: ISSUE, query: $q, first: ${PAGE}, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { __typename
      ... on Issue { id number title locked ${WRITTEN} ${PLACE} ${COMMENTS} }
      ... on PullRequest { id number title locked ${WRITTEN} ${PLACE} ${COMMENTS} } } } }`,
  discussions: `query($q: String!, $after: String) { search(type: DISCUSSION, query: $q, first: ${PAGE}, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { __typename
      ... on Discussion { id number title locked ${WRITTEN} ${PLACE} ${COMMENTS} } } } }`,
};

const pageSchema = z.object({
  search: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
    nodes: z.array(z.unknown()).nullish(),
  }),
});
const foundSchema = nodeTopicSchema.extend({
  repository: z.object({
    nameWithOwner: z.string().regex(/^[^/]+\/[^/]+$/),
    isArchived: z.boolean().catch(false),
    viewerPermission: z.string().nullish().catch(null),
  }),
  comments: nodesSchema,
});
type Found = z.output<typeof foundSchema>;

/** One thing to look for. */
export interface Wanted {
  /** What GitHub is asked: a word in quotation marks, or `mentions:login`. */
  readonly query: string;
  /** Whether a text has it. */
  readonly has: (text: string) => boolean;
  readonly via: Via;
}

/** What the configuration asks to look for, once we know who we are. */
export function wanted(words: readonly string[], mentions: boolean, login: string): readonly Wanted[] {
  const name = login.replace(/[^A-Za-z0-9-]/g, '\\$&');
  const mention = new RegExp(`(?<![A-Za-z0-9_\`/])@${name}(?![A-Za-z0-9_-])`, 'i');
  return [
    ...(mentions
      ? [{ query: `mentions:${login}`, has: (text: string) => mention.test(text), via: 'mention' as const }]
      : []),
    ...words.map((word) => ({
      query: `"${word}" in:title,body,comments`,
      has: (text: string) => text.toLowerCase().includes(word.toLowerCase()),
      via: 'keyword' as const,
    })),
  ];
}

export interface SearchResult {
  readonly hits: readonly { readonly entry: Entry; readonly via: Via }[];
  readonly newest: number;
  readonly dropped: readonly Dropped[];
  readonly gap: { readonly from: number; readonly to: number } | null;
}

const WRITERS = new Set(['ADMIN', 'MAINTAIN', 'WRITE']);

/** What was updated at or after `since` and holds what is wanted, outside the repositories that are read anyhow. */
export async function search(
  connection: Connection,
  kind: Kind,
  what: Wanted,
  since: number,
  signal: AbortSignal,
): Promise<SearchResult> {
  const q = `${what.query} updated:>=${new Date(since).toISOString().slice(0, 19)}Z sort:updated-desc`;
  const hits: { readonly entry: Entry; readonly via: Via }[] = [];
  const dropped: Dropped[] = [];
  let after: string | null = null;
  let newest = since;
  let oldest = Number.POSITIVE_INFINITY;
  for (let page = 0; page < MAX_PAGES; page++) {
    const call = { need: 'read access to issues and discussions', signal };
    const answer: z.output<typeof pageSchema> = await connection.api.graphql(
      QUERIES[kind],
      { q, after },
      pageSchema,
      call,
    );
    const { nodes, pageInfo } = answer.search;
    for (const found of readList(nodes, foundSchema, dropped, `search ${kind}`)) {
      newest = Math.max(newest, found.updatedAt);
      oldest = Math.min(oldest, found.updatedAt);
      hits.push(...(await matches(connection, kind, found, what, dropped)));
    }
    if (!pageInfo.hasNextPage || !pageInfo.endCursor) return { hits, newest, dropped, gap: null };
    after = pageInfo.endCursor;
  }
  return { hits, newest, dropped, gap: oldest > since ? { from: since, to: oldest } : null };
}

async function matches(connection: Connection, kind: Kind, found: Found, what: Wanted, dropped: Dropped[]) {
  const { nameWithOwner, isArchived, viewerPermission } = found.repository;
  if (connection.configured(nameWithOwner) !== null) return [];
  const place = { repository: nameWithOwner.toLowerCase(), kind, number: found.number };
  const archived = isArchived
    ? 'The repository is archived on GitHub: nobody can write there any more.'
    : null;
  await connection.noteShut(
    place,
    archived ?? lockedWords(found.locked, WRITERS.has(viewerPermission ?? '')),
  );
  const comments = readList(found.comments, nodeCommentSchema, dropped, `${nameWithOwner} comments`);
  const entries = [
    nodeTopicEntry(place, found),
    ...comments.map((comment) => nodeCommentEntry(place, comment, null)),
  ];
  return entries
    .filter((entry) => what.has(`${entry.title ?? ''}\n${entry.body}`) || connection.isOurs(entry))
    .map((entry) => ({ entry, via: what.via }));
}
