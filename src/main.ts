import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Keyv } from 'keyv';
import { schedule as cron } from 'node-cron';
import type { Logger } from 'pino';
import type { Chat, ChatHandlers } from './chat/chat.ts';
import { chats as chatKinds } from './chat/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Config, isLoopback, problemWords, type Registries, readConfig } from './config.ts';
import { budgetOf } from './domain/attention.ts';
import { ownWords } from './domain/incident.ts';
import type { Item } from './domain/item.ts';
import { URGENT } from './domain/make-card.ts';
import type { Post } from './domain/post.ts';
import type { Place } from './domain/routing.ts';
import { type Service, workingFor } from './domain/service.ts';
import { sourceLabel } from './domain/source-label.ts';
import type { Verdict } from './domain/triage/verdict.ts';
import { isWorking } from './domain/working-time.ts';
import { messageOf } from './errors.ts';
import { type Act, createAct } from './flow/act.ts';
import { createAnswered } from './flow/answered.ts';
import { attentionDesk, createAttention } from './flow/attention.ts';
import { createChanges } from './flow/changes.ts';
import { createDesk } from './flow/desk.ts';
import type { Digests } from './flow/digest.ts';
import { createDuty, type Duty } from './flow/duty.ts';
import { createHandlers } from './flow/handlers.ts';
import { createIdeas, type Ideas } from './flow/ideas.ts';
import { createIncidents, incidentDesk } from './flow/incidents.ts';
import { createIngest } from './flow/ingest.ts';
import { createKnown, whyNotContact } from './flow/known.ts';
import { createLearning, type Learning } from './flow/learning.ts';
import { learningDesk } from './flow/learning-desk.ts';
import { createLeases } from './flow/leases.ts';
import { createModelDrafts } from './flow/model-drafts.ts';
import { createMuteProposals } from './flow/mute-proposals.ts';
import { createNotices } from './flow/notices.ts';
import { createPersonDesk } from './flow/person-desk.ts';
import { createPlans } from './flow/plans.ts';
import { createPolicy } from './flow/policy.ts';
import { createPresent, type Present } from './flow/present.ts';
import { createPrivacyDesk } from './flow/privacy-desk.ts';
import { readiness } from './flow/readiness.ts';
import { replay } from './flow/replay.ts';
import { savedDesk } from './flow/saved-desk.ts';
import { createSchedule } from './flow/schedule.ts';
import { createSettings } from './flow/settings.ts';
import { createStages } from './flow/stages.ts';
import { createSuggest } from './flow/suggest.ts';
import { createThanks } from './flow/thanks.ts';
import { foundSource } from './flow/track.ts';
import { isForeign, translateDesk } from './flow/translate.ts';
import { createView } from './flow/view.ts';
import { createWatch, type Watch } from './flow/watch.ts';
import { remarksOn } from './flow/wording.ts';
import { createHttp } from './http.ts';
import { createLog, prettyStream } from './log.ts';
import {
  runBackup,
  runDigestOf,
  runDoctor,
  runPrivacy,
  runRoutes,
  runSource,
  runTriage,
} from './main/commands.ts';
import { ConfigError, type Here } from './main/here.ts';
import { holderId, releaseTheDead } from './main/holder.ts';
import {
  askingOf,
  channelsOf,
  createDigestsOf,
  createMeters,
  createModel,
  createSources,
  databaseUrl,
  explicitOf,
  ideaCalendars,
  meterOf,
  openCalendars,
  openTriage,
  ruleContext,
  stagedSources,
} from './main/making.ts';
import { loadPlugIns, NO_PLUG_INS } from './plug-ins.ts';
import { demo, sources as sourceKinds } from './sources/index.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';

/** sysexits.h: something is wrong in the configuration. */
const EX_CONFIG = 78;
const STOP_DEADLINE_MS = 4_500;
const registries: Registries = { sources: sourceKinds, chats: chatKinds, demo };

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

async function openLog(config: Config, given: Logger | undefined): Promise<Logger> {
  if (given) return given;
  const stream = process.stdout.isTTY ? await prettyStream() : undefined;
  return createLog(config.logLevel, config.secrets, stream);
}

const NO_DAYS: ReadonlySet<string> = new Set();

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

/** The environment is read here and nowhere else. */
function here(): Here {
  const surroundings = { env: process.env, cwd: process.cwd() };
  return { cwd: surroundings.cwd, load: (instead) => loadConfig(surroundings, instead) };
}

const COMMANDS: Readonly<
  Record<string, (argument: string | undefined, ...further: string[]) => Promise<void>>
> = {
  start: runBot,
  doctor: () => runDoctor(here()),
  backup: (path) => runBackup(here(), path),
  source: (verb, name) => runSource(here(), verb, name),
  person: (...given) => runPrivacy(here(), ...given),
  routes: (...given) => runRoutes(here(), ...given),
  triage: (...given) => runTriage(here(), ...given),
  digest: (...given) => runDigestOf(here(), ...given),
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
