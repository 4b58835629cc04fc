import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { type Acquaintance, type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import type { Door } from './door.ts';
import { fullIds, keyOf, rememberLongIds } from './keys.ts';
import { toPosts } from './posts.ts';
import type { AcquaintancesTable, Db, Tables } from './schema.ts';
import type { Queries } from './store.ts';

type Row = Selectable<AcquaintancesTable>;

/** Accounts of one human: more is a mistake. */
const MAX_ACCOUNTS = 100;

type AcquaintanceQueries = Pick<
  Queries,
  | 'acquaint'
  | 'acquaintances'
  | 'acquaintance'
  | 'acquaintanceNotes'
  | 'addAcquaintanceNote'
  | 'tagAcquaintance'
  | 'untagAcquaintance'
  | 'saveBirthday'
  | 'saveNoContact'
  | 'saveThanks'
  | 'linkAcquaintances'
  | 'unlinkAcquaintance'
  | 'markStrangers'
  | 'areStrangers'
  | 'birthdaysOn'
  | 'authorAsLast'
  | 'postsOfAuthor'
>;

/** The columns by which an author is told; the same in several tables. */
type Keyed = 'acquaintances' | 'standings' | 'deeds';

/** Rows of these authors, in one condition. */
export function ofAuthors<Table extends Keyed>(
  authors: readonly AuthorKey[],
): (eb: ExpressionBuilder<Tables, Table>) => Expression<SqlBool> {
  const bySource = new Map<string, string[]>();
  for (const { source, authorId } of authors)
    bySource.set(source, [...(bySource.get(source) ?? []), keyOf(authorId)]);
  return (eb) =>
    eb.or(
      [...bySource].map(
        ([source, ids]) => sql<SqlBool>`source = ${source} and author_id in (${sql.join([...new Set(ids)])})`,
      ),
    );
}

async function rowOf(db: Db, id: number): Promise<Row | undefined> {
  return db.selectFrom('acquaintances').selectAll().where('id', '=', id).executeTakeFirst();
}

function leaderOf({ id, linked_to }: Pick<Row, 'id' | 'linked_to'>): number {
  return linked_to ?? id;
}

/** All accounts that these lead. */
async function family(db: Db, leaders: readonly number[]): Promise<Row[]> {
  if (leaders.length === 0) return [];
  return db
    .selectFrom('acquaintances')
    .selectAll()
    .where((eb) => eb.or([eb('id', 'in', leaders), eb('linked_to', 'in', leaders)]))
    .orderBy('id')
    .limit(leaders.length * MAX_ACCOUNTS)
    .execute();
}

/** The numbers of all accounts of the human that `id` belongs to. */
async function accounts(db: Db, id: number): Promise<readonly number[]> {
  const row = await rowOf(db, id);
  return row ? (await family(db, [leaderOf(row)])).map((each) => each.id) : [];
}

/** Rows of whole families as acquaintances, by leader. */
async function assembled(db: Db, rows: readonly Row[]): Promise<ReadonlyMap<number, Acquaintance>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map((row) => row.id);
  const full = await fullIds(
    db,
    rows.map((row) => row.author_id),
  );
  const tags = await db
    .selectFrom('acquaintance_tags')
    .selectAll()
    .where('acquaintance_id', 'in', ids)
    .orderBy('tag')
    .execute();
  const counted = await db
    .selectFrom('acquaintance_notes')
    .select(['acquaintance_id', sql<number>`count(*)`.as('count'), sql<number>`max(id)`.as('newest')])
    .where('acquaintance_id', 'in', ids)
    .groupBy('acquaintance_id')
    .execute();
  const newest = counted.map((row) => row.newest);
  const notes =
    newest.length === 0
      ? []
      : await db.selectFrom('acquaintance_notes').selectAll().where('id', 'in', newest).execute();
  const families = new Map<number, Row[]>();
  for (const row of rows) families.set(leaderOf(row), [...(families.get(leaderOf(row)) ?? []), row]);
  return new Map(
    [...families].map(([leader, theirs]) => {
      const own = new Set(theirs.map((row) => row.id));
      const note = notes.filter((each) => own.has(each.acquaintance_id)).sort((a, b) => b.id - a.id)[0];
      return [
        leader,
        {
          ...together(leader, theirs, full),
          tags: [...new Set(tags.filter((each) => own.has(each.acquaintance_id)).map(({ tag }) => tag))],
          lastNote: note
            ? { text: note.text, by: { id: note.by_id, name: note.by_name }, at: note.at }
            : null,
          notes: counted
            .filter((each) => own.has(each.acquaintance_id))
            .reduce((sum, { count }) => sum + count, 0),
        },
      ];
    }),
  );
}

