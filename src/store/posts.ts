import { type SelectQueryBuilder, sql } from 'kysely';
import type { Post, Via } from '../domain/post.ts';
import type { Door } from './door.ts';
import { fullIds, keyOf, rememberLongIds } from './keys.ts';
import type { Db, PostsTable, Tables } from './schema.ts';
import type { Queries } from './store.ts';

/** Rows of one INSERT, and ids of one question: SQLite takes 32,766 values a statement, PostgreSQL 65,535. */
const CHUNK = 500;
/** Longest text that is searched, in UTF-16 units (compatibility forms can unfold to many times their length). */
const MAX_SEARCH = 100_000;

type PostRow = Omit<PostsTable, 'seq' | 'search'>;

const COLUMNS = [
  'source',
  'id',
  'conversation_id',
  'reply_to',
  'via',
  'author_id',
  'author_name',
  'author_handle',
  'author_url',
  'author_avatar_url',
  'text',
  'lang',
  'url',
  'links',
  'media',
  'created_at',
  'edited_at',
  'ours',
  'received_at',
  'backfilled',
] as const satisfies readonly (keyof PostRow)[];

/** Text as it is searched: small letters, and one form for what looks the same (`ﬁ`, full-width letters, é in two parts). */
export function searchable(text: string): string {
  return text.normalize('NFKC').toLowerCase().slice(0, MAX_SEARCH).toWellFormed();
}

function toRow(post: Post, receivedAt: number, backfilled: boolean): Omit<PostsTable, 'seq'> {
  const { author } = post;
  return {
    source: post.source,
    id: keyOf(post.id),
    conversation_id: keyOf(post.conversationId),
    reply_to: post.replyTo === null ? null : keyOf(post.replyTo),
    via: post.via,
    author_id: keyOf(author.id),
    author_name: author.name,
    author_handle: author.handle,
    author_url: author.url,
    author_avatar_url: author.avatarUrl,
    text: post.text,
    lang: post.lang,
    url: post.url,
    links: JSON.stringify(post.links),
    media: JSON.stringify(post.media),
    created_at: post.createdAt,
    edited_at: post.editedAt,
    ours: post.ours ? 1 : 0,
    received_at: receivedAt,
    backfilled: backfilled ? 1 : 0,
    search: searchable(`${author.name}\n${author.handle}\n${post.text}`),
  };
}

function toPost(row: PostRow, full: (key: string) => string): Post {
  return {
    source: row.source,
    id: full(row.id),
    conversationId: full(row.conversation_id),
    replyTo: row.reply_to === null ? null : full(row.reply_to),
    via: row.via as Via,
    author: {
      id: full(row.author_id),
      name: row.author_name,
      handle: row.author_handle,
      url: row.author_url,
      avatarUrl: row.author_avatar_url,
    },
    text: row.text,
    lang: row.lang,
    url: row.url,
    links: JSON.parse(row.links),
    media: JSON.parse(row.media),
    createdAt: row.created_at,
    editedAt: row.edited_at,
    ours: row.ours === 1,
  };
}

export async function toPosts(db: Db, rows: readonly PostRow[]): Promise<Post[]> {
  const keys = rows.flatMap((row) => [row.id, row.conversation_id, row.reply_to, row.author_id]);
  const full = await fullIds(db, keys);
  return rows.map((row) => toPost(row, full));
}

function chunks<T>(values: readonly T[]): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < values.length; at += CHUNK) all.push(values.slice(at, at + CHUNK));
  return all;
}

/**
 * Oldest first, whatever order a source delivers in: the order in which rows of one batch arrive settles those of the same
 * millisecond, and two processes that store the same posts lock them in the same order (else: deadlock).
 */
function byTime(a: Post, b: Post): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  // Numeric ids of different length: 99 comes before 100.
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

async function insertNew(
  db: Db,
  posts: readonly Post[],
  receivedAt: number,
  backfilled: boolean,
): Promise<Post[]> {
  const ids = posts.flatMap((post) => [post.id, post.conversationId, post.replyTo, post.author.id]);
  await rememberLongIds(
    db,
    ids.filter((id) => id !== null),
  );
  const fresh = new Set<string>();
  for (const chunk of chunks([...posts].sort(byTime))) {
    const rows = await db
      .insertInto('posts')
      .values(chunk.map((post) => toRow(post, receivedAt, backfilled)))
      .onConflict((conflict) => conflict.doNothing())
      .returning(['source', 'id'])
      .execute();
    for (const row of rows) fresh.add(`${row.source}\n${row.id}`);
  }
  // `delete`: of a post that stands twice in one batch the first counts.
  return posts.filter((post) => fresh.delete(`${post.source}\n${keyOf(post.id)}`));
}

/** Those that are stored in other words, and of which no time of a change was ever told. */
async function inOtherWords(db: Db, posts: readonly Post[]): Promise<Post[]> {
  const stored = new Map<string, string>();
  for (const chunk of chunks(posts)) {
    const [first] = chunk;
    if (!first) continue;
    const rows = await db
      .selectFrom('posts')
      .select(['id', 'text'])
      .where('source', '=', first.source)
      .where('edited_at', 'is', null)
      .where(
        'id',
        'in',
        chunk.map((post) => keyOf(post.id)),
      )
      .execute();
    for (const row of rows) stored.set(row.id, row.text);
  }
  return posts.filter((post) => {
    const text = stored.get(keyOf(post.id));
    return text !== undefined && text !== post.text;
  });
}

