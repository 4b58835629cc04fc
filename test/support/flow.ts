import type { z } from 'zod';
import type { ActRequest, ChatHandlers } from '../../src/chat/chat.ts';
import type { CalendarEvent } from '../../src/domain/calendar-event.ts';
import type { RemarkCode } from '../../src/domain/etiquette.ts';
import type { Actor, Item, ItemEvent } from '../../src/domain/item.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { type ApprovalRule, DEFAULT_PERMISSIONS, type Permissions } from '../../src/domain/permission.ts';
import type { Post, PostInput } from '../../src/domain/post.ts';
import { promptsSchema } from '../../src/domain/prompts/settings.ts';
import type { Place } from '../../src/domain/routing.ts';
import type { Team } from '../../src/domain/triage/team/weigh.ts';
import type { Triage, Verdict } from '../../src/domain/triage/verdict.ts';
import { type Act, createAct } from '../../src/flow/act.ts';
import { type Answered, createAnswered } from '../../src/flow/answered.ts';
import { createChanges } from '../../src/flow/changes.ts';
import { createDesk, type DeskPart } from '../../src/flow/desk.ts';
import { createDigests, type DigestDeps, type Digests } from '../../src/flow/digest.ts';
import { createDuty, type Duty, type DutyDeps } from '../../src/flow/duty.ts';
import { createHandlers } from '../../src/flow/handlers.ts';
import type { TeamCalendar } from '../../src/flow/idea-facts.ts';
import { createIdeas, type Ideas } from '../../src/flow/ideas.ts';
import { createIngest, type Delivery, type IngestResult } from '../../src/flow/ingest.ts';
import { createKnown, whyNotContact } from '../../src/flow/known.ts';
import type { Notices } from '../../src/flow/notices.ts';
import { createPersonDesk } from '../../src/flow/person-desk.ts';
import { createPolicy, type Policy } from '../../src/flow/policy.ts';
import type { Router } from '../../src/flow/routes.ts';
import { savedDesk } from '../../src/flow/saved-desk.ts';
import { createSettings, type SettingsDesk } from '../../src/flow/settings.ts';
import type { Stages } from '../../src/flow/stages.ts';
import { createSuggest, type SuggestDeps } from '../../src/flow/suggest.ts';
import { createView, type View } from '../../src/flow/view.ts';
import type { Source } from '../../src/sources/source.ts';
import { openStore } from '../../src/store/open.ts';
import type { Queries, Store } from '../../src/store/store.ts';
import { type TestClock, testClock } from './clock.ts';
import { mia, NOON, post, verdict } from './items.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Verdicts by the words of the post: `spam…`, `thanks…`, `complaint…`, `follow…`; everything else is a question. `p=90` sets the priority. */
export const scriptedTriage: Triage = ({ text, via }) => {
  const priority = Number(/\bp=(\d+)/.exec(text)?.[1] ?? 50);
  const because = (code: string): Verdict['reasons'] => [{ code, text: `it is a ${code}` }];
  if (text.startsWith('spam'))
    return verdict({ kinds: ['spam'], priority: 0, answerDue: false, reasons: because('spam') });
  if (via === 'follow')
    return verdict({ kinds: ['follow'], priority: 10, answerDue: false, reasons: because('follow') });
  if (text.startsWith('thanks'))
    return verdict({ kinds: ['praise'], priority: 5, answerDue: false, reasons: because('plain thanks') });
  if (text.startsWith('complaint'))
    return verdict({ kinds: ['complaint'], priority, reasons: because('complaint') });
  return verdict({ priority, reasons: because('question') });
};

/** A log that keeps its lines. */
export interface KeptLog {
  readonly lines: { level: string; fields: object; message: string }[];
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn') };
}

export interface Flow {
  /** The store itself, for the test to look at. */
  readonly store: Store;
  /** The store as the flow uses it. */
  readonly through: Store;
  readonly clock: TestClock;
  readonly view: View;
  readonly act: Act;
  readonly log: KeptLog;
  readonly sources: Map<string, Source>;
  /** Items that the flow said have changed, in order. */
  readonly changed: number[];
  readonly policy: Policy;
  readonly settings: SettingsDesk;
  readonly duty: Duty;
  readonly ideas: Ideas;
  /** What the team's calendar says; empty at first. */
  readonly calendar: CalendarEvent[];
  /** What was said beside the cards. */
  readonly told: Told[];
  readonly digests: Digests;
  /** Keeps what was answered findable. */
  readonly answered: Answered;
  /** What the chat of the given kind may ask and do; its channels default to `all`. */
  handlers(chat?: string, channels?: readonly string[]): ChatHandlers;
  ingest(posts: readonly Post[], more?: Partial<Delivery>): Promise<IngestResult>;
  /** A person does something. */
  does(actor: Actor, itemId: number, action: ActRequest['action']): ReturnType<Act>;
  /** The item of a conversation; throws when there is none. */
  item(conversationId: string, source?: string): Promise<Item>;
  events(conversationId: string, source?: string): Promise<readonly ItemEvent[]>;
}

