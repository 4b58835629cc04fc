import { sql } from 'kysely';
import { bareDetail, ERASED, scrubFar, scrubNear, type Traces } from '../domain/erasure.ts';
import { unlink } from './acquaintances.ts';
import { forgetAnswers } from './answers.ts';
import type { Door } from './door.ts';
import { fullIds, keyOf } from './keys.ts';
import { searchable } from './posts.ts';
import type { Db } from './schema.ts';
import type { Erased, Queries, ReplyRow } from './store.ts';
import { sweepTables } from './sweep.ts';

/** Values of one statement. */
const CHUNK = 500;
/** The newest texts of theirs that are looked for where others may have quoted them. */
const MAX_TEXTS = 5_000;

type ErasureQueries = Pick<
  Queries,
  'erasedAt' | 'anyErased' | 'repliesTo' | 'rememberErased' | 'eraseAuthor'
>;

interface Theirs {
  readonly seq: number;
  readonly id: string;
  readonly conversation_id: string;
  readonly author_name: string;
  readonly author_handle: string;
  readonly author_url: string | null;
  readonly text: string;
}

function* chunks<T>(values: readonly T[]): Generator<T[]> {
  for (let at = 0; at < values.length; at += CHUNK) yield values.slice(at, at + CHUNK);
}

/** Everything about forgetting somebody. */
export function erasureQueries(door: Door): ErasureQueries {
  return {
    async erasedAt(hashes) {
      const found = new Map<string, number>();
      for (const chunk of chunks([...new Set(hashes)])) {
        const rows = await door.db().selectFrom('erasures').selectAll().where('hash', 'in', chunk).execute();
        for (const { hash, at } of rows) found.set(hash, at);
      }
      return found;
    },

    async anyErased() {
      return (await door.db().selectFrom('erasures').select('at').limit(1).executeTakeFirst()) !== undefined;
    },

    async rememberErased(hashes, at) {
      await door.atomically(async (db) => {
        for (const chunk of chunks([...new Set(hashes)].sort()))
          await db
            .insertInto('erasures')
            .values(chunk.map((hash) => ({ hash, at })))
            .onConflict((conflict) => conflict.column('hash').doUpdateSet({ at }))
            .execute();
      });
    },

    async repliesTo(itemIds) {
      const all = [];
      for (const chunk of chunks(itemIds))
        all.push(
          ...(await door
            .db()
            .selectFrom('replies')
            .selectAll()
            .where('item_id', 'in', chunk)
            .orderBy('at')
            .execute()),
        );
      return all.map((row) => ({
        id: row.id,
        itemId: row.item_id,
        text: row.text,
        at: row.at,
        state: row.state as ReplyRow['state'],
        url: row.url,
      }));
    },

    eraseAuthor: (author, token) => door.atomically((db) => eraseAuthor(db, door.dialect, author, token)),
  };
}

async function eraseAuthor(
  db: Db,
  dialect: Door['dialect'],
  { source, authorId }: { readonly source: string; readonly authorId: string },
  token: string,
): Promise<Erased> {
  // SQLite leaves what is deleted in free pages of the file until something else is written there.
  if (dialect === 'sqlite') await sql`pragma secure_delete = on`.execute(db);
  const author_id = keyOf(authorId);
  const theirs: Theirs[] = await db
    .selectFrom('posts')
    .select(['seq', 'id', 'conversation_id', 'author_name', 'author_handle', 'author_url', 'text'])
    .where('source', '=', source)
    .where('author_id', '=', author_id)
    .orderBy('created_at', 'desc')
    .execute();
  const conversations = [...new Set(theirs.map((row) => row.conversation_id))];
  const items = await itemsOf(db, source, conversations, author_id);
  const traces = tracesOf(authorId, theirs);
  const full = await fullIds(
    db,
    theirs.map((row) => row.id),
  );
  const postIds = theirs.map((row) => full(row.id));
  await emptyItems(db, [...items.theirs, ...items.begun]);
  for (const chunk of chunks(items.theirs))
    await db.deleteFrom('attachments').where('item_id', 'in', chunk).execute();
  await forgetAcquaintance(db, source, author_id);
  await emptyPosts(db, source, theirs, token);
  await clean(db, source, conversations, traces);
  const renamed = await renameIds(db, source, theirs, conversations, author_id, token);
  await db
    .deleteFrom('long_ids')
    .where('key', 'in', [...renamed.keys(), author_id])
    .execute();
  const swept = await sweepTables(db, dialect, scrubFar(traces), new Set(items.theirs));
  const touched = new Set([...items.theirs, ...items.begun, ...items.involved, ...swept.items]);
  // What is left of these conversations is read anew.
  await forgetAnswers(db, [...touched]);
  // Drafts of a language model wait in the cache for somebody to take them.
  for (const id of touched) await db.deleteFrom('kv').where('key', 'like', `drafts:${id}:%`).execute();
  return {
    postIds,
    theirs: items.theirs,
    touched: [...touched],
    notices: swept.notices,
  };
}

