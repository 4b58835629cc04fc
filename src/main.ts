import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Keyv } from 'keyv';
import { schedule as cron } from 'node-cron';
import type { Logger } from 'pino';
import { parseDocument } from 'yaml';
import { MAX_ICS_BYTES, openIcs } from './calendars/ics.ts';
import type { Chat, ChatHandlers } from './chat/chat.ts';
import { chats as chatKinds } from './chat/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Config, isLoopback, problemWords, type Registries, readConfig } from './config.ts';
import { budgetOf } from './domain/attention.ts';
import type { Calendar } from './domain/calendar-event.ts';
import type { Check } from './domain/check.ts';
import { ownWords } from './domain/incident.ts';
import type { Item } from './domain/item.ts';
import { URGENT } from './domain/make-card.ts';
import type { Explicit } from './domain/plan-notice.ts';
import type { Post } from './domain/post.ts';
import { type Place, placeOf, ruleList } from './domain/routing.ts';
import { keptTarget, type Service, workingFor } from './domain/service.ts';
import { sourceLabel } from './domain/source-label.ts';
import { createTriage } from './domain/triage/triage.ts';
import type { Triage, Verdict } from './domain/triage/verdict.ts';
import { isWorking } from './domain/working-time.ts';
import { drawSvg } from './draw.ts';
import { messageOf } from './errors.ts';
import { guardedFetch } from './fetch.ts';
import { type Act, createAct } from './flow/act.ts';
import { listAdvocates } from './flow/advocates.ts';
import { createAnswered } from './flow/answered.ts';
import { type AskModel, createAskModel, MODEL_METER } from './flow/ask-model.ts';
import { attentionDesk, createAttention } from './flow/attention.ts';
import { createChanges } from './flow/changes.ts';
import { createDesk } from './flow/desk.ts';
import { createDigests, type DigestDeps, type Digests } from './flow/digest.ts';
import { runDigest } from './flow/digest-cli.ts';
import type { DigestFactsDeps } from './flow/digest-facts.ts';
import { doctor } from './flow/doctor.ts';
import { createDuty, type Duty, groupMembers } from './flow/duty.ts';
import { dutyChecks } from './flow/duty-checks.ts';
import { createHandlers } from './flow/handlers.ts';
import { checkCalendars, type TeamCalendar } from './flow/idea-facts.ts';
import { createIdeas, type Ideas } from './flow/ideas.ts';
import { createIncidents, incidentDesk } from './flow/incidents.ts';
import { createIngest } from './flow/ingest.ts';
import { createKnown, whyNotContact } from './flow/known.ts';
import { createLearning, type Learning } from './flow/learning.ts';
import { learningDesk } from './flow/learning-desk.ts';
import { createLeases } from './flow/leases.ts';
import { createMeter, type SourceMeter } from './flow/meter.ts';
import { createModelDrafts } from './flow/model-drafts.ts';
import { createMuteProposals } from './flow/mute-proposals.ts';
import { nameChecks } from './flow/name-checks.ts';
import { createNotices } from './flow/notices.ts';
import { runPerson } from './flow/person-cli.ts';
import { createPersonDesk } from './flow/person-desk.ts';
import { planChecks } from './flow/plan-checks.ts';
import { createPlans } from './flow/plans.ts';
import { createPolicy } from './flow/policy.ts';
import { createPresent, type Present } from './flow/present.ts';
import { createPrivacyDesk } from './flow/privacy-desk.ts';
import { readiness } from './flow/readiness.ts';
import { replay } from './flow/replay.ts';
import { createRoster } from './flow/roster.ts';
import type { Router } from './flow/routes.ts';
import { savedDesk } from './flow/saved-desk.ts';
import { createSchedule } from './flow/schedule.ts';
import { createSettings } from './flow/settings.ts';
import { type Accepted, acceptedPlans } from './flow/stage-store.ts';
import { createStages, plannedHours, planRouter, type StagedSource, type StagesDeps } from './flow/stages.ts';
import { createSuggest } from './flow/suggest.ts';
import { createThanks } from './flow/thanks.ts';
import { foundSource } from './flow/track.ts';
import { isForeign, translateDesk } from './flow/translate.ts';
import { parseRoutesTest, routesWords, tryRoutes } from './flow/try-routes.ts';
import { trySource } from './flow/try-source.ts';
import { parseTriage, TRIAGE_USAGE, tryTriage } from './flow/try-triage.ts';
import { createView } from './flow/view.ts';
import { createWatch, type Watch } from './flow/watch.ts';
import { remarksOn } from './flow/wording.ts';
import { createHttp } from './http.ts';
import { createLog, prettyStream } from './log.ts';
import type { LanguageModel } from './models/model.ts';
import { openAiCompatible } from './models/openai-compatible.ts';
import { findsPattern } from './patterns.ts';
import { loadPlugIns, NO_PLUG_INS } from './plug-ins.ts';
import { progressBar } from './progress.ts';
import { demo, sources as sourceKinds } from './sources/index.ts';
import type { Source } from './sources/source.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import { loadModel } from './triage-model.ts';

