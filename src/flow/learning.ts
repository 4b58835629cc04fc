import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Item, Person } from '../domain/item.ts';
import { exampleOf, exampleOfWords } from '../domain/triage/team/example.ts';
import { type Lesson, lessonsOf, newHead, type TeamHead, teach } from '../domain/triage/team/head.ts';
import { packHead, unpackHead } from '../domain/triage/team/pack.ts';
import type { TeamRole } from '../domain/triage/team/roles.ts';
import { type Said, type Saying, saidBy } from '../domain/triage/team/saying.ts';
import type { Team } from '../domain/triage/team/weigh.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import { aboutOf } from './for-team.ts';
import type { Leases } from './leases.ts';

/** What another process learnt is used within this time. */
const FRESH_MS = 2_000;
/** Acts that are learnt in one transaction. */
const PAGE = 200;
/** Pages of one run: a ledger of years is learnt in some minutes. */
const PAGES = 10;
/** A version is kept after so many clicks. */
const CLICKS_A_VERSION = 25;
/** Versions that are kept. */
export const KEPT_VERSIONS = 40;
/** One at a time, whichever process. */
const LOCK = 'learning';
const SWITCH = 'learning';
const MUTED = 'learning.muted';

const switchSchema = z
  .object({ off: z.boolean(), by: z.string().catch(''), at: z.number().catch(0) })
  .catch({ off: false, by: '', at: 0 });

export interface LearningDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly role: TeamRole | null;
  /** False: potluck.yaml says no, whatever anybody says in a chat. */
  readonly allowed: boolean;
  /** The words that are muted now: they are not wanted. */
  readonly muted: () => Promise<readonly string[]>;
  readonly leases: Pick<Leases, 'hold'>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Learns from what people do with items. */
export interface Learning {
  /** The team's role and its head, at most two seconds old. */
  team(): Promise<Team>;
  /** Learns what is new. May run at any time, twice, and in several processes: each act teaches once. */
  tick(): Promise<void>;
  /** Whether it is on, and if not, who says so. */
  state(): Promise<{ readonly on: boolean; readonly why: string }>;
  change(on: boolean, by: Person): Promise<void>;
  /** Makes a kept version the one that holds; null where there is none of that number. */
  back(version: number): Promise<{ readonly lessons: number; readonly at: number } | null>;
  readonly role: TeamRole | null;
}

/** Learning, on the ledger: acts are marked in the transaction that keeps what they taught, so that none teaches twice. */
export function createLearning(deps: LearningDeps): Learning {
  const { store, clock } = deps;
  let known: { readonly at: number; readonly team: Promise<Team> } | null = null;
  let unpacked: { readonly stamp: number; readonly head: TeamHead | null } = { stamp: 0, head: null };

  async function state(): Promise<{ on: boolean; why: string }> {
    if (!deps.allowed) return { on: false, why: 'potluck.yaml says learning: false' };
    const { off, by } = await readSwitch(store);
    return { on: !off, why: off ? `${by} switched it off` : '' };
  }

  async function read(): Promise<Team> {
    const { role } = deps;
    if (!(await state()).on) return { role, head: null };
    const stamp = await store.headStamp();
    if (stamp !== unpacked.stamp) {
      const row = await store.head(0);
      unpacked = { stamp: row?.stamp ?? 0, head: row && unpackHead(row.state) };
    }
    return { role, head: unpacked.head };
  }

  function team(): Promise<Team> {
    const now = clock.now();
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.team;
    // Posts come in whether or not it can be read what the team thinks of them.
    const fresh = read().catch((error: unknown): Team => {
      deps.log.warn({ error: messageOf(error) }, 'what the team taught could not be read');
      return { role: deps.role, head: null };
    });
    known = { at: now, team: fresh };
    return fresh;
  }

  async function learn(on: boolean, muted: readonly string[]): Promise<number> {
    const learnt = await store.transaction(LOCK, async (queries) => {
      const row = await queries.head(0);
      const before = row ? unpackHead(row.state) : newHead();
      if (!before) {
        // Learnt with another way of reading texts: it means nothing any more, and the ledger still has it all.
        await queries.unteach();
        return PAGE;
      }
      const acts = await queries.untaught(PAGE);
      const words = await mutedNews(queries, muted);
      if (acts.length === 0 && words.length === 0) return 0;
      const now = clock.now();
      const { lessons, sayings } = on ? await lessonsIn(queries, acts) : NOTHING;
      await queries.markTaught(
        acts.map(({ id }) => id),
        now,
      );
      await queries.saveSayings(sayings);
      await queries.saveSetting(MUTED, JSON.stringify(muted));
      const head = teach(before, on ? [...lessons, ...words] : []);
      if (head.wanted + head.unwanted > lessonsOf(before)) await keep(queries, head, before, now);
      return acts.length;
    });
    if (learnt > 0) known = null;
    return learnt;
  }

  return {
    role: deps.role,
    team,
    state,
    async tick() {
      if (!(await deps.leases.hold(LOCK))) return;
      try {
        const [{ on }, muted] = [await state(), await deps.muted()];
        for (let page = 0; page < PAGES; page++) if ((await learn(on, muted)) < PAGE) return;
      } catch (error) {
        deps.log.warn({ error: messageOf(error) }, 'what people did could not be learnt from just now');
      }
    },
    async change(on, by) {
      const value = { off: !on, by: by.name, at: clock.now() };
      await store.saveSetting(SWITCH, JSON.stringify(value));
      known = null;
    },
    async back(version) {
      if (version < 1) return null;
      const kept = await store.transaction(LOCK, async (queries) => {
        const [row, now] = [await queries.head(version), await queries.head(0)];
        if (!row || !unpackHead(row.state)) return null;
        await queries.saveHead({ ...row, version: 0, stamp: (now?.stamp ?? 0) + 1 });
        return row;
      });
      known = null;
      return kept && { lessons: kept.lessons, at: kept.at };
    },
  };
}

