import { createHash, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Keyv } from 'keyv';
import type { Logger } from 'pino';
import { MAX_ICS_BYTES, openIcs } from '../calendars/ics.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Calendar } from '../domain/calendar-event.ts';
import type { Explicit } from '../domain/plan-notice.ts';
import { placeOf } from '../domain/routing.ts';
import { keptTarget } from '../domain/service.ts';
import { sourceLabel } from '../domain/source-label.ts';
import { createTriage } from '../domain/triage/triage.ts';
import type { Triage } from '../domain/triage/verdict.ts';
import { isWorking } from '../domain/working-time.ts';
import { drawSvg } from '../draw.ts';
import { guardedFetch } from '../fetch.ts';
import { listAdvocates } from '../flow/advocates.ts';
import { type AskModel, createAskModel, MODEL_METER } from '../flow/ask-model.ts';
import { createDigests, type DigestDeps, type Digests } from '../flow/digest.ts';
import type { DigestFactsDeps } from '../flow/digest-facts.ts';
import type { TeamCalendar } from '../flow/idea-facts.ts';
import { createMeter, type SourceMeter } from '../flow/meter.ts';
import type { Router } from '../flow/routes.ts';
import type { Accepted } from '../flow/stage-store.ts';
import { planRouter, type StagedSource, type StagesDeps } from '../flow/stages.ts';
import type { Watch } from '../flow/watch.ts';
import type { LanguageModel } from '../models/model.ts';
import { openAiCompatible } from '../models/openai-compatible.ts';
import { findsPattern } from '../patterns.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import { loadModel } from '../triage-model.ts';

/** Some servers refuse requests that do not say who asks. */
const USER_AGENT = 'Potluck/0.1 (self-hosted engagement alerts)';
/** Longest answer of a language model, in bytes. */
const MAX_MODEL_BYTES = 1_000_000;

/** Relative SQLite files are meant from the working folder of the configuration. */
export function databaseUrl(config: Config, cwd: string): string {
  const path = config.databaseUrl.startsWith('file:') ? config.databaseUrl.slice('file:'.length) : null;
  return path === null || path === ':memory:' ? config.databaseUrl : `file:${resolve(cwd, path)}`;
}

/** What each source may spend a day, and what it spent. */
export function createMeters(config: Config, store: Store, clock: Clock): ReadonlyMap<string, SourceMeter> {
  return new Map(
    config.sources.map(({ name, kind, budget }) => {
      const zone = kind.quotaZone ?? 'UTC';
      return [name, createMeter({ store, clock, source: name, budget, zone })];
    }),
  );
}

/** @throws Error for a source that is not configured */
export function meterOf(meters: ReadonlyMap<string, SourceMeter>, name: string): SourceMeter {
  const meter = meters.get(name);
  if (!meter) throw new Error(`There is no meter for “${name}”.`);
  return meter;
}

/** Every configured source, connected to nothing yet. @param random uniform in [0, 1) */
export async function createSources(
  config: Config,
  store: Store,
  meters: ReadonlyMap<string, SourceMeter>,
  clock: Clock,
  random: () => number,
  log: Logger,
): Promise<Source[]> {
  return Promise.all(
    config.sources.map(({ name, kind, config: own }) =>
      kind.create(own, {
        name,
        fetch: guardedFetch({ allowPrivate: kind.allowsPrivate?.(own) ?? false, userAgent: USER_AGENT }),
        clock,
        random,
        cache: new Keyv({ store: store.keyvStore(), namespace: `source.${name}` }),
        brand: config.brand,
        meter: meterOf(meters, name),
        log: log.child({ source: name }),
      }),
    ),
  );
}

/** The last good copy of a calendar, by its address, which is often secret. */
function calendarCache(store: Store, place: string): Keyv {
  const name = createHash('sha256').update(place).digest('hex').slice(0, 16);
  return new Keyv({ store: store.keyvStore(), namespace: `calendar.${name}` });
}

/** @param place address, or whole path of a file */
function openCalendar(place: string, zone: string, store: Store | null, clock: Clock): Calendar {
  return openIcs({
    place,
    zone,
    fetch: guardedFetch({ allowPrivate: false, userAgent: USER_AGENT, maxBytes: MAX_ICS_BYTES }),
    clock,
    ...(store ? { cache: calendarCache(store, place) } : {}),
  });
}

/** The calendars that the plan of who is on call names. Files stand beside the policy. */
export function openCalendars(
  { duty, time }: Config,
  store: Store,
  clock: Clock,
  cwd: string,
): ReadonlyMap<string, Calendar> {
  const places = (duty.plan?.layers ?? []).flatMap(({ roster }) =>
    roster.from === 'calendar' ? [roster.place] : [],
  );
  return new Map(
    places.map((place) => [
      place,
      openCalendar(place.includes('://') ? place : resolve(cwd, place), time.zone, store, clock),
    ]),
  );
}