/** sysexits.h: something is wrong in the configuration. */
const EX_CONFIG = 78;
const STOP_DEADLINE_MS = 4_500;
/** Some servers refuse requests that do not say who asks. */
const USER_AGENT = 'Potluck/0.1 (self-hosted engagement alerts)';
const registries: Registries = { sources: sourceKinds, chats: chatKinds, demo };

/** Thrown when the configuration is wrong; the message lists every problem. */
class ConfigError extends Error {}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of `.env`, `potluck.yaml` and relative paths. */
  readonly cwd: string;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Does a job again and again, as a cron expression with seconds says; left out: node-cron, by the machine's own clock. */
  readonly every?: (expression: string, job: () => Promise<void>) => { stop(): unknown };
  /** Left out: standard output, pretty in a terminal. */
  readonly log?: Logger;
}

/** A Potluck at work. */
export interface Running {
  /** Where the web room is. */
  readonly url: string;
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  /** Ends everything in order: no reply is cut off, nothing is half-done. */
  stop(): Promise<void>;
}

/**
 * Reads `.env` and the policy file below `cwd`. The process environment wins over `.env`.
 *
 * @param instead other rules in the place of the file's
 */
async function loadConfig({ env, cwd }: Surroundings, instead?: unknown): Promise<Config> {
  const dotEnv = resolve(cwd, '.env');
  const merged = { ...(existsSync(dotEnv) ? parseEnv(readFileSync(dotEnv, 'utf8')) : {}), ...env };
  const named = merged.POTLUCK_CONFIG?.trim();
  const file = resolve(cwd, named || 'potluck.yaml');
  if (named && !existsSync(file))
    throw new ConfigError(
      problemWords([{ path: 'POTLUCK_CONFIG', message: `names ${file}, which does not exist.` }], file),
    );
  const yaml = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const plugIns = yaml === null ? NO_PLUG_INS : await loadPlugIns(yaml, dirname(file));
  const result = readConfig(merged, yaml, { ...registries, plugIns }, instead);
  if (!result.ok) throw new ConfigError(problemWords(result.problems, named || 'potluck.yaml'));
  return result.config;
}

/** Relative SQLite files are meant from the working folder of the configuration. */
function databaseUrl(config: Config, cwd: string): string {
  const path = config.databaseUrl.startsWith('file:') ? config.databaseUrl.slice('file:'.length) : null;
  return path === null || path === ':memory:' ? config.databaseUrl : `file:${resolve(cwd, path)}`;
}

async function openLog(config: Config, given: Logger | undefined): Promise<Logger> {
  if (given) return given;
  const stream = process.stdout.isTTY ? await prettyStream() : undefined;
  return createLog(config.logLevel, config.secrets, stream);
}

/** What each source may spend a day, and what it spent. */
function createMeters(config: Config, store: Store, clock: Clock): ReadonlyMap<string, SourceMeter> {
  return new Map(
    config.sources.map(({ name, kind, budget }) => {
      const zone = kind.quotaZone ?? 'UTC';
      return [name, createMeter({ store, clock, source: name, budget, zone })];
    }),
  );
}

function meterOf(meters: ReadonlyMap<string, SourceMeter>, name: string): SourceMeter {
  const meter = meters.get(name);
  if (!meter) throw new Error(`There is no meter for “${name}”.`);
  return meter;
}

async function createSources(
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

/** The calendars that the plan of who is on call names. Files stand beside the policy. */
function openCalendars(
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
      openIcs({
        place: place.includes('://') ? place : resolve(cwd, place),
        zone: time.zone,
        fetch: guardedFetch({ allowPrivate: false, userAgent: USER_AGENT, maxBytes: MAX_ICS_BYTES }),
        clock,
        cache: calendarCache(store, place),
      }),
    ]),
  );
}

/** Longest answer of a language model, in bytes. */
const MAX_MODEL_BYTES = 1_000_000;