/** What the accounts of one human say together: what was written last, wherever it was written. */
function together(
  leader: number,
  rows: readonly Row[],
  full: (key: string) => string,
): Omit<Acquaintance, 'tags' | 'lastNote' | 'notes'> {
  const born = rows.findLast((row) => row.birthday_month !== null);
  const shy = rows.findLast((row) => row.no_contact_at !== null);
  const thanked = rows
    .filter((row) => row.thanks_at !== null)
    .sort((a, b) => (b.thanks_at ?? 0) - (a.thanks_at ?? 0))[0];
  return {
    id: leader,
    authors: rows.map((row) => ({
      id: row.id,
      source: row.source,
      authorId: full(row.author_id),
      linked:
        row.linked_at === null
          ? null
          : { by: { id: row.linked_by_id ?? '', name: row.linked_by_name ?? '' }, at: row.linked_at },
    })),
    birthday: born
      ? { month: born.birthday_month ?? 1, day: born.birthday_day ?? 1, year: born.birthday_year }
      : null,
    noContact: shy
      ? {
          why: shy.no_contact_why ?? '',
          by: { id: shy.no_contact_by_id ?? '', name: shy.no_contact_by_name ?? '' },
          at: shy.no_contact_at ?? 0,
        }
      : null,
    thanks: thanked ? { at: thanked.thanks_at ?? 0, by: thanked.thanks_by } : null,
  };
}

async function acquaint(db: Db, { source, authorId }: AuthorKey): Promise<number> {
  await rememberLongIds(db, [authorId]);
  const key = { source, author_id: keyOf(authorId) };
  await db
    .insertInto('acquaintances')
    .values({ ...key, ...NOTHING })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom('acquaintances')
    .select('id')
    .where('source', '=', key.source)
    .where('author_id', '=', key.author_id)
    .executeTakeFirstOrThrow();
  return row.id;
}

const NOTHING = {
  linked_to: null,
  linked_by_id: null,
  linked_by_name: null,
  linked_at: null,
  birthday_month: null,
  birthday_day: null,
  birthday_year: null,
  no_contact_at: null,
  no_contact_why: null,
  no_contact_by_id: null,
  no_contact_by_name: null,
  thanks_at: null,
  thanks_by: null,
} as const;

async function acquaintances(
  db: Db,
  authors: readonly AuthorKey[],
): Promise<ReadonlyMap<string, Acquaintance>> {
  if (authors.length === 0) return new Map();
  const met = await db
    .selectFrom('acquaintances')
    .select(['id', 'linked_to'])
    .where(ofAuthors<'acquaintances'>(authors))
    .execute();
  const byLeader = await assembled(db, await family(db, [...new Set(met.map(leaderOf))]));
  const found = new Map<string, Acquaintance>();
  for (const acquaintance of byLeader.values())
    for (const author of acquaintance.authors) found.set(authorKey(author), acquaintance);
  return found;
}

/** Sets something on one account, and takes it from the others: it is told once a human. */
async function onOne(
  door: Door,
  id: number,
  change: Partial<Omit<Row, 'id'>>,
  gone: Partial<Omit<Row, 'id'>>,
): Promise<void> {
  await door.atomically(async (db) => {
    const ids = await accounts(db, id);
    if (ids.length === 0) return;
    await db.updateTable('acquaintances').set(gone).where('id', 'in', ids).execute();
    await db.updateTable('acquaintances').set(change).where('id', '=', id).execute();
  });
}

async function link(
  db: Db,
  one: number,
  other: number,
  by: { readonly id: string; readonly name: string },
  at: number,
): Promise<boolean> {
  const [a, b] = [await rowOf(db, one), await rowOf(db, other)];
  if (!a || !b || leaderOf(a) === leaderOf(b)) return false;
  const [leader, follower] = [leaderOf(a), leaderOf(b)];
  const [ours, theirs] = [await accounts(db, leader), await accounts(db, follower)];
  // Whoever links has thought better of it.
  await db
    .deleteFrom('strangers')
    .where((eb) =>
      eb.or([
        eb.and([eb('one', 'in', ours), eb('other', 'in', theirs)]),
        eb.and([eb('one', 'in', theirs), eb('other', 'in', ours)]),
      ]),
    )
    .execute();
  await db
    .updateTable('acquaintances')
    .set({ linked_to: leader })
    .where('linked_to', '=', follower)
    .execute();
  await db
    .updateTable('acquaintances')
    .set({ linked_to: leader, linked_by_id: by.id, linked_by_name: by.name, linked_at: at })
    .where('id', '=', follower)
    .execute();
  return true;
}

const ALONE = { linked_to: null, linked_by_id: null, linked_by_name: null, linked_at: null } as const;

/** The account stands alone; where it led others, the first of them leads now. */
export async function unlink(db: Db, id: number): Promise<boolean> {
  const others = (await accounts(db, id)).filter((each) => each !== id);
  const [next] = others;
  if (next === undefined) return false;
  const row = await rowOf(db, id);
  if (row?.linked_to === null) {
    await db.updateTable('acquaintances').set({ linked_to: next }).where('id', 'in', others).execute();
    await db.updateTable('acquaintances').set(ALONE).where('id', '=', next).execute();
  }
  await db.updateTable('acquaintances').set(ALONE).where('id', '=', id).execute();
  return true;
}