/** The language model of the configuration; null when there is none. Nothing is loaded before it is asked. */
export function createModel({ drafts }: Config): LanguageModel | null {
  if (!drafts.model) return null;
  // Who runs the bot chose this address: it may well be of the own network.
  const guarded = guardedFetch({
    allowPrivate: true,
    userAgent: USER_AGENT,
    timeoutMs: drafts.model.timeout,
    maxBytes: MAX_MODEL_BYTES,
  });
  return openAiCompatible(drafts.model, guarded);
}

/** The way to ask the language model within its daily cost; null where there is none. */
export function askingOf(
  { drafts, time }: Config,
  model: LanguageModel | null,
  store: Store,
  clock: Clock,
  log: Logger,
): AskModel | null {
  if (!drafts.model || !model) return null;
  return createAskModel({
    model,
    settings: drafts.model,
    store,
    clock,
    zone: time.zone,
    newMark: () => randomUUID().replaceAll('-', ''),
    log,
  });
}

/** The calendars that ideas come from; files are meant from the folder of the configuration. */
export function ideaCalendars(
  config: Config,
  store: Store | null,
  clock: Clock,
  cwd: string,
): readonly TeamCalendar[] {
  return (config.prompts?.calendars ?? []).map(({ name, url, file }) => {
    const place = url ?? resolve(cwd, file ?? '');
    const calendar = openCalendar(place, config.time.zone, store, clock);
    return { name, eventsBetween: calendar.eventsBetween };
  });
}

/** Triage with the trained heads; without them, and a line in the log, by rules alone. */
export function openTriage(log: Logger): Triage {
  const { model, problem } = loadModel();
  if (problem) log.warn(problem);
  return createTriage(model);
}

/** Digests with all that they are made of. @param nudge called when one was told */
export function createDigestsOf(
  config: Config,
  deps: Pick<DigestDeps, 'store' | 'clock' | 'view' | 'leases' | 'log'>,
  sources: ReadonlyMap<string, Pick<Source, 'label'>>,
  watches: ReadonlyMap<string, Watch>,
  nudge: () => void,
): Digests {
  return createDigests({
    ...deps,
    ...digestDeps(config, deps, sources, async () => {
      const health = await Promise.all([...watches.values()].map((watch) => watch.health()));
      return health.flatMap(({ state, label }) => (state === 'blind' ? [label] : []));
    }),
    schedules: config.digests,
    draw: drawSvg,
    nudge,
  });
}

/** What digests are made of, told by themselves or asked for. */
export function digestDeps(
  config: Config,
  { store, clock }: Pick<DigestFactsDeps, 'store' | 'clock'>,
  sources: ReadonlyMap<string, Pick<Source, 'label'>>,
  deaf: DigestFactsDeps['deaf'],
): DigestFactsDeps {
  return {
    store,
    clock,
    zone: config.time.zone,
    departments: config.departments,
    names: config.brand.names,
    labels: () =>
      new Map([
        ...[...sources.keys()].map((name) => [name, sourceLabel(name, sources)] as const),
        [MODEL_METER, 'Language model'],
      ]),
    deaf,
    target: (answer) => keptTarget(config.service, answer),
    advocates: async (limit) => {
      const found = await listAdvocates({ store, sources }, clock, limit);
      return found.map(({ called, url, labels, reasons }) => ({ name: called, url, labels, reasons }));
    },
  };
}

/** What potluck.yaml says by itself: it wins over accepted plans. */
export function explicitOf({ time, attention }: Config): Explicit {
  return {
    hours: time.working !== null,
    budget: ({ chat, channel }) =>
      attention.perHour !== undefined || Object.hasOwn(attention.channels, `${chat}:${channel}`),
  };
}

/** What rules need to know besides the post. */
export function ruleContext({ time: { zone, working } }: Config): StagesDeps['context'] {
  return { finds: findsPattern, zone, working: working && ((at) => isWorking(working, at)) };
}

/** The rules of potluck.yaml, and those that were accepted. */
export function routerOf(config: Config, accepted: readonly Accepted[] = []): Router {
  const { routes: rules, defaults } = config;
  return planRouter({ rules, defaults, context: ruleContext(config) }, accepted);
}

/** Each configured source with the stage that potluck.yaml begins with. */
export function stagedSources(config: Config, sources: readonly Source[]): readonly StagedSource[] {
  return config.sources.map(({ name, stage, engageWithinMs }) => {
    const label = sources.find((source) => source.name === name)?.label ?? name;
    return { name, label, stage, engageWithinMs };
  });
}

/** The channels of a chat that items can come to, in the order of the configuration. */
export function channelsOf({ routes, defaults, prompts }: Config, chat: string): readonly string[] {
  const ideas = [prompts?.to, ...(prompts?.sources ?? []).map(({ to }) => to)].flatMap((to) => to ?? []);
  const places = [
    ...routes.flatMap((rule) => (rule.to ?? []).map(placeOf)),
    ...defaults,
    ...ideas.map(placeOf),
  ];
  return [...new Set(places.filter((place) => place.chat === chat).map(({ channel }) => channel))];
}