/** Something that was said beside the cards. */
export interface Told {
  readonly key: string;
  readonly to: readonly Place[];
  readonly notice: Notice;
  readonly thread: number | null;
}

export interface FlowOptions {
  readonly store?: Store;
  readonly clock?: TestClock;
  readonly triage?: Triage;
  readonly sources?: readonly Source[];
  readonly places?: readonly Place[] | ((verdict: Verdict, post: Post) => readonly Place[]);
  /** Instead of `places`: what the rules make of a post. */
  readonly router?: () => Promise<Router>;
  readonly stageOf?: Stages['of'];
  readonly team?: () => Promise<Team>;
  readonly permissions?: Partial<Permissions>;
  readonly approval?: ApprovalRule;
  readonly blocked?: readonly RemarkCode[];
  readonly muted?: readonly string[];
  /** `prompts` as it stands in potluck.yaml. */
  readonly prompts?: z.input<typeof promptsSchema>;
  readonly zone?: string;
  readonly calendars?: readonly TeamCalendar[];
  readonly leases?: { hold(name: string): Promise<boolean> };
  readonly notices?: Notices;
  /** Who does what is no action on an item. */
  readonly desk?: readonly DeskPart[];
  /** Who is on call, and what is done about those who wait; without it there is no such part. */
  readonly duty?: Partial<DutyDeps>;
  readonly digests?: Partial<DigestDeps>;
  readonly suggest?: Partial<SuggestDeps>;
  /** Stands between the flow and the store: for failures in the middle. */
  readonly through?: (store: Store) => Store;
}

/** The flow's parts on a store of their own (SQLite in memory), a day after {@link NOON}. */
export async function flow(options: FlowOptions = {}): Promise<Flow> {
  const clock = options.clock ?? testClock(NOON + 24 * HOUR);
  const real = options.store ?? (await openStore('file::memory:', { clock }));
  const watched = tracked(real, clock);
  const store = options.through?.(watched) ?? watched;
  const log = keptLog();
  const changed: number[] = [];
  const tell = (ids: readonly number[]): void => void changed.push(...ids);
  const sources = new Map((options.sources ?? []).map((source) => [source.name, source]));
  const policy = createPolicy({
    managers: [{ id: mia.id, name: mia.name }],
    permissions: { ...DEFAULT_PERMISSIONS, ...options.permissions },
    approval: options.approval ?? null,
    blocked: options.blocked ?? [],
  });
  const settings = createSettings({ store, clock, policy, start: options.muted ?? [] });
  const known = createKnown({ queries: store, clock, sources, zone: 'UTC', names: ['Potluck'] });
  const view = createView(store, sources, policy.approvals, known, options.duty?.service);
  const digests = createDigests({
    store,
    clock,
    view,
    leases: { hold: async () => true },
    zone: 'UTC',
    schedules: [],
    departments: new Map(),
    names: ['Potluck'],
    labels: () => new Map([...sources].map(([name, { label }]) => [name, label])),
    deaf: async () => [],
    target: () => null,
    advocates: async () => [],
    draw: async () => new Uint8Array([1, 2, 3]),
    nudge: () => {},
    log,
    ...options.digests,
  });
  const places = options.places ?? [{ chat: 'web', channel: 'all' }];
  const placesOf = (found: Verdict, about: Post): readonly Place[] =>
    typeof places === 'function' ? places(found, about) : places;
  const byPlaces: Router = ({ verdict: found, post: about }) => ({
    places: placesOf(verdict(found), about),
    owner: null,
    priority: found.priority,
    watchers: [],
    digestOnly: false,
    by: [],
  });
  const ingest = createIngest({
    store,
    clock,
    triage: options.triage ?? scriptedTriage,
    brand: { names: ['Potluck'], competitors: [], domains: [] },
    router: options.router ?? (async () => byPlaces),
    team: options.team ?? (async () => ({ role: null, head: null })),
    stageOf: options.stageOf ?? (async () => 'engage'),
    muted: settings.muted,
    changed: tell,
  });
  const people = { store, clock, view, sources, zone: 'UTC', changed: tell };
  let ids = 0;
  const told: Told[] = [];
  const calendar: CalendarEvent[] = [];
  const ideas = createIdeas({
    store,
    clock,
    config: options.prompts ? promptsSchema.parse(options.prompts) : null,
    zone: options.zone ?? 'Europe/Berlin',
    holidays: new Set(),
    places: [{ chat: 'web', channel: 'ideas' }],
    calendars: options.calendars ?? [{ name: 'Team', eventsBetween: async () => calendar }],
    sources,
    names: ['Potluck'],
    leases: options.leases ?? { hold: async () => true },
    notices: options.notices ?? {
      tell: async (key, to, notice, thread = null) => void told.push({ key, to, notice, thread }),
    },
    newId: () => `prompt-${clock.now()}-${++ids}`,
    changed: tell,
    log,
  });
  const act = createAct({
    store,
    clock,
    view,
    sources,
    newId: () => `reply-${++ids}-0123456789`,
    policy,
    whyNotContact: (item) => whyNotContact(store, item),
    changed: tell,
    ideas: ideas.book,
    record: async (source, posts) => void (await ingest({ source, posts, backfilled: true })),
    log,
  });
  const itemOf = async (conversationId: string, source = 'blog'): Promise<Item> => {
    const item = await real.itemOf(source, conversationId);
    if (!item) throw new Error(`no item of ${source}/${conversationId}`);
    return item;
  };
  const duty = createDuty({
    store,
    clock,
    view,
    plan: null,
    service: { targets: [], working: null },
    steps: null,
    managers: [{ id: mia.id, name: mia.name }],
    calendars: new Map(),
    chats: [],
    zone: 'UTC',
    places: [{ chat: 'web', channel: 'all' }],
    leases: { hold: async () => true },
    changed: tell,
    nudge: () => {},
    log,
    ...options.duty,
  });
  const answered = createAnswered({ store, clock, names: ['Potluck'], leases: { hold: async () => true } });
  const drafts = createSuggest({
    store,
    clock,
    sources,
    brand: { names: ['Potluck'], competitors: [], domains: ['potluck.example'] },
    settings: { products: [] },
    model: null,
    ...options.suggest,
  });
  return {
    store: real,
    through: store,
    clock,
    view,
    act,
    log,
    sources,
    changed,
    policy,
    settings,
    duty,
    ideas,
    calendar,
    told,
    digests,
    answered,
    handlers: (chat = 'web', channels = ['all']) =>
      createHandlers(
        {
          store,
          clock,
          view,
          act,
          watches: new Map(),
          sources,
          policy,
          settings,
          changes: createChanges({ store, clock, log }),
          desk: createDesk({ policy, log }, [
            digests.part,
            savedDesk({ store, clock, policy }),
            ...(options.duty ? [duty.part] : []),
            ...(options.desk ?? [createPersonDesk(people)]),
            ideas.desk(view, (asking) => [{ chat: asking, channel: channels[0] ?? 'all' }]),
          ]),
          digests,
          drafts,
          ingest,
          route: placesOf,
          newId: () => `id-${++ids}`,
          changed: tell,
        },
        chat,
        channels,
      ),
    ingest: (posts, more = {}) =>
      ingest({ source: posts[0]?.source ?? 'blog', posts, backfilled: false, ...more }),
    does: (actor, itemId, action) =>
      act({ itemId, action, actor: { id: actor.id, name: actor.name, surface: actor.surface } }),
    item: itemOf,
    events: async (conversationId, source) => real.events((await itemOf(conversationId, source)).id, 200),
  };
}

