import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Keyv } from 'keyv';
import { parseDocument } from 'yaml';
import { systemClock } from '../clock.ts';
import { type Config, problemWords } from '../config.ts';
import type { Check } from '../domain/check.ts';
import { ruleList } from '../domain/routing.ts';
import { drawSvg } from '../draw.ts';
import { runDigest } from '../flow/digest-cli.ts';
import { doctor } from '../flow/doctor.ts';
import { groupMembers } from '../flow/duty.ts';
import { dutyChecks } from '../flow/duty-checks.ts';
import { checkCalendars } from '../flow/idea-facts.ts';
import { createIngest } from '../flow/ingest.ts';
import { nameChecks } from '../flow/name-checks.ts';
import { runPerson } from '../flow/person-cli.ts';
import { planChecks } from '../flow/plan-checks.ts';
import { createRoster } from '../flow/roster.ts';
import { acceptedPlans } from '../flow/stage-store.ts';
import { plannedHours } from '../flow/stages.ts';
import { foundSource } from '../flow/track.ts';
import { parseRoutesTest, routesWords, tryRoutes } from '../flow/try-routes.ts';
import { trySource } from '../flow/try-source.ts';
import { parseTriage, TRIAGE_USAGE, tryTriage } from '../flow/try-triage.ts';
import { createView } from '../flow/view.ts';
import { createLog } from '../log.ts';
import { progressBar } from '../progress.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { loadModel } from '../triage-model.ts';
import { ConfigError, type Here } from './here.ts';
import {
  channelsOf,
  createMeters,
  createModel,
  createSources,
  databaseUrl,
  digestDeps,
  explicitOf,
  ideaCalendars,
  meterOf,
  openCalendars,
  openTriage,
  routerOf,
} from './making.ts';

/** The plans that managers accepted for the sources there are. */
function plansOf(config: Config, store: Store): ReturnType<typeof acceptedPlans> {
  return acceptedPlans(
    store,
    config.sources.map(({ name }) => name),
  );
}

/** Copies the database while the bot may be running. @param path where to */
export async function runBackup(here: Here, path: string | undefined): Promise<void> {
  if (!path) throw new ConfigError('Say where the copy goes: npm run backup -- ./backup.db\n');
  const store = await openStore(databaseUrl(await here.load(), here.cwd));
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

/** Tries everything that the configuration names and prints a line each; the exit code tells whether all is well. */
export async function runDoctor(here: Here): Promise<void> {
  const config = await here.load();
  const log = createLog('silent', config.secrets);
  const healthy = await doctor(
    {
      database: () => openStore(databaseUrl(config, here.cwd)),
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
      calendars: () => checkCalendars(ideaCalendars(config, null, systemClock, here.cwd), systemClock.now()),
      duty: async (store, chats) => {
        const { plan, zone } = config.duty;
        if (!plan) return [];
        const calendars = openCalendars(config, store, systemClock, here.cwd);
        const members = groupMembers(chats, systemClock);
        const roster = createRoster({ store, clock: systemClock, plan, calendars, members });
        return dutyChecks({ roster, calendars, clock: systemClock, zone });
      },
      names: (chats, signal) => nameChecks(config.named, chats, signal),
      plans: async (store) =>
        planChecks(await plansOf(config, store), {
          defaults: config.defaults,
          explicit: explicitOf(config),
          chats: config.chats.map(({ kind }) => kind.kind),
        }),
      secrets: config.secrets,
    },
    (line) => process.stdout.write(`${line}\n`),
  );
  process.exitCode = healthy ? 0 : 1;
}

/** Fetches one source once and prints what would become items. Everything happens in memory. */
export async function runSource(
  here: Here,
  verb: string | undefined,
  name: string | undefined,
): Promise<void> {
  const config = await here.load();
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
export async function runRoutes(
  here: Here,
  verb: string | undefined,
  ...rest: readonly string[]
): Promise<void> {
  const asked = verb === 'test' ? parseRoutesTest(rest) : null;
  if (!asked)
    throw new ConfigError(
      'Say what: npm run routes -- test [how many, 500 if left out] [--rules other.yaml] [--json]\n',
    );
  const config = await here.load();
  const other = asked.rules && resolve(asked.rules);
  if (other && !existsSync(other)) throw new ConfigError(`There is no ${other}.\n`);
  const changed = other === undefined ? null : await here.load(rulesIn(readFileSync(other, 'utf8'), other));
  const store = await openStore(databaseUrl(config, here.cwd));
  const bar = progressBar(process.stderr, systemClock);
  try {
    const plans = await plansOf(config, store);
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
export async function runDigestOf(here: Here, ...args: readonly (string | undefined)[]): Promise<void> {
  const config = await here.load();
  const clock = systemClock;
  const store = await openStore(databaseUrl(config, here.cwd));
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
    const plans = await plansOf(config, store);
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
export async function runTriage(here: Here, ...args: readonly (string | undefined)[]): Promise<void> {
  const asked = parseTriage(args.filter((argument) => argument !== undefined));
  if (!asked) throw new ConfigError(TRIAGE_USAGE);
  if (!asked.texts && process.stdin.isTTY) throw new ConfigError(TRIAGE_USAGE);
  const { brand } = await here.load();
  const texts = asked.texts ?? readFileSync(0, 'utf8').split('\n');
  tryTriage(texts, { ...loadModel(), brand, asked, print: (text) => void process.stdout.write(text) });
}

/** Exports or erases one person, on the database of the configuration; the bot may run meanwhile. */
export async function runPrivacy(
  here: Here,
  verb: string | undefined,
  ...further: readonly string[]
): Promise<void> {
  const store = await openStore(databaseUrl(await here.load(), here.cwd));
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
