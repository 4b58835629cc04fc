import { type Selectable, sql } from 'kysely';
import type { Door } from './door.ts';
import { NEVER, type PromptsTable } from './schema.ts';
import type { PromptRow, Queries } from './store.ts';

/** Prompts of a window that are looked at; a team is given a few a week. */
const MAX_RECENT = 1_000;
const MAX_TIMES = 20_000;

type PromptQueries = Pick<
  Queries,
  | 'addPrompt'
  | 'prompt'
  | 'changePrompt'
  | 'promptsSince'
  | 'promptsToLapse'
  | 'publishPrompt'
  | 'promptsToHear'
  | 'restIdea'
  | 'restingIdeas'
  | 'complaintsSince'
>;

/** Ideas that were put before the team. */
export function promptQueries(door: Door): PromptQueries {
  return {
    async addPrompt(prompt) {
      const { numInsertedOrUpdatedRows } = await door
        .db()
        .insertInto('prompts')
        .values({
          item_id: prompt.itemId,
          idea: prompt.idea,
          source: prompt.source,
          slot: prompt.slot,
          channels: JSON.stringify(prompt.channels),
          fact: prompt.fact,
          made_at: prompt.madeAt,
          lapses_at: prompt.lapsesAt,
          published_at: null,
          heard_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async prompt(itemId) {
      const row = await door
        .db()
        .selectFrom('prompts')
        .selectAll()
        .where('item_id', '=', itemId)
        .executeTakeFirst();
      return row ? toPrompt(row) : null;
    },

    async changePrompt(itemId, change) {
      await door
        .db()
        .updateTable('prompts')
        .set({
          ...(change.idea === undefined ? {} : { idea: change.idea }),
          ...(change.fact === undefined ? {} : { fact: change.fact }),
          ...(change.lapsesAt === undefined ? {} : { lapses_at: change.lapsesAt }),
          ...(change.heardAt === undefined ? {} : { heard_at: change.heardAt }),
        })
        .where('item_id', '=', itemId)
        .execute();
    },

    async promptsSince(from) {
      const rows = await door
        .db()
        .selectFrom('prompts')
        .selectAll()
        .where('made_at', '>=', from)
        .orderBy('made_at', 'desc')
        .orderBy('item_id', 'desc')
        .limit(MAX_RECENT)
        .execute();
      return rows.map(toPrompt);
    },

    async promptsToLapse(now, limit) {
      const rows = await door
        .db()
        .selectFrom('prompts')
        .selectAll()
        .where('lapses_at', '<=', now)
        .orderBy('lapses_at')
        .orderBy('item_id')
        .limit(limit)
        .execute();
      return rows.map(toPrompt);
    },

    async publishPrompt(itemId, source, at) {
      await door
        .db()
        .insertInto('prompts')
        .values({
          item_id: itemId,
          idea: null,
          source,
          slot: null,
          channels: '[]',
          fact: null,
          made_at: at,
          lapses_at: null,
          published_at: at,
          heard_at: null,
        })
        .onConflict((conflict) =>
          conflict.column('item_id').doUpdateSet({ published_at: at, lapses_at: null }),
        )
        .execute();
    },

    async promptsToHear(before, limit) {
      const rows = await door
        .db()
        .selectFrom('prompts')
        .selectAll()
        .where('published_at', '<=', before)
        .where('heard_at', 'is', null)
        .orderBy('published_at')
        .orderBy('item_id')
        .limit(limit)
        .execute();
      return rows.map(toPrompt);
    },

    async restIdea(idea, until) {
      await door
        .db()
        .insertInto('idea_rests')
        .values({ idea, until: until ?? NEVER })
        .onConflict((conflict) =>
          // What the team never wants to see again does not come back by being shown elsewhere.
          conflict
            .column('idea')
            .doUpdateSet({ until: until ?? NEVER })
            .where('idea_rests.until', '<', NEVER),
        )
        .execute();
    },

    async restingIdeas(now) {
      const rows = await door.db().selectFrom('idea_rests').select('idea').where('until', '>', now).execute();
      return new Set(rows.map(({ idea }) => idea));
    },

    async complaintsSince(from) {
      const rows = await door
        .db()
        .selectFrom('items')
        .select('opened_at')
        .where('opened_at', '>=', from)
        .where('kinds', 'like', sql.lit('%"complaint"%'))
        .orderBy('opened_at', 'desc')
        .limit(MAX_TIMES)
        .execute();
      return rows.map((row) => row.opened_at);
    },
  };
}

function toPrompt(row: Selectable<PromptsTable>): PromptRow {
  return {
    itemId: row.item_id,
    idea: row.idea,
    source: row.source,
    slot: row.slot,
    channels: JSON.parse(row.channels),
    fact: row.fact,
    madeAt: row.made_at,
    lapsesAt: row.lapses_at,
    publishedAt: row.published_at,
    heardAt: row.heard_at,
  };
}
