import { z } from 'zod';
import type { Dropped } from '../source.ts';
import type { Connection, Repository } from './connection.ts';
import { lockedWords } from './connection.ts';
import { GoneError } from './refusals.ts';
import {
  commentEntry,
  commentSchema,
  type Entry,
  issueNumberOf,
  readList,
  type Topic,
  topicEntry,
  topicSchema,
} from './shapes.ts';

/** Most that GitHub gives at once: https://docs.github.com/en/rest/issues/issues#list-repository-issues */
const PAGE = 100;
/** Pages of one list and poll; the next poll goes on at once. */
const MAX_PAGES = 5;
/**
 * GitHub's databases have replicas: something may appear a little later than its own time says. So the last minutes
 * are asked for again; while nothing happens that costs nothing, because the address and its validator stay the same.
 */
export const OVERLAP_MS = 5 * 60_000;

/** Where reading of one list goes on. */
export const markSchema = z.object({
  /** Everything updated at or after this is asked for, epoch milliseconds. */
  at: z.number(),
  /** Validator of the last answer to this very question. In the cursor, so that an answer that was lost is asked for again. */
  etag: z.string().max(200).nullable().catch(null),
});
export type Mark = z.output<typeof markSchema>;

/** What reading one list brought. */
export interface Listed {
  readonly entries: readonly Entry[];
  readonly mark: Mark;
  readonly more: boolean;
  readonly dropped: readonly Dropped[];
  readonly gap: { readonly from: number; readonly to: number } | null;
}

const iso = (ms: number): string =>
  new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000', '');

interface Row {
  readonly updated_at: number;
}

/**
 * Everything updated since the mark, oldest first. Goes on by time and not by page number: an entry that changes while
 * we read moves to the end, and with page numbers another one would slip through the hole.
 */
async function since<R extends Row>(
  page: (
    since: string,
    page: number,
    etag: string | null,
  ) => Promise<{ json: unknown; etag: string | null } | null>,
  read: (json: unknown, dropped: Dropped[]) => readonly R[],
  mark: Mark,
): Promise<Omit<Listed, 'entries'> & { readonly rows: readonly R[] }> {
  const rows: R[] = [];
  const dropped: Dropped[] = [];
  let from = mark.at;
  let number = 1;
  let newest = mark.at;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await page(iso(from), number, pages === 0 ? mark.etag : null);
    if (answer === null) return { rows, dropped, mark, more: false, gap: null };
    const got = read(answer.json, dropped);
    rows.push(...got);
    for (const row of got) newest = Math.max(newest, row.updated_at);
    const count = Array.isArray(answer.json) ? answer.json.length : 0;
    if (count < PAGE) {
      const at = Math.max(mark.at, newest - OVERLAP_MS);
      const same = pages === 0 && iso(at) === iso(mark.at);
      return { rows, dropped, mark: { at, etag: same ? answer.etag : null }, more: false, gap: null };
    }
    number = newest > from ? 1 : number + 1;
    from = Math.max(from, newest);
  }
  if (newest > mark.at) return { rows, dropped, mark: { at: newest, etag: null }, more: true, gap: null };
  // Five hundred changes in one second: go on behind it, and say so.
  const behind = Math.floor(newest / 1_000) * 1_000 + 1_000;
  return { rows, dropped, mark: { at: behind, etag: null }, more: true, gap: { from: newest, to: behind } };
}

function lister(connection: Connection, path: string, need: string, signal: AbortSignal) {
  return async (from: string, page: number, etag: string | null) => {
    const query = `sort=updated&direction=asc&per_page=${PAGE}&since=${encodeURIComponent(from)}&page=${page}`;
    try {
      const answer = await connection.api.rest(`${path}${path.includes('?') ? '&' : '?'}${query}`, {
        etag,
        need,
        signal,
      });
      return answer.status === 304 ? null : answer;
    } catch (error) {
      // Issues are switched off for this repository: there are none.
      if (error instanceof GoneError) return null;
      throw error;
    }
  };
}

const editsSchema = z.object({
  nodes: z.array(z.object({ id: z.string(), lastEditedAt: z.string().nullish() }).nullable().catch(null)),
});

/** When the texts of these were changed: REST does not tell an edit from a label or a comment. */
export async function editsOf(
  connection: Connection,
  topics: readonly Topic[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const ids = topics.flatMap((topic) =>
    topic.updated_at > topic.created_at && topic.node_id ? [topic.node_id] : [],
  );
  const edits = new Map<string, number>();
  for (let at = 0; at < ids.length; at += PAGE) {
    const query = `query($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Issue { id lastEditedAt } ... on PullRequest { id lastEditedAt } } }`;
    const call = { need: 'read access to issues', partial: true, signal };
    const { nodes } = await connection.api.graphql(
      query,
      { ids: ids.slice(at, at + PAGE) },
      editsSchema,
      call,
    );
    for (const node of nodes) {
      const time = Date.parse(node?.lastEditedAt ?? '');
      if (node && Number.isFinite(time)) edits.set(node.id, time);
    }
  }
  return edits;
}

/** Issues and pull requests that changed since the mark. */
export async function listTopics(
  connection: Connection,
  repository: Repository,
  mark: Mark,
  from: number,
  signal: AbortSignal,
): Promise<Listed> {
  const path = `/repos/${repository.key}/issues?state=all`;
  const read = (json: unknown, dropped: Dropped[]) =>
    readList(json, topicSchema, dropped, `${repository.key} issues`);
  const { rows, ...rest } = await since(
    lister(connection, path, 'read access to issues', signal),
    read,
    mark,
  );
  const where = { repository: repository.key, kind: 'issues' as const };
  for (const row of rows)
    await connection.noteShut({ ...where, number: row.number }, lockedWords(row.locked, repository.mayWrite));
  const wanted = rows.filter((row) => row.created_at >= from);
  const edits = await editsOf(connection, wanted, signal);
  return {
    ...rest,
    entries: wanted.map((row) => topicEntry(where, row, edits.get(row.node_id ?? '') ?? null)),
  };
}

/** Comments on issues and pull requests that were written or changed since the mark. */
export async function listComments(
  connection: Connection,
  repository: Repository,
  mark: Mark,
  from: number,
  signal: AbortSignal,
): Promise<Listed> {
  const path = `/repos/${repository.key}/issues/comments`;
  const schema = commentSchema.refine((comment) => issueNumberOf(comment) !== null, {
    path: ['issue_url'],
    message: 'names no issue',
  });
  const read = (json: unknown, dropped: Dropped[]) =>
    readList(json, schema, dropped, `${repository.key} comments`);
  const { rows, ...rest } = await since(
    lister(connection, path, 'read access to issues', signal),
    read,
    mark,
  );
  const entries = rows
    .filter((row) => row.created_at >= from)
    .map((row) =>
      commentEntry({ repository: repository.key, kind: 'issues', number: issueNumberOf(row) ?? 0 }, row),
    );
  return { ...rest, entries };
}