function tracesOf(authorId: string, rows: readonly Theirs[]): Traces {
  const distinct = (values: readonly (string | null)[]): string[] => [
    ...new Set(values.filter((value): value is string => value !== null && value !== '')),
  ];
  return {
    authorId,
    names: distinct(rows.map((row) => row.author_name)),
    handles: distinct(rows.map((row) => row.author_handle)),
    urls: distinct(rows.map((row) => row.author_url)),
    texts: rows.slice(0, MAX_TEXTS).map((row) => row.text),
  };
}

/**
 * Which items are about them (the card shows their post), which only began with them (somebody else asks there now, and
 * is still to be answered), and in which they took part.
 */
async function itemsOf(
  db: Db,
  source: string,
  conversations: readonly string[],
  author_id: string,
): Promise<{ theirs: number[]; begun: number[]; involved: number[] }> {
  const theirs: number[] = [];
  const begun: number[] = [];
  const involved: number[] = [];
  for (const chunk of chunks(conversations)) {
    const rows = await db
      .selectFrom('items')
      .leftJoin('posts', (join) =>
        join.onRef('posts.source', '=', 'items.source').onRef('posts.id', '=', 'items.post_id'),
      )
      .leftJoin('posts as roots', (join) =>
        join.onRef('roots.source', '=', 'items.source').onRef('roots.id', '=', 'items.conversation_id'),
      )
      .select(['items.id', 'items.origin', 'posts.author_id', 'roots.author_id as began'])
      .where('items.source', '=', source)
      .where('items.conversation_id', 'in', chunk)
      .execute();
    for (const row of rows)
      if (row.author_id === author_id && row.origin === 'conversation') theirs.push(row.id);
      else (row.began === author_id ? begun : involved).push(row.id);
    const places = await db
      .selectFrom('places')
      .select('item_id')
      .where('source', '=', source)
      .where('conversation_id', 'in', chunk)
      .execute();
    involved.push(...places.map((row) => row.item_id));
  }
  return { theirs, begun, involved: [...new Set(involved)] };
}

/** What people wrote about them and to them, on the items that are theirs. */
async function emptyItems(db: Db, items: readonly number[]): Promise<void> {
  for (const chunk of chunks(items)) {
    const events = await db
      .selectFrom('events')
      .select(['id', 'detail'])
      .where('item_id', 'in', chunk)
      .execute();
    for (const { id, detail } of events) {
      const bare = JSON.stringify(bareDetail(JSON.parse(detail)));
      if (bare !== detail)
        await db.updateTable('events').set({ detail: bare }).where('id', '=', id).execute();
    }
    await db
      .updateTable('replies')
      .set({ text: ERASED, post_id: '', url: null, why: null })
      .where('item_id', 'in', chunk)
      .execute();
    await db.deleteFrom('twins').where('item_id', 'in', chunk).execute();
    await db
      .updateTable('signatures')
      .set({ author: 'erased', words: '[]', sketch_state: null })
      .where('item_id', 'in', chunk)
      .execute();
  }
}

async function forgetAcquaintance(db: Db, source: string, author_id: string): Promise<void> {
  const row = await db
    .selectFrom('acquaintances')
    .select('id')
    .where('source', '=', source)
    .where('author_id', '=', author_id)
    .executeTakeFirst();
  if (row) {
    await unlink(db, row.id);
    await db.deleteFrom('acquaintance_notes').where('acquaintance_id', '=', row.id).execute();
    await db.deleteFrom('acquaintance_tags').where('acquaintance_id', '=', row.id).execute();
    await db
      .deleteFrom('strangers')
      .where((eb) => eb.or([eb('one', '=', row.id), eb('other', '=', row.id)]))
      .execute();
    await db.deleteFrom('acquaintances').where('id', '=', row.id).execute();
  }
  for (const table of ['deeds', 'deed_topics', 'standings'] as const)
    await db.deleteFrom(table).where('source', '=', source).where('author_id', '=', author_id).execute();
}