/** Everything about people outside whom the team knows. */
export function acquaintanceQueries(door: Door): AcquaintanceQueries {
  return {
    acquaint: (author) => door.atomically((db) => acquaint(db, author)),
    acquaintances: (authors) => acquaintances(door.db(), authors),

    async acquaintance(id) {
      const db = door.db();
      const row = await rowOf(db, id);
      if (!row) return null;
      const leader = leaderOf(row);
      return (await assembled(db, await family(db, [leader]))).get(leader) ?? null;
    },

    async acquaintanceNotes(id, limit) {
      const db = door.db();
      const ids = await accounts(db, id);
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom('acquaintance_notes')
        .selectAll()
        .where('acquaintance_id', 'in', ids)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        text: row.text,
        by: { id: row.by_id, name: row.by_name },
        at: row.at,
      }));
    },

    async addAcquaintanceNote(id, { text, by, at }) {
      await door
        .db()
        .insertInto('acquaintance_notes')
        .values({ acquaintance_id: id, text, by_id: by.id, by_name: by.name, at })
        .execute();
    },

    tagAcquaintance: (id, tag) =>
      door.atomically(async (db) => {
        const ids = await accounts(db, id);
        const has = await db
          .selectFrom('acquaintance_tags')
          .select('tag')
          .where('acquaintance_id', 'in', ids)
          .where('tag', '=', tag)
          .executeTakeFirst();
        if (has) return false;
        await db
          .insertInto('acquaintance_tags')
          .values({ acquaintance_id: id, tag })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return true;
      }),

    async untagAcquaintance(id, tag) {
      const db = door.db();
      const { numDeletedRows } = await db
        .deleteFrom('acquaintance_tags')
        .where('acquaintance_id', 'in', await accounts(db, id))
        .where('tag', '=', tag)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    saveBirthday: (id, birthday) =>
      onOne(
        door,
        id,
        {
          birthday_month: birthday?.month ?? null,
          birthday_day: birthday?.day ?? null,
          birthday_year: birthday?.year ?? null,
        },
        { birthday_month: null, birthday_day: null, birthday_year: null },
      ),

    saveNoContact: (id, shy) =>
      onOne(
        door,
        id,
        {
          no_contact_at: shy?.at ?? null,
          no_contact_why: shy?.why ?? null,
          no_contact_by_id: shy?.by.id ?? null,
          no_contact_by_name: shy?.by.name ?? null,
        },
        { no_contact_at: null, no_contact_why: null, no_contact_by_id: null, no_contact_by_name: null },
      ),

    saveThanks: (id, { at, by }) =>
      onOne(door, id, { thanks_at: at, thanks_by: by }, { thanks_at: null, thanks_by: null }),

    linkAcquaintances: (one, other, by, at) => door.atomically((db) => link(db, one, other, by, at)),
    unlinkAcquaintance: (id) => door.atomically((db) => unlink(db, id)),

    async markStrangers(one, other) {
      await door
        .db()
        .insertInto('strangers')
        .values({ one: Math.min(one, other), other: Math.max(one, other) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async areStrangers(one, other) {
      const row = await door
        .db()
        .selectFrom('strangers')
        .select('one')
        .where('one', '=', Math.min(one, other))
        .where('other', '=', Math.max(one, other))
        .executeTakeFirst();
      return row !== undefined;
    },

    async birthdaysOn(days, limit) {
      if (days.length === 0) return [];
      const db = door.db();
      const rows = await db
        .selectFrom('acquaintances')
        .select(['id', 'linked_to'])
        .where((eb) =>
          eb.or(
            [...byMonth(days)].map(([month, inMonth]) =>
              eb.and([eb('birthday_month', '=', month), eb('birthday_day', 'in', inMonth)]),
            ),
          ),
        )
        .orderBy('birthday_month')
        .orderBy('birthday_day')
        .orderBy('id')
        .limit(limit)
        .execute();
      const leaders = [...new Set(rows.map(leaderOf))];
      const all = await assembled(db, await family(db, leaders));
      return leaders.flatMap((leader) => all.get(leader) ?? []);
    },

    async authorAsLast(author) {
      return (await newestPosts(door.db(), author, 1))[0]?.author ?? null;
    },
    postsOfAuthor: (author, limit, before) => newestPosts(door.db(), author, limit, before),
  };
}

function byMonth(days: readonly { readonly month: number; readonly day: number }[]): Map<number, number[]> {
  const months = new Map<number, number[]>();
  for (const { month, day } of days) months.set(month, [...(months.get(month) ?? []), day]);
  return months;
}

async function newestPosts(
  db: Db,
  { source, authorId }: AuthorKey,
  limit: number,
  before?: number,
): ReturnType<typeof toPosts> {
  let select = db
    .selectFrom('posts')
    .selectAll()
    .where('source', '=', source)
    .where('author_id', '=', keyOf(authorId));
  if (before !== undefined) select = select.where('created_at', '<', before);
  const rows = await select
    .orderBy('created_at', 'desc')
    .orderBy('conversation_id', 'desc')
    .limit(limit)
    .execute();
  return toPosts(db, rows);
}
