import { z } from 'zod';
import type { Post, Via } from '../../domain/post.ts';
import { createOnce } from '../kit/once.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Batch, Dropped } from '../source.ts';
import type { Connection, Repository } from './connection.ts';
import { discussionMarkSchema, listDiscussions } from './discussions.ts';
import { postId } from './ids.ts';
import { listComments, listTopics, markSchema, OVERLAP_MS } from './rest-lists.ts';
import { search, wanted } from './search.ts';
import type { Entry } from './shapes.ts';

const cursorSchema = z.object({
  v: z.literal(1),
  // `from`: nothing written before was ever wanted. An old issue also comes when somebody puts a label on it.
  repositories: z.record(
    z.string(),
    z.object({
      from: z.number(),
      topics: markSchema,
      comments: markSchema,
      discussions: discussionMarkSchema,
    }),
  ),
  /** By query; `at`: searched up to here. */
  searches: z.record(z.string(), z.object({ from: z.number(), at: z.number() })),
});
type Cursor = z.output<typeof cursorSchema>;
type Marks = Cursor['repositories'][string];

function readCursor(raw: string | null): Cursor | null {
  if (!raw) return null;
  try {
    return cursorSchema.safeParse(JSON.parse(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** How an entry of a repository of ours reached us. */
export function viaOf(entry: Entry, login: string | undefined): Via {
  if (
    login &&
    new RegExp(`(?<![A-Za-z0-9_\`/])@${login.replace(/[^A-Za-z0-9-]/g, '\\$&')}(?![A-Za-z0-9_-])`, 'i').test(
      entry.body,
    )
  )
    return 'mention';
  return entry.comment === null ? 'comment' : 'reply';
}

/** What one poll gathers. */
interface Gathered {
  readonly posts: Map<string, Post>;
  readonly dropped: Dropped[];
  readonly deleted: string[];
  readonly gaps: { readonly from: number; readonly to: number }[];
  more: boolean;
}

/** @see Source.poll */
export function createPoll(
  connection: Connection,
): (cursor: string | null, signal: AbortSignal) => Promise<Batch> {
  const { config, clock, api } = connection;
  const once = createOnce();

  function keep(gathered: Gathered, entry: Entry, via: Via): void {
    try {
      const post = connection.toPost(entry, via);
      const known = gathered.posts.get(post.id);
      // Found by a word and by a mention: being spoken to says more.
      if (!known || known.via === 'keyword') gathered.posts.set(post.id, post);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      gathered.dropped.push({ id: postId(entry, entry.comment), why: problemsOf(error) });
    }
  }

  async function readRepository(
    repository: Repository,
    marks: Marks,
    gathered: Gathered,
    signal: AbortSignal,
  ): Promise<Marks> {
    const login = connection.me()?.login;
    const { from } = marks;
    const topics = await listTopics(connection, repository, marks.topics, from, signal);
    const comments = await listComments(connection, repository, marks.comments, from, signal);
    const discussions =
      config.discussions && repository.discussions
        ? await listDiscussions(connection, repository, marks.discussions, from, signal)
        : null;
    for (const list of [topics, comments, ...(discussions ? [discussions] : [])]) {
      for (const entry of list.entries) keep(gathered, entry, viaOf(entry, login));
      gathered.dropped.push(...list.dropped);
      if (list.gap) gathered.gaps.push(list.gap);
    }
    gathered.deleted.push(...(discussions?.deleted ?? []));
    gathered.more ||= topics.more || comments.more;
    return {
      from,
      topics: topics.mark,
      comments: comments.mark,
      discussions: discussions?.mark ?? marks.discussions,
    };
  }

  async function readSearches(
    cursor: Cursor,
    begin: number,
    gathered: Gathered,
    signal: AbortSignal,
  ): Promise<Cursor['searches']> {
    const searches: Record<string, Cursor['searches'][string]> = {};
    for (const what of wanted(config.words, config.mentions, connection.me()?.login ?? '')) {
      for (const kind of config.discussions ? (['issues', 'discussions'] as const) : (['issues'] as const)) {
        const key = `${kind} ${what.query}`;
        const { from, at } = cursor.searches[key] ?? { from: begin, at: begin };
        const { hits, newest, dropped, gap } = await search(connection, kind, what, at, signal);
        for (const { entry, via } of hits) if (entry.createdAt >= from) keep(gathered, entry, via);
        gathered.dropped.push(...dropped);
        if (gap) gathered.gaps.push(gap);
        // The index of the search lags behind; what it found lately is asked for again.
        searches[key] = { from, at: Math.max(at, newest - OVERLAP_MS) };
      }
    }
    return searches;
  }

  return async (raw, signal) => {
    await connection.session(signal);
    const begin = clock.now() - config.lookback;
    const cursor: Cursor = readCursor(raw) ?? { v: 1, repositories: {}, searches: {} };
    const gathered: Gathered = { posts: new Map(), dropped: [], deleted: [], gaps: [], more: false };
    const repositories: Cursor['repositories'] = {};
    for (const name of config.repositories) {
      const repository = await connection.repository(name, signal);
      // One that was added to the configuration later begins with the look-back, as the first one did.
      const marks = cursor.repositories[repository.key] ?? {
        from: begin,
        topics: { at: begin, etag: null },
        comments: { at: begin, etag: null },
        discussions: { at: begin, seen: {} },
      };
      repositories[repository.key] = await readRepository(repository, marks, gathered, signal);
    }
    const searches = await readSearches(cursor, begin, gathered, signal);
    const waitMs = api.takeWait();
    const { posts, dropped, deleted, gaps, more } = gathered;
    return {
      posts: [...posts.values()].sort((a, b) => a.createdAt - b.createdAt),
      cursor: JSON.stringify({ v: 1, repositories, searches } satisfies Cursor),
      more,
      ...(deleted.length === 0 ? {} : { deleted }),
      dropped: once(dropped),
      ...(waitMs === null ? {} : { waitMs }),
      ...(gaps.length === 0
        ? {}
        : {
            gap: {
              from: Math.min(...gaps.map((gap) => gap.from)),
              to: Math.max(...gaps.map((gap) => gap.to)),
            },
          }),
    };
  };
}