/** The posts stay as rows without anything in them: conversations keep their shape, figures their counts. */
async function emptyPosts(db: Db, source: string, theirs: readonly Theirs[], token: string): Promise<void> {
  for (const chunk of chunks(theirs))
    await db
      .updateTable('posts')
      .set({
        author_id: `erased:${token}`,
        author_name: '',
        author_handle: '',
        author_url: null,
        author_avatar_url: null,
        text: ERASED,
        lang: null,
        url: null,
        links: '[]',
        media: '[]',
        search: searchable(`\n\n${ERASED}`),
      })
      .where('source', '=', source)
      .where(
        'seq',
        'in',
        chunk.map((row) => row.seq),
      )
      .execute();
}

/** What others, and we, wrote in their conversations: there a first name is enough to know who is meant. */
async function clean(
  db: Db,
  source: string,
  conversations: readonly string[],
  traces: Traces,
): Promise<void> {
  const scrub = scrubNear(traces);
  for (const chunk of chunks(conversations)) {
    const posts = await db
      .selectFrom('posts')
      .select(['seq', 'author_name', 'author_handle', 'text', 'url', 'links', 'media'])
      .where('source', '=', source)
      .where('conversation_id', 'in', chunk)
      .execute();
    for (const row of posts) {
      const text = scrub(row.text);
      const url = row.url !== null && scrub(row.url) !== row.url ? null : row.url;
      const [links, media] = [scrub(row.links), scrub(row.media)];
      if (text === row.text && url === row.url && links === row.links && media === row.media) continue;
      const search = searchable(`${row.author_name}\n${row.author_handle}\n${text}`);
      await db
        .updateTable('posts')
        .set({ text, url, links, media, search })
        .where('seq', '=', row.seq)
        .execute();
    }
    const items = await db
      .selectFrom('items')
      .select(['id', 'rest'])
      .where('source', '=', source)
      .where('conversation_id', 'in', chunk)
      .execute();
    for (const { id, rest } of items) {
      const next = scrub(rest);
      if (next !== rest) await db.updateTable('items').set({ rest: next }).where('id', '=', id).execute();
      const events = await db
        .selectFrom('events')
        .select(['id', 'detail'])
        .where('item_id', '=', id)
        .execute();
      for (const event of events) {
        const detail = scrub(event.detail);
        if (detail !== event.detail)
          await db.updateTable('events').set({ detail }).where('id', '=', event.id).execute();
      }
      const replies = await db
        .selectFrom('replies')
        .select(['id', 'text'])
        .where('item_id', '=', id)
        .execute();
      for (const reply of replies) {
        const text = scrub(reply.text);
        if (text !== reply.text)
          await db.updateTable('replies').set({ text }).where('id', '=', reply.id).execute();
      }
    }
  }
}

/** Networks build ids of names: those of their posts, and of the conversations they began, become ours. */
async function renameIds(
  db: Db,
  source: string,
  theirs: readonly Theirs[],
  conversations: readonly string[],
  author_id: string,
  token: string,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map(theirs.map(({ id }, at) => [id, `erased:${token}:${at}`]));
  for (const [at, id] of conversations.entries())
    if (!names.has(id) && author_id.length >= 6 && id.includes(author_id))
      names.set(id, `erased:${token}:c${at}`);
  const began = new Set(conversations);
  for (const [from, to] of names) {
    await sql`update posts set id = ${to} where source = ${source} and id = ${from}`.execute(db);
    if (!began.has(from)) continue;
    for (const table of ['posts', 'items', 'places', 'deeds'])
      await sql`update ${sql.table(table)} set conversation_id = ${to}
        where source = ${source} and conversation_id = ${from}`.execute(db);
  }
  for (const conversation of conversations) {
    const now = names.get(conversation) ?? conversation;
    const replies = await db
      .selectFrom('posts')
      .select(['seq', 'reply_to'])
      .where('source', '=', source)
      .where('conversation_id', '=', now)
      .where('reply_to', 'is not', null)
      .execute();
    for (const { seq, reply_to } of replies) {
      const to = names.get(reply_to ?? '');
      if (to !== undefined)
        await db.updateTable('posts').set({ reply_to: to }).where('seq', '=', seq).execute();
    }
    const items = await db
      .selectFrom('items')
      .select(['id', 'post_id'])
      .where('source', '=', source)
      .where('conversation_id', '=', now)
      .execute();
    for (const { id, post_id } of items) {
      const to = names.get(post_id);
      if (to !== undefined) await db.updateTable('items').set({ post_id: to }).where('id', '=', id).execute();
      const sent = await db
        .selectFrom('replies')
        .select(['id', 'post_id'])
        .where('item_id', '=', id)
        .execute();
      for (const reply of sent) {
        const answered = names.get(keyOf(reply.post_id));
        if (answered !== undefined)
          await db.updateTable('replies').set({ post_id: answered }).where('id', '=', reply.id).execute();
      }
    }
  }
  return names;
}