/** A post of a customer, `minute` minutes after noon; the conversation is `p1` unless said otherwise. */
export function theirs(id: string, minute: number, change: Partial<PostInput> = {}): Post {
  return post({
    id,
    conversationId: 'p1',
    createdAt: NOON + minute * MINUTE,
    text: `question ${id}?`,
    ...change,
  });
}

/** A post of ours, with a link that names it. */
export function ours(id: string, minute: number, change: Partial<PostInput> = {}): Post {
  return post({
    id,
    conversationId: 'p1',
    via: 'reply',
    createdAt: NOON + minute * MINUTE,
    text: `answer ${id}`,
    url: `https://blog.example/${id}`,
    author: { id: 'us', name: `Our shop (${id})`, handle: 'shop', url: null, avatarUrl: null },
    ours: true,
    ...change,
  });
}

/** The store with some queries replaced, outside and inside of transactions. */
export function withQueries(store: Store, replace: (queries: Queries) => Partial<Queries>): Store {
  return {
    ...store,
    ...replace(store),
    transaction: (lock, work) =>
      store.transaction(lock, (queries) => work({ ...queries, ...replace(queries) })),
  };
}

/** The store, counting calls of its queries. */
export function counting(store: Store): Store & { readonly calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const count = (name: string, call: () => unknown): unknown => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return call();
  };
  return {
    ...mapped(store, count),
    transaction: (lock, work) => store.transaction(lock, (queries) => work(mapped(queries, count))),
    calls,
  };
}

/** An object of functions, each called through `through`. */
function mapped<T extends object>(subject: T, through: (name: string, call: () => unknown) => unknown): T {
  const entries = Object.entries(subject).map(([name, value]) => [
    name,
    typeof value === 'function' ? (...args: unknown[]) => through(name, () => value(...args)) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** The store, every call of which ends before the clock goes on. */
function tracked(store: Store, clock: TestClock): Store {
  return mapped(store, (_, call) => clock.track(call()));
}

/** A promise in the hands of the test. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error('a promise that does not run its executor');
  return { promise, ...settle };
}
