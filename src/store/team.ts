import { sql } from 'kysely';
import type { Door } from './door.ts';
import { toItems } from './item-row.ts';
import { keyOf } from './keys.ts';
import { searchable, toPosts } from './posts.ts';
import type { Queries } from './store.ts';

/** Authors are looked for in the newest posts, this many: a search costs the same however old the ledger is. */
const SEARCHED_POSTS = 20_000;
const MAX_WORDS = 5;

type TeamQueries = Pick<
  Queries,
  'setting' | 'saveSetting' | 'authorsNamed' | 'itemsOfAuthor' | 'newestChanges' | 'newestItems'
>;

/** What the team asks about its work as a whole. */
export function teamQueries(door: Door): TeamQueries {
  return {
    async setting(name) {
      const row = await door
        .db()
        .selectFrom('settings')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.value ?? null;
    },

    async saveSetting(name, value) {
      await door
        .db()
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },

    authorsNamed: (words, limit) => authorsNamed(door, words, limit),

    async itemsOfAuthor(source, authorId, limit) {
      const db = door.db();
      const theirs = db
        .selectFrom('posts')
        .select(['conversation_id', sql<number>`max(created_at)`.as('latest')])
        .where('source', '=', source)
        .where('author_id', '=', keyOf(authorId))
        .groupBy('conversation_id')
        .orderBy('latest', 'desc')
        // Conversations without an item (we spoke first, say) are few.
        .limit(limit * 4)
        .as('theirs');
      const rows = await db
        .selectFrom(theirs)
        .crossJoin('items')
        .whereRef('items.conversation_id', '=', 'theirs.conversation_id')
        .where('items.source', '=', source)
        .selectAll('items')
        .orderBy('theirs.latest', 'desc')
        .orderBy('items.id', 'desc')
        .limit(limit)
        .execute();
      return toItems(db, rows);
    },

    async newestChanges(limit) {
      return door
        .db()
        .selectFrom('items')
        .select(['id', 'version'])
        .orderBy('updated_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
    },

    async newestItems(limit, before) {
      const db = door.db();
      const rows = await db
        .selectFrom('items')
        .selectAll()
        .$if(before !== undefined, (select) => select.where('id', '<', before ?? 0))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      const items = await toItems(db, rows);
      const posts =
        rows.length === 0
          ? []
          : await shownPosts(
              door,
              rows.map((row) => row.id),
            );
      const byPlace = new Map(posts.map((post) => [`${post.source}\n${post.id}`, post]));
      return items.map((item) => ({ item, post: byPlace.get(`${item.source}\n${item.postId}`) ?? null }));
    },
  };
}

async function shownPosts(door: Door, itemIds: readonly number[]): ReturnType<typeof toPosts> {
  const db = door.db();
  const rows = await db
    .selectFrom('items')
    .innerJoin('posts', (join) =>
      join.onRef('posts.source', '=', 'items.source').onRef('posts.id', '=', 'items.post_id'),
    )
    .selectAll('posts')
    .where('items.id', 'in', itemIds)
    .execute();
  return toPosts(db, rows);
}

async function authorsNamed(door: Door, words: string, limit: number): ReturnType<Queries['authorsNamed']> {
  const wanted = searchable(words)
    .split(/\s+/)
    .map((word) => word.replace(/^@+/, ''))
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  if (wanted.length === 0) return [];
  const db = door.db();
  const newest = db
    .selectFrom('posts')
    .select(['source', 'author_id', 'author_name', 'author_handle', 'search', 'created_at', 'seq'])
    .where('ours', '=', sql.lit(0))
    .orderBy('created_at', 'desc')
    .orderBy('seq', 'desc')
    .limit(SEARCHED_POSTS)
    .as('newest');
  let select = db.selectFrom(newest);
  for (const word of wanted) {
    // `search` begins with name and handle; where compatibility forms unfold they are longer there, hence the slack.
    const at = door.dialect === 'sqlite' ? sql`instr(search, ${word})` : sql`strpos(search, ${word})`;
    select = select.where(
      sql<boolean>`${at} between 1 and 4 * (length(author_name) + length(author_handle)) + 2`,
    );
  }
  const rows = await select
    .select([
      'source',
      'author_id',
      'author_name',
      'author_handle',
      sql<number>`count(*)`.as('posts'),
      sql<number>`max(seq)`.as('last'),
    ])
    .groupBy(['source', 'author_id', 'author_name', 'author_handle'])
    .orderBy('posts', 'desc')
    .orderBy('last', 'desc')
    .limit(limit * 5)
    .execute();
  const found = new Map<string, number>();
  for (const row of rows) {
    const name = searchable(`${row.author_name}\n${row.author_handle}`);
    if (!wanted.every((word) => name.includes(word))) continue;
    // Somebody who changed their name is still one person, as they were last.
    const person = `${row.source}\n${row.author_id}`;
    found.set(person, Math.max(found.get(person) ?? 0, row.last));
  }
  const last = [...found.values()].slice(0, limit);
  if (last.length === 0) return [];
  const posts = await toPosts(
    db,
    await db.selectFrom('posts').selectAll().where('seq', 'in', last).orderBy('seq', 'desc').execute(),
  );
  return posts.map(({ source, author }) => ({ source, author }));
}