async function readSwitch(queries: Pick<Queries, 'setting'>): Promise<z.output<typeof switchSchema>> {
  const value = await queries.setting(SWITCH);
  return switchSchema.parse(value === null ? null : JSON.parse(value));
}

const NOTHING = { lessons: [] as Lesson[], sayings: new Map<number, Saying>() };

/** What these acts teach, in their order. */
async function lessonsIn(
  queries: Queries,
  acts: Awaited<ReturnType<Queries['untaught']>>,
): Promise<typeof NOTHING> {
  const ids = [...new Set(acts.map(({ itemId }) => itemId))];
  const items = new Map((await queries.itemsNumbered(ids)).map((item) => [item.id, item]));
  const before = await queries.sayings(ids);
  const sayings = new Map<number, Saying>();
  const lessons: Lesson[] = [];
  for (const act of acts) {
    const item = items.get(act.itemId);
    // Ideas of ours are nobody's posts.
    if (item?.origin !== 'conversation') continue;
    const said = saidBy(act, sayings.get(item.id) ?? before.get(item.id) ?? null);
    const lesson = said && (await lessonOf(queries, item, said));
    if (!lesson) continue;
    sayings.set(item.id, said.saying);
    lessons.push(lesson);
  }
  return { lessons, sayings };
}

/** What was said of an item as a lesson; null when its post is gone. */
async function lessonOf(queries: Queries, item: Item, { saying, weight }: Said): Promise<Lesson | null> {
  const post = await queries.post(item.source, item.postId);
  if (!post) return null;
  const { conversations } = await queries.author(item.source, post.author.id, item.conversationId);
  const learnt = item.reasons.find(({ code }) => code === 'team.learnt')?.points ?? 0;
  const about = aboutOf(post, { ...item, priority: item.priority - learnt }, conversations > 0);
  return { example: exampleOf(about), wanted: saying === 'wanted', weight };
}

/** Words that were muted since, and those that are heard again. */
async function mutedNews(queries: Queries, muted: readonly string[]): Promise<readonly Lesson[]> {
  const value = await queries.setting(MUTED);
  const before = z
    .array(z.string())
    .catch([])
    .parse(value === null ? [] : JSON.parse(value));
  const lesson = (word: string, wanted: boolean): Lesson => ({
    example: exampleOfWords(word),
    wanted,
    weight: 1,
  });
  return [
    ...muted.filter((word) => !before.includes(word)).map((word) => lesson(word, false)),
    ...before.filter((word) => !muted.includes(word)).map((word) => lesson(word, true)),
  ];
}

/** Keeps a head, and a version of it every so many clicks. */
async function keep(queries: Queries, head: TeamHead, before: TeamHead, at: number): Promise<void> {
  const state = packHead(head);
  const lessons = lessonsOf(head);
  const stamp = (await queries.headStamp()) + 1;
  await queries.saveHead({ version: 0, stamp, at, lessons, state });
  if (Math.floor(lessons / CLICKS_A_VERSION) === Math.floor(lessonsOf(before) / CLICKS_A_VERSION)) return;
  const [newest] = await queries.heads(1);
  const version = (newest?.version ?? 0) + 1;
  await queries.saveHead({ version, stamp: 0, at, lessons, state });
  await queries.dropHeads(version - KEPT_VERSIONS + 1);
}
