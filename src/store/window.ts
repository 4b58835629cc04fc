import { type SqlBool, sql } from 'kysely';
import { DISMISS_REASONS, type DismissReason, type ItemEvent } from '../domain/item.ts';
import { snoozesOf } from '../domain/service.ts';
import type { Answer, Dismissal, Filtering, Holding, Opening, Publishing, Raw } from '../domain/stats.ts';
import type { Kind } from '../domain/triage/verdict.ts';
import type { Door } from './door.ts';
import { isQuiet, not } from './items.ts';
import { NEVER } from './schema.ts';
import type { Queries } from './store.ts';

/** Events of one window that are looked at, newest first; a team that makes more in a fortnight has other tools. */
const MAX_EVENTS = 50_000;
const ANSWERS = ['sent', 'mark-answered', 'answered-on-network'];
/** What Potluck itself closes (duplicates) is nobody's decision, and so is not among them. */
const LOOKED_AT = ['opened', 'filtered', 'dismiss', 'claim', 'assign', 'release', ...ANSWERS];

interface EventRow {
  readonly item_id: number;
  readonly at: number;
  readonly type: string;
  readonly actor_name: string;
  readonly detail: string;
  readonly source: string;
  readonly origin: string;
  readonly kinds: string;
  readonly priority: number;
  readonly useful: number;
}

/** What happened in a window of time. */
export function windowQueries(door: Door): Pick<Queries, 'window'> {
  return {
    async window(from, to) {
      const [rows, waiting] = await Promise.all([eventsOf(door, from, to), waitingNow(door)]);
      const lists = assembled(rows.slice(0, MAX_EVENTS));
      const answers = await withSnoozes(door, lists.answers);
      return { ...lists, answers, ...waiting, cut: rows.length > MAX_EVENTS };
    },
  };
}

async function eventsOf(door: Door, from: number, to: number): Promise<readonly EventRow[]> {
  return door
    .db()
    .selectFrom('events')
    .innerJoin('items', 'items.id', 'events.item_id')
    .where('events.at', '>=', from)
    .where('events.at', '<', to)
    .where('events.type', 'in', LOOKED_AT)
    .select([
      'events.item_id',
      'events.at',
      'events.type',
      'events.actor_name',
      'events.detail',
      'items.source',
      'items.origin',
      'items.kinds',
      'items.priority',
      sql<number>`case when items.owner_id is not null or items.state = 'answered' then 1 else 0 end`.as(
        'useful',
      ),
    ])
    .orderBy('events.at', 'desc')
    .orderBy('events.id', 'desc')
    .limit(MAX_EVENTS + 1)
    .execute();
}

const IDS_A_STATEMENT = 500;

/** Each answer with the times for which its item had been snoozed. Few ever are: only of those the history is read. */
async function withSnoozes(door: Door, answers: readonly Answer[]): Promise<readonly Answer[]> {
  const ids = [...new Set(answers.filter(({ waitedMs }) => waitedMs !== null).map(({ itemId }) => itemId))];
  const histories = new Map<number, ItemEvent[]>();
  for (let from = 0; from < ids.length; from += IDS_A_STATEMENT)
    for (const event of await snoozedOnes(door, ids.slice(from, from + IDS_A_STATEMENT)))
      histories.set(event.itemId, [...(histories.get(event.itemId) ?? []), event]);
  return answers.map((answer) => {
    const before = histories.get(answer.itemId)?.filter(({ at }) => at <= answer.at) ?? [];
    const snoozes = snoozesOf(before, answer.at);
    return snoozes.length > 0 ? { ...answer, snoozes } : answer;
  });
}

/** The histories of those of some items that somebody snoozed, oldest first. */
async function snoozedOnes(door: Door, ids: readonly number[]): Promise<readonly ItemEvent[]> {
  const rows = await door
    .db()
    .selectFrom('events')
    .selectAll('events')
    .where('item_id', 'in', ({ selectFrom }) =>
      selectFrom('events as asleep')
        .select('asleep.item_id')
        .where('asleep.item_id', 'in', [...ids])
        .where('asleep.type', '=', 'snooze'),
    )
    .orderBy('id')
    .limit(MAX_EVENTS)
    .execute();
  return rows.map((row) => ({
    itemId: row.item_id,
    version: row.version,
    at: row.at,
    type: row.type as ItemEvent['type'],
    actor: { id: row.actor_id, name: row.actor_name },
    surface: row.surface,
    detail: JSON.parse(row.detail),
  }));
}

async function waitingNow(door: Door): Promise<Pick<Raw, 'waiting' | 'oldestWaitingSince'>> {
  const row = await door
    .db()
    .selectFrom('items')
    .where('closed', '=', sql.lit(0))
    .where(sql<SqlBool>`waiting_since < ${NEVER}`)
    .where(not(isQuiet()))
    .select([sql<number>`count(*)`.as('count'), sql<number | null>`min(waiting_since)`.as('oldest')])
    .executeTakeFirstOrThrow();
  return { waiting: row.count, oldestWaitingSince: row.oldest };
}

type Lists = {
  -readonly [Name in
    | 'opened'
    | 'filtered'
    | 'answers'
    | 'dismissed'
    | 'holdings'
    | 'published']: Raw[Name][number][];
};

/** @param rows newest first */
function assembled(rows: readonly EventRow[]): Lists {
  const lists: Lists = { opened: [], filtered: [], answers: [], dismissed: [], holdings: [], published: [] };
  const kindsOf = remembering((text: string) => JSON.parse(text) as readonly Kind[]);
  for (const row of rows.toReversed()) put(lists, row, kindsOf(row.kinds));
  return lists;
}

function put(lists: Lists, row: EventRow, kinds: readonly Kind[]): void {
  const moment: Filtering = { itemId: row.item_id, at: row.at, source: row.source, kinds };
  const prompt = row.origin === 'prompt';
  switch (row.type) {
    case 'opened':
      if (!prompt) lists.opened.push({ ...moment, useful: row.useful === 1 } satisfies Opening);
      return;
    case 'filtered':
      lists.filtered.push(moment);
      return;
    case 'dismiss':
      if (!prompt)
        lists.dismissed.push({ ...moment, by: row.actor_name, reason: reasonOf(row) } satisfies Dismissal);
      return;
    case 'claim':
    case 'assign':
    case 'release':
      if (!prompt)
        lists.holdings.push({
          ...moment,
          type: row.type === 'release' ? 'release' : 'claim',
        } satisfies Holding);
      return;
    default:
      putAnswer(lists, row, moment);
  }
}

function putAnswer(lists: Lists, row: EventRow, moment: Filtering): void {
  const detail = JSON.parse(row.detail) as Record<string, unknown>;
  // A better answer to what was answered already is no second one.
  if (detail.corrects === true) return;
  const by = typeof detail.by === 'string' ? detail.by : row.actor_name;
  if (detail.prompt === true) lists.published.push({ ...moment, by } satisfies Publishing);
  else
    lists.answers.push({
      ...moment,
      by,
      priority: row.priority,
      waitedMs: typeof detail.waitedMs === 'number' ? detail.waitedMs : null,
    } satisfies Answer);
}

function reasonOf(row: EventRow): DismissReason {
  const { reason } = JSON.parse(row.detail) as { reason?: unknown };
  return typeof reason === 'string' && Object.hasOwn(DISMISS_REASONS, reason)
    ? (reason as DismissReason)
    : 'other';
}

/** Many items have the same few kinds. */
function remembering<Value>(work: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text) ?? work(text);
    known.set(text, found);
    return found;
  };
}