/** The language model of the configuration; null when there is none. Nothing is loaded before it is asked. */
function createModel({ drafts }: Config): LanguageModel | null {
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

function askingOf(
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

const NO_DAYS: ReadonlySet<string> = new Set();

/** The calendars that ideas come from; files are meant from the folder of the configuration. */
function ideaCalendars(
  config: Config,
  store: Store | null,
  clock: Clock,
  cwd: string,
): readonly TeamCalendar[] {
  return (config.prompts?.calendars ?? []).map(({ name, url, file }) => {
    const place = url ?? resolve(cwd, file ?? '');
    const calendar = openIcs({
      place,
      zone: config.time.zone,
      fetch: guardedFetch({ allowPrivate: false, userAgent: USER_AGENT, maxBytes: MAX_ICS_BYTES }),
      clock,
      ...(store ? { cache: calendarCache(store, place) } : {}),
    });
    return { name, eventsBetween: calendar.eventsBetween };
  });
}

/** Triage with the trained heads; without them, and a line in the log, by rules alone. */
function openTriage(log: Logger): Triage {
  const { model, problem } = loadModel();
  if (problem) log.warn(problem);
  return createTriage(model);
}

/** Starts everything that the configuration asks for. Rejects with a message for a person when it cannot. */
export async function startPotluck(surroundings: Surroundings): Promise<Running> {
  const clock = surroundings.clock ?? systemClock;
  const random = surroundings.random ?? Math.random;
  const config = await loadConfig(surroundings);
  const log = await openLog(config, surroundings.log);
  const store = await openStore(databaseUrl(config, surroundings.cwd), { clock, log });
  const stopping = new AbortController();
  await releaseTheDead(store);
  const leases = createLeases({ store, clock, holder: holderId(), log });

  const meters = createMeters(config, store, clock);
  const sources = await createSources(config, store, meters, clock, random, log);
  const found = config.chats.map(({ kind }) => foundSource(kind));
  const byName = new Map([...sources, ...found].map((source) => [source.name, source]));
  const presents = new Map<string, Present>();
  const changes = createChanges({ store, clock, log });
  const policy = createPolicy(config);
  const settings = createSettings({ store, clock, policy, start: config.muted });
  const places = (verdict: Verdict, post: Post): readonly Place[] =>
    stages.routerNow()({ verdict, post, at: clock.now(), author: { known: true } }).places;
  const nudge = (): void => {
    for (const present of presents.values()) present.nudge();
  };
  const changed = (itemIds: readonly number[]): void => {
    changes.tell(itemIds);
    nudge();
  };
  const labelOf = (name: string): string => sourceLabel(name, byName);
  const notices = createNotices({ store, clock, nudge });
  const stages = createStages({
    store,
    clock,
    policy,
    sources: stagedSources(config, sources),
    rules: config.routes,
    defaults: config.defaults,
    own: ownWords(config.brand),
    context: ruleContext(config),
    changed,
    planned: (source) => plans.propose(source),
  });
  await stages.refresh();
  const service: Service = { ...config.service, hours: stages.hours };
  const plans = createPlans({
    store,
    clock,
    policy,
    stages,
    sources: stagedSources(config, sources),
    notices,
    explicit: explicitOf(config),
    defaults: config.defaults,
    places: config.teamPlaces,
    rules: config.routes,
    zone: config.time.zone,
    leases,
    log,
  });
  const learning = createLearning({
    store,
    clock,
    role: config.role,
    allowed: config.learning,
    muted: settings.muted,
    leases,
    log,
  });
  const ingest = createIngest({
    store,
    clock,
    triage: openTriage(log),
    brand: config.brand,
    router: stages.router,
    stageOf: stages.of,
    team: learning.team,
    muted: settings.muted,
    changed,
  });
  const watches = new Map<string, Watch>(
    sources.map((source) => [
      source.name,
      createWatch(source, {
        store,
        clock,
        random,
        leases,
        ingest,
        meter: meterOf(meters, source.name),
        log,
      }),
    ]),
  );
  const known = createKnown({
    queries: store,
    clock,
    sources: byName,
    zone: config.time.zone,
    names: config.brand.names,
  });
  const model = createModel(config);
  const view = createView(
    store,
    byName,
    policy.approvals,
    known,
    service,
    (post) => model !== null && isForeign(post, config.languages),
  );
  const ideas = createIdeas({
    store,
    clock,
    config: config.prompts,
    zone: config.time.zone,
    holidays: config.time.working?.holidays ?? NO_DAYS,
    places: config.teamPlaces,
    calendars: ideaCalendars(config, store, clock, surroundings.cwd),
    sources: byName,
    names: config.brand.names,
    leases,
    notices,
    newId: randomUUID,
    changed,
    log,
  });
  const act: Act = createAct({
    store,
    clock,
    view,
    sources: byName,
    newId: randomUUID,
    policy,
    whyNotContact: (item) => whyNotContact(store, item),
    changed,
    ideas: ideas.book,
    record: async (source, posts) => void (await ingest({ source, posts, backfilled: true })),
    log,
  });

  const http = createHttp({
    host: config.host,
    port: config.port,
    hook: (name, request) => watches.get(name)?.receive(request) ?? null,
    ready: () => readiness({ store, watches, presents, details: isLoopback(config.host) }),
    log,
  });
  const chats: Chat[] = [];
  for (const { kind, env, policy } of config.chats) {
    const cache = new Keyv({ store: store.keyvStore(), namespace: `chat.${kind.kind}` });
    chats.push(
      await kind.create(env, policy, {
        clock,
        random,
        cache,
        log: log.child({ chat: kind.kind }),
        leases,
        http: http.door,
        named: {
          people: new Set(config.named.flatMap(({ what, id }) => (what === 'person' ? [id] : []))),
          managers: new Set(config.managers.map(({ id }) => id)),
        },
      }),
    );
  }
  // Outside of the team's hours nobody is called but for what is urgent.
  const quiet = ({ priority, source }: Item): boolean =>
    priority < URGENT && !isWorking(workingFor(service, source), clock.now());
  for (const chat of chats) {
    const freshen = async (item: { source: string; postId: string }): Promise<void> => {
      const post = await store.post(item.source, item.postId);
      if (post)
        await watches
          .get(item.source)
          ?.ask(post, AbortSignal.any([stopping.signal, AbortSignal.timeout(15_000)]));
    };
    const attention = createAttention({
      chat: chat.kind,
      store,
      clock,
      notices,
      budget: (place) => budgetOf(config.attention, place, (usual) => stages.budget(place, usual)),
      labelOf,
      names: config.brand.names,
    });
    presents.set(
      chat.kind,
      createPresent(chat, { store, clock, view, random, leases, freshen, attention, quiet, log }),
    );
  }

  await http.listen();
  const people = { store, clock, sources: byName, zone: config.time.zone, view, changed, newId: randomUUID };
  const thanks = createThanks({ ...people, notices, places: config.teamPlaces });
  const incidents = createIncidents({ store, clock, notices, own: ownWords(config.brand), labelOf });
  const muteProposals = createMuteProposals({
    store,
    clock,
    settings,
    notices,
    places: config.teamPlaces,
    own: ownWords(config.brand),
    view,
    leases,
    log,
  });
  const duty = createDuty({
    ...config.duty,
    service,
    store,
    clock,
    view,
    managers: config.managers,
    calendars: openCalendars(config, store, clock, surroundings.cwd),
    chats,
    places: config.teamPlaces,
    leases,
    changed,
    nudge: () => changed([]),
    log,
  });
  const first = (chat: string): readonly Place[] =>
    channelsOf(config, chat)
      .slice(0, 1)
      .map((channel) => ({ chat, channel }));
  const digests = createDigestsOf(
    { ...config, service },
    { store, clock, view, leases, log },
    byName,
    watches,
    nudge,
  );
  const asking = askingOf(config, model, store, clock, log);
  const desk = createDesk({ policy, log }, [
    createPersonDesk(people),
    createPrivacyDesk(people),
    thanks,
    stages.part,
    plans.part,
    attentionDesk({ store, view, channels: (chat) => channelsOf(config, chat) }),
    incidentDesk({ store, view, act, incidents, changed }),
    duty.part,
    ideas.desk(view, first),
    digests.part,
    savedDesk({ store, clock, policy }),
    learningDesk({ store, policy, learning, names: config.brand.names }),
    ...(asking && model
      ? [translateDesk({ store, asking, name: model.name, languages: config.languages })]
      : []),
    muteProposals.part,
  ]);
  const answered = createAnswered({ store, clock, names: config.brand.names, leases });
  const drafts = createSuggest({
    store,
    clock,
    sources: byName,
    brand: config.brand,
    settings: config.drafts,
    model:
      asking && model
        ? createModelDrafts({
            store,
            asking,
            name: model.name,
            brand: config.brand,
            voice: config.voice,
            cache: new Keyv({ store: store.keyvStore(), namespace: 'drafts' }),
            secrets: config.secrets,
            measure: act.measure,
            remarks: async (item, text) => remarksOn(store, item, text, await act.measure(item.id, text)),
            log,
          })
        : null,
  });
  const parts = {
    desk,
    digests,
    drafts,
    store,
    clock,
    view,
    act,
    watches,
    sources: byName,
    policy,
    settings,
    changes,
    ingest,
    route: places,
    newId: randomUUID,
    changed,
  };
  const handlers = (chat: Chat): ChatHandlers =>
    createHandlers(parts, chat.kind, channelsOf(config, chat.kind));
  const renewing = new AbortController();
  const renewal = leases.run(renewing.signal);
  const running: Promise<unknown>[] = [];
  for (const chat of chats) {
    // One platform that is out of order keeps neither the others nor the sources from starting.
    running.push(
      chat
        .start(handlers(chat))
        .catch((error) =>
          log.error({ chat: chat.kind, error: messageOf(error) }, 'the chat could not be started'),
        )
        .then(() => presents.get(chat.kind)?.run(stopping.signal)),
    );
  }
  for (const watch of watches.values()) running.push(watch.run(stopping.signal));
  const jobs = startJobs(
    createSchedule({ store, clock, act, watches, leases, changed, incidents, log }),
    duty,
    ideas,
    digests,
    log,
    stopping.signal,
    [thanks.tick, plans.tick, muteProposals.tick],
    stages.refresh,
    [answered.tick],
    learning,
    surroundings.every,
  );

  let stopped: Promise<void> | undefined;
  return {
    get url() {
      return http.door.url;
    },
    config,
    store,
    log,
    stop: () => {
      stopped ??= (async () => {
        await Promise.all(jobs.map((job) => job.stop()));
        // What people asked for is finished before anything is taken away from under it.
        await act.idle();
        stopping.abort(new Error('Potluck is stopping'));
        changes.stop();
        await Promise.allSettled([...chats.map((chat) => chat.stop()), http.close()]);
        await Promise.allSettled(running);
        renewing.abort();
        await Promise.allSettled([renewal, ...sources.map((source) => source.close?.())]);
        await store.close();
      })();
      return stopped;
    },
  };
}

function createDigestsOf(
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
function digestDeps(
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

/** This process, unique for ever, and to be recognised by the next one on this machine. */
function holderId(): string {
  return `${hostname()}/${process.pid}/${randomUUID()}`;
}

/** A process of this machine that was killed left its leases behind: they are given back at once, instead of waited for. */
async function releaseTheDead(store: Store): Promise<void> {
  for (const holder of await store.leaseHolders()) {
    const [host, pid] = holder.split('/');
    // Our own number means the process before us: the first one of a container always has number 1.
    const dead = Number(pid) === process.pid || !isAlive(Number(pid));
    if (host === hostname() && dead) await store.releaseHolder(holder);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What potluck.yaml says by itself: it wins over accepted plans. */
function explicitOf({ time, attention }: Config): Explicit {
  return {
    hours: time.working !== null,
    budget: ({ chat, channel }) =>
      attention.perHour !== undefined || Object.hasOwn(attention.channels, `${chat}:${channel}`),
  };
}

function ruleContext({ time: { zone, working } }: Config): StagesDeps['context'] {
  return { finds: findsPattern, zone, working: working && ((at) => isWorking(working, at)) };
}

/** The rules of potluck.yaml, and those that were accepted. */
function routerOf(config: Config, accepted: readonly Accepted[] = []): Router {
  const { routes: rules, defaults } = config;
  return planRouter({ rules, defaults, context: ruleContext(config) }, accepted);
}

function stagedSources(config: Config, sources: readonly Source[]): readonly StagedSource[] {
  return config.sources.map(({ name, stage, engageWithinMs }) => {
    const label = sources.find((source) => source.name === name)?.label ?? name;
    return { name, label, stage, engageWithinMs };
  });
}

/** The channels of a chat that items can come to, in the order of the configuration. */
function channelsOf({ routes, defaults, prompts }: Config, chat: string): readonly string[] {
  const ideas = [prompts?.to, ...(prompts?.sources ?? []).map(({ to }) => to)].flatMap((to) => to ?? []);
  const places = [
    ...routes.flatMap((rule) => (rule.to ?? []).map(placeOf)),
    ...defaults,
    ...ideas.map(placeOf),
  ];
  return [...new Set(places.filter((place) => place.chat === chat).map(({ channel }) => channel))];
}

/** Node-cron's schedule, without its own words in the log. */
function cronOf(log: Logger): NonNullable<Surroundings['every']> {
  const logger = {
    info: (message: string) => log.debug(message),
    debug: (message: string | Error) => log.debug(String(message)),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(String(message)),
  };
  return (expression, job) => cron(expression, job, { noOverlap: true, suppressMissedWarning: true, logger });
}

/** Fixed ticks only: what people schedule is kept in the database. A missed tick is made up for by the next. */
function startJobs(
  schedule: ReturnType<typeof createSchedule>,
  duty: Duty,
  ideas: Pick<Ideas, 'tick'>,
  digests: Digests,
  log: Logger,
  signal: AbortSignal,
  ticks: readonly (() => Promise<void>)[],
  refresh: () => Promise<void>,
  minutely: readonly (() => Promise<void>)[],
  learning: Pick<Learning, 'tick'>,
  every: NonNullable<Surroundings['every']> = cronOf(log),
): { stop(): unknown }[] {
  return [
    every('*/5 * * * * *', () => schedule.wake()),
    every('*/10 * * * * *', () => schedule.incidents()),
    every('*/10 * * * * *', () => duty.watch()),
    every('5-59/10 * * * * *', refresh),
    every('*/10 * * * * *', () => learning.tick()),
    every('45 * * * * *', () => duty.serve()),
    every('30 * * * * *', () => schedule.settle()),
    every('45 * * * * *', () => ideas.tick()),
    every('15 * * * * *', () => schedule.recheck(signal)),
    every('0 17 * * * *', () => schedule.sweep()),
    ...ticks.map((tick) => every('40 */10 * * * *', tick)),
    ...minutely.map((tick) => every('25 * * * * *', tick)),
    every('20 * * * * *', () => digests.tick()),
  ];
}

/** What a newcomer reads first. */
function welcome({ config, url }: Running): string {
  const names = config.sources.map((source) => source.name).join(', ');
  const chats = config.chats.map((chat) => chat.kind.label).join(', ');
  const lines = [
    '',
    `  Potluck is watching: ${names}`,
    `  The team room:       ${url}   (cards go to: ${chats})`,
  ];
  if (config.demo) {
    lines.push(
      '',
      '  Nothing is configured yet, so made-up posts about a made-up brand come in. Put one of your own beside them:',
      '',
      `    curl ${url}/hooks/try -H 'content-type: application/json' \\`,
      `      -d '{"id":"1","text":"Does the slow cooker fit in a dishwasher?","author":{"name":"You"}}'`,
      '',
      '  Next: connect Slack or Discord (README) and add a source (copy potluck.example.yaml to potluck.yaml).',
      '  Ctrl-C stops.',
    );
  }
  return `${lines.join('\n')}\n\n`;
}

async function runBot(): Promise<void> {
  const potluck = await startPotluck({ env: process.env, cwd: process.cwd() });
  if (process.stdout.isTTY) process.stdout.write(welcome(potluck));
  else
    potluck.log.info(
      {
        url: potluck.url,
        sources: potluck.config.sources.map((source) => source.name),
        demo: potluck.config.demo,
      },
      'Potluck is watching',
    );

  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(1));
    potluck.log.info({ signal }, 'stopping');
    setTimeout(() => {
      potluck.log.warn('something would not stop in time; leaving it');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    potluck.stop().then(
      () => process.exit(0),
      (error) => {
        potluck.log.error({ error: messageOf(error) }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function runBackup(path: string | undefined): Promise<void> {
  if (!path) throw new ConfigError('Say where the copy goes: npm run backup -- ./backup.db\n');
  const surroundings = { env: process.env, cwd: process.cwd() };
  const store = await openStore(databaseUrl(await loadConfig(surroundings), surroundings.cwd));
  try {
    await store.backup(resolve(path));
    process.stdout.write(`A consistent copy is at ${resolve(path)}.\n`);
  } finally {
    await store.close();
  }
}

/** Triage goes on without its heads, only worse. */
function checkTriage(): Check {
  const { problem } = loadModel();
  return problem
    ? { ok: false, what: 'the trained heads cannot be used', remedy: problem }
    : { ok: true, what: 'the trained heads are in place', remedy: null };
}

async function runDoctor(): Promise<void> {
  const surroundings = { env: process.env, cwd: process.cwd() };
  const config = await loadConfig(surroundings);
  const log = createLog('silent', config.secrets);
  const healthy = await doctor(
    {
      database: () => openStore(databaseUrl(config, surroundings.cwd)),
      sources: (store) =>
        createSources(config, store, createMeters(config, store, systemClock), systemClock, Math.random, log),
      chats: (store) =>
        Promise.all(
          config.chats.map(async ({ kind, env, policy }) => ({
            channels: channelsOf(config, kind.kind),
            chat: await kind.create(env, policy, {
              clock: systemClock,
              random: Math.random,
              cache: new Keyv({ store: store.keyvStore(), namespace: `chat.${kind.kind}` }),
              log,
              // It looks and connects nothing: nobody is kept from anything.
              leases: { hold: async () => false },
              http: { mount: () => {}, url: `http://${config.host}:${config.port}`, host: config.host },
            }),
          })),
        ),
      model: async (signal) => (await createModel(config)?.check(signal)) ?? [],
      triage: checkTriage,
      calendars: () =>
        checkCalendars(ideaCalendars(config, null, systemClock, surroundings.cwd), systemClock.now()),
      duty: async (store, chats) => {
        const { plan, zone } = config.duty;
        if (!plan) return [];
        const calendars = openCalendars(config, store, systemClock, surroundings.cwd);
        const members = groupMembers(chats, systemClock);
        const roster = createRoster({ store, clock: systemClock, plan, calendars, members });
        return dutyChecks({ roster, calendars, clock: systemClock, zone });
      },
      names: (chats, signal) => nameChecks(config.named, chats, signal),
      plans: async (store) =>
        planChecks(
          await acceptedPlans(
            store,
            config.sources.map(({ name }) => name),
          ),
          {
            defaults: config.defaults,
            explicit: explicitOf(config),
            chats: config.chats.map(({ kind }) => kind.kind),
          },
        ),
      secrets: config.secrets,
    },
    (line) => process.stdout.write(`${line}\n`),
  );
  process.exitCode = healthy ? 0 : 1;
}

/** Fetches one source once and prints what would become items. Everything happens in memory. */
async function runSource(verb: string | undefined, name: string | undefined): Promise<void> {
  const surroundings = { env: process.env, cwd: process.cwd() };
  const config = await loadConfig(surroundings);
  const names = config.sources.map((source) => source.name);
  if (verb !== 'try' || name === undefined || !names.includes(name))
    throw new ConfigError(`Say which: npm run source -- try <name>. Sources: ${names.join(', ')}.\n`);
  const clock = systemClock;
  const log = createLog('silent', config.secrets);
  const only = { ...config, sources: config.sources.filter((source) => source.name === name) };
  const store = await openStore('file::memory:', { clock, log });
  try {
    const meters = createMeters(only, store, clock);
    const [source] = await createSources(only, store, meters, clock, Math.random, log);
    if (!source) throw new Error(`“${name}” could not be made.`);
    const bar = progressBar(process.stderr, clock);
    const ingest = createIngest({
      store,
      clock,
      triage: openTriage(log),
      brand: config.brand,
      router: async () => routerOf(config),
      // What would become cards, were the team engaged.
      stageOf: async () => 'engage',
      team: async () => ({ role: config.role, head: null }),
      muted: async () => config.muted,
      changed: () => {},
    });
    const fine = await trySource({
      source,
      store,
      clock,
      ingest,
      view: createView(store, new Map([[name, source]])),
      spent: () => meterOf(meters, name).words(),
      progress: bar.show,
      print: (line) => {
        bar.clear();
        const text = config.secrets.reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), line);
        process.stdout.write(`${text}\n`);
      },
    });
    process.exitCode = fine ? 0 : 1;
  } finally {
    await store.close();
  }
}

/** Shows what the rules, or those of another file, make of the newest items. Reads the real ledger and writes nothing. */
async function runRoutes(verb: string | undefined, ...rest: readonly string[]): Promise<void> {
  const asked = verb === 'test' ? parseRoutesTest(rest) : null;
  if (!asked)
    throw new ConfigError(
      'Say what: npm run routes -- test [how many, 500 if left out] [--rules other.yaml] [--json]\n',
    );
  const surroundings = { env: process.env, cwd: process.cwd() };
  const config = await loadConfig(surroundings);
  const other = asked.rules && resolve(asked.rules);
  if (other && !existsSync(other)) throw new ConfigError(`There is no ${other}.\n`);
  const changed =
    other === undefined ? null : await loadConfig(surroundings, rulesIn(readFileSync(other, 'utf8'), other));
  const store = await openStore(databaseUrl(config, surroundings.cwd));
  const bar = progressBar(process.stderr, systemClock);
  try {
    const plans = await acceptedPlans(
      store,
      config.sources.map(({ name }) => name),
    );
    const ruleSet = (policy: Config) => ({
      rules: ruleList(policy.routes, plans),
      router: routerOf(policy, plans),
    });
    const reach = await tryRoutes({
      store,
      count: asked.count,
      now: ruleSet(config),
      instead: changed && ruleSet(changed),
      progress: bar.show,
    });
    bar.clear();
    process.stdout.write(asked.json ? `${JSON.stringify(reach, null, 2)}\n` : routesWords(reach));
  } finally {
    await store.close();
  }
}

/** Prints the digest of a window that is over, from the real ledger; changes nothing. */
async function runDigestOf(...args: readonly (string | undefined)[]): Promise<void> {
  const surroundings = { env: process.env, cwd: process.cwd() };
  const config = await loadConfig(surroundings);
  const clock = systemClock;
  const store = await openStore(databaseUrl(config, surroundings.cwd));
  try {
    const log = createLog('silent', config.secrets);
    const sources = await createSources(
      config,
      store,
      createMeters(config, store, clock),
      clock,
      Math.random,
      log,
    );
    const found = config.chats.map(({ kind }) => foundSource(kind));
    const byName = new Map([...sources, ...found].map((source) => [source.name, source]));
    const plans = await acceptedPlans(
      store,
      config.sources.map(({ name }) => name),
    );
    const service = { ...config.service, hours: plannedHours(plans, config.time.zone) };
    const fine = await runDigest(
      {
        ...digestDeps({ ...config, service }, { store, clock }, byName, async () => []),
        chats: config.chats.map(({ kind }) => kind.kind),
        draw: drawSvg,
        print: (text) => void process.stdout.write(text),
        save: (path, bytes) => writeFileSync(resolve(path), bytes),
      },
      args.filter((arg) => arg !== undefined),
    );
    process.exitCode = fine ? 0 : 1;
    await Promise.all(sources.map((source) => source.close?.()));
  } finally {
    await store.close();
  }
}

/** Prints what triage makes of texts: those named, or the lines of standard input. Reads the policy's names and nothing else. */
async function runTriage(...args: readonly (string | undefined)[]): Promise<void> {
  const asked = parseTriage(args.filter((argument) => argument !== undefined));
  if (!asked) throw new ConfigError(TRIAGE_USAGE);
  if (!asked.texts && process.stdin.isTTY) throw new ConfigError(TRIAGE_USAGE);
  const { brand } = await loadConfig({ env: process.env, cwd: process.cwd() });
  const texts = asked.texts ?? readFileSync(0, 'utf8').split('\n');
  tryTriage(texts, { ...loadModel(), brand, asked, print: (text) => void process.stdout.write(text) });
}

/** Exports or erases one person, on the database of the configuration; the bot may run meanwhile. */
async function runPrivacy(verb: string | undefined, ...further: readonly string[]): Promise<void> {
  const surroundings = { env: process.env, cwd: process.cwd() };
  const store = await openStore(databaseUrl(await loadConfig(surroundings), surroundings.cwd));
  try {
    const fine = await runPerson(
      {
        store,
        clock: systemClock,
        newId: randomUUID,
        print: (text) => void process.stdout.write(text),
        save: (path, bytes) => writeFileSync(resolve(path), bytes, { mode: 0o600 }),
      },
      verb === undefined ? [] : [verb, ...further],
    );
    process.exitCode = fine ? 0 : 1;
  } finally {
    await store.close();
  }
}

/** The rules of another file: a whole policy of which only `routes` counts, or nothing but the list. */
function rulesIn(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const wrong = document.errors[0]?.message.split('\n')[0];
  if (wrong) throw new ConfigError(problemWords([{ path: '', message: wrong }], file));
  const given: unknown = document.toJS({ maxAliasCount: 100 });
  const rules = typeof given === 'object' && given !== null && 'routes' in given ? given.routes : given;
  return rules ?? [];
}

const COMMANDS: Readonly<
  Record<string, (argument: string | undefined, ...further: string[]) => Promise<void>>
> = {
  start: runBot,
  doctor: runDoctor,
  backup: runBackup,
  source: runSource,
  person: runPrivacy,
  routes: runRoutes,
  triage: runTriage,
  digest: runDigestOf,
  replay: (file) =>
    replay(
      file,
      (env) => startPotluck({ env, cwd: process.cwd(), log: createLog('error', []) }),
      (text) => process.stdout.write(text),
    ),
};

async function main(
  command = 'start',
  argument: string | undefined = undefined,
  ...further: string[]
): Promise<void> {
  const run = COMMANDS[command];
  if (!run)
    throw new ConfigError(`Potluck knows no “${command}”. Known: ${Object.keys(COMMANDS).join(', ')}.\n`);
  await run(argument, ...further);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(...process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(
      error instanceof ConfigError ? `${error.message}\n` : `Potluck stopped: ${messageOf(error)}\n`,
    );
    process.exit(error instanceof ConfigError ? EX_CONFIG : 1);
  });
}