/** The words of a stored post as they are now; false when it is not older. */
async function takeOver(db: Db, post: Post): Promise<boolean> {
  const row = toRow(post, 0, false);
  const { text, lang, links, media, search, edited_at } = row;
  const newer =
    edited_at === null
      ? sql<boolean>`edited_at is null and text <> ${text}`
      : sql<boolean>`coalesce(edited_at, created_at) < ${edited_at}`;
  const { numUpdatedRows } = await db
    .updateTable('posts')
    .set({ text, lang, links, media, search, edited_at })
    .where('source', '=', row.source)
    .where('id', '=', row.id)
    .where(newer)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

type PostSelect = SelectQueryBuilder<Tables, 'posts', PostRow>;

/** The newest of a selection, oldest first or newest first. */
function newestFirst(select: PostSelect, limit: number): PostSelect {
  return select.orderBy('created_at', 'desc').orderBy('seq', 'desc').limit(limit);
}

type PostQueries = Pick<
  Queries,
  | 'knownPosts'
  | 'knownConversations'
  | 'addPosts'
  | 'editPosts'
  | 'removePost'
  | 'post'
  | 'conversation'
  | 'countConversation'
  | 'moveConversation'
  | 'recentPosts'
  | 'volumes'
>;

/** Everything about posts. */
export function postQueries(door: Door): PostQueries {
  return {
    async knownPosts(source, ids) {
      const known = new Map<string, string>();
      const idOf = new Map(ids.map((id) => [keyOf(id), id]));
      for (const keys of chunks([...idOf.keys()])) {
        const rows = await door
          .db()
          .selectFrom('posts')
          .select(['id', 'conversation_id'])
          .where('source', '=', source)
          .where('id', 'in', keys)
          .execute();
        const full = await fullIds(
          door.db(),
          rows.map((row) => row.conversation_id),
        );
        for (const row of rows) known.set(idOf.get(row.id) ?? row.id, full(row.conversation_id));
      }
      return known;
    },

    async knownConversations(source, ids) {
      const known = new Set<string>();
      const idOf = new Map(ids.map((id) => [keyOf(id), id]));
      for (const keys of chunks([...idOf.keys()])) {
        const rows = await door
          .db()
          .selectFrom('posts')
          .select('conversation_id')
          .distinct()
          .where('source', '=', source)
          .where('conversation_id', 'in', keys)
          .execute();
        for (const row of rows) known.add(idOf.get(row.conversation_id) ?? row.conversation_id);
      }
      return known;
    },

    async addPosts(posts, receivedAt, backfilled) {
      if (posts.length === 0) return [];
      return door.atomically((db) => insertNew(db, posts, receivedAt, backfilled));
    },

    async editPosts(posts, untimed = false) {
      const told = posts.filter((post) => post.editedAt !== null);
      const untold = untimed ? posts.filter((post) => post.editedAt === null) : [];
      if (told.length + untold.length === 0) return [];
      return door.atomically(async (db) => {
        const edited = [...told, ...(await inOtherWords(db, untold))];
        const changed: Post[] = [];
        for (const post of edited) if (await takeOver(db, post)) changed.push(post);
        return changed;
      });
    },

    async removePost(source, id) {
      const { numDeletedRows } = await door
        .db()
        .deleteFrom('posts')
        .where('source', '=', source)
        .where('id', '=', keyOf(id))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async post(source, id) {
      const db = door.db();
      const rows = await db
        .selectFrom('posts')
        .select(COLUMNS)
        .where('source', '=', source)
        .where('id', '=', keyOf(id))
        .execute();
      return (await toPosts(db, rows))[0] ?? null;
    },

    async conversation(source, conversationId, limit) {
      const db = door.db();
      const select = db
        .selectFrom('posts')
        .select(COLUMNS)
        .where('source', '=', source)
        .where('conversation_id', '=', keyOf(conversationId));
      return toPosts(db, (await newestFirst(select, limit).execute()).reverse());
    },

    async countConversation(source, conversationId) {
      const { count } = await door
        .db()
        .selectFrom('posts')
        .select(sql<number>`count(*)`.as('count'))
        .where('source', '=', source)
        .where('conversation_id', '=', keyOf(conversationId))
        .executeTakeFirstOrThrow();
      return count;
    },

    async moveConversation(source, from, to) {
      if (from === to) return;
      await door.atomically(async (db) => {
        await rememberLongIds(db, [to]);
        await db
          .updateTable('posts')
          .set({ conversation_id: keyOf(to) })
          .where('source', '=', source)
          .where('conversation_id', '=', keyOf(from))
          .execute();
        await db
          .updateTable('items')
          .set({ conversation_id: keyOf(to) })
          .where('source', '=', source)
          .where('conversation_id', '=', keyOf(from))
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('items as there')
                  .select('there.id')
                  .where('there.source', '=', source)
                  .where('there.conversation_id', '=', keyOf(to)),
              ),
            ),
          )
          .execute();
      });
    },

    async volumes(from, to) {
      return door
        .db()
        .selectFrom('posts')
        .select(['source', sql<number>`count(*)`.as('posts')])
        .where('created_at', '>=', from)
        .where('created_at', '<', to)
        .where('ours', '=', sql.lit(0))
        .groupBy('source')
        .execute();
    },

    async recentPosts({ source, limit, before }) {
      const db = door.db();
      let select: PostSelect = db.selectFrom('posts').select(COLUMNS);
      if (source !== undefined) select = select.where('source', '=', source);
      if (before !== undefined) select = select.where('created_at', '<', before);
      return toPosts(db, await newestFirst(select, limit).execute());
    },
  };
}
