import { isAlias, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import type { ChatKind } from './chat/chat.ts';
import { type NamedId, namedIds } from './config-names.ts';
import { checkRoutes } from './config-routes.ts';
import { type Attention, attentionSchema } from './domain/attention.ts';
import { type TeamTime, teamTimeOf, teamTimeShape } from './domain/calendar-schema.ts';
import { type Budget, budgetSchema } from './domain/cost.ts';
import {
  type DigestSchedule,
  departmentsSchema,
  digestSchedules,
  digestsSchema,
} from './domain/digest/schedule.ts';
import { type DraftsConfig, draftsSchema, type Voice, voiceSchema } from './domain/drafts/settings.ts';
import { durationSchema } from './domain/duration.ts';
import type { RemarkCode } from './domain/etiquette.ts';
import type { OnCallPlan } from './domain/oncall.ts';
import { idsOf, onCallOf, onCallSchema } from './domain/oncall-schema.ts';
import {
  type ApprovalRule,
  approvalSchema,
  DEFAULT_PERMISSIONS,
  etiquetteSchema,
  type Manager,
  managersSchema,
  type Permissions,
  permissionsSchema,
} from './domain/permission.ts';
import { type PromptsConfig, promptsSchema } from './domain/prompts/settings.ts';
import { DEFAULT_ROUTES, type Place, placeOf, takesAll } from './domain/routing.ts';
import { placeName, type Rule, ruleSchema } from './domain/routing-rule.ts';
import { DEFAULT_TARGETS, type Service, type ServiceSteps, serviceSchema } from './domain/service.ts';
import { type Stage, stageSchema } from './domain/stage.ts';
import { LANGUAGES, type Language } from './domain/triage/language.ts';
import { TEAM_ROLES, type TeamRole } from './domain/triage/team/roles.ts';
import type { Brand } from './domain/triage/verdict.ts';
import type { SourceKind } from './sources/source.ts';

/** The adapters there are. Passed in: only the composition root knows them. */
export interface Registries {
  readonly sources: Readonly<Record<string, SourceKind>>;
  /** Sources of the team's own, by `module`; loaded before the configuration is read. */
  readonly plugIns?: {
    readonly kinds: Readonly<Record<string, SourceKind>>;
    readonly problems: Readonly<Record<string, string>>;
  };
  readonly chats: Readonly<Record<string, ChatKind>>;
  /** What runs when there is no potluck.yaml: the sample. */
  readonly demo: {
    readonly brand: Brand;
    readonly sources: Readonly<Record<string, { readonly kind: string }>>;
  };
}

/** One thing that is wrong, where, and what to do. */
export interface Problem {
  /** `sources.blog.url`, `PORT`. */
  readonly path: string;
  readonly message: string;
}

export interface ConfiguredSource {
  readonly name: string;
  readonly kind: SourceKind;
  readonly config: unknown;
  /** What may be spent a day: what the team says, else what the network gives. */
  readonly budget: Budget;
  /** Where it begins; managers change it while the bot runs. */
  readonly stage: Stage;
  /** How old an unanswered post may be that comes before the team when the source is engaged. */
  readonly engageWithinMs: number;
}

export interface ConfiguredChat {
  readonly kind: ChatKind;
  readonly env: unknown;
  readonly policy: unknown;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly logLevel: z.output<typeof environmentSchema>['LOG_LEVEL'];
  readonly brand: Brand;
  readonly managers: readonly Manager[];
  readonly permissions: Permissions;
  /** Which answers need a second person; null when none does. */
  readonly approval: ApprovalRule | null;
  /** Remarks on the wording that keep a draft from being sent. */
  readonly blocked: readonly RemarkCode[];
  /** Where and when the team works. */
  readonly time: TeamTime;
  /** What counts as good service. */
  readonly service: Service;
  readonly duty: {
    /** Who is responsible when; null where nobody is named. */
    readonly plan: OnCallPlan | null;
    readonly service: Service;
    /** What is done about those who wait too long; null where nobody asked for it. */
    readonly steps: ServiceSteps | null;
    readonly zone: string;
  };
  /** What the team is for; null where nobody said. */
  readonly role: TeamRole | null;
  /** Whether people's clicks may move priorities. */
  readonly learning: boolean;
  /** Words that are muted until a manager changes the list in a chat. */
  readonly muted: readonly string[];
  readonly sources: readonly ConfiguredSource[];
  readonly chats: readonly ConfiguredChat[];
  readonly routes: readonly Rule[];
  /** Where an item goes in a chat that no route sends it to. */
  readonly defaults: readonly Place[];
  /** Where Potluck says what is no card: hand-overs, digests, proposals. */
  readonly teamPlaces: readonly Place[];
  /** How many new cards channels take. */
  readonly attention: Attention;
  /** Ideas for posts of our own; null where nobody wants any. */
  readonly prompts: PromptsConfig | null;
  /** What suggestions for answers are made of. */
  readonly drafts: DraftsConfig;
  /** How the team sounds; null where nobody wrote it down. */
  readonly voice: Voice | null;
  /** What the team reads, its own language first; empty where nobody said. */
  readonly languages: readonly Language[];
  /** Digests that are told by themselves. */
  readonly digests: readonly DigestSchedule[];
  /** The channels that each department reads, by its name; empty where each channel is its own. */
  readonly departments: ReadonlyMap<string, readonly Place[]>;
  /** Who and what potluck.yaml names by ids of the platforms. */
  readonly named: readonly NamedId[];
  /** Nothing was configured: the sample plays. */
  readonly demo: boolean;
  /** Values that must never be shown. */
  readonly secrets: readonly string[];
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The switches and secrets every installation may set; chats add their own. `.env.example` explains the same ones. */
export const environmentSchema = z.object({
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an IP address, for instance 127.0.0.1')
    .default('127.0.0.1')
    .describe('Address the web room and the webhooks listen on. Any other than 127.0.0.1 needs WEB_TOKEN.'),
  PORT: z.coerce
    .number('must be a number from 0 to 65535')
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .describe('Port of the web room and the webhooks; 0 takes any free one.'),
  DATABASE_URL: z
    .string()
    .regex(/^(file:.+|postgres(ql)?:\/\/.+)$/, 'must start with file: (SQLite) or postgres:// (PostgreSQL)')
    .default('file:./data/potluck.db')
    .describe(
      'Where everything is kept: file:./data/potluck.db (SQLite) or postgres://user:password@host/database.',
    ),
  POTLUCK_CONFIG: z.string().optional().describe("The team's policy file; ./potluck.yaml when there is one."),
  DRAFTS_MODEL_KEY: z
    .string()
    .optional()
    .describe(
      'Key of the language model that `drafts.model` in potluck.yaml names; a model of your own needs none.',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('How much is logged: trace, debug, info, warn, error, fatal or silent.'),
});

/** What every source may say beside its kind's own settings. */
const stagedSchema = z.object({ stage: stageSchema.default('engage'), engageWithin: durationSchema('24h') });

const rulesSchema = z.array(ruleSchema, 'must be a list of rules').max(500);

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** The team's policy. Sources and chats are checked by their own schemas. */
const policySchema = z.strictObject({
  brand: z
    .strictObject({
      names: z.array(z.string().min(2)).min(1, 'name your brand at least once, as people write it'),
      competitors: z.array(z.string().min(2)).default([]),
      domains: z
        .array(z.string().regex(/^[a-z0-9.-]+$/i, 'a host name such as example.com, without https://'))
        .default([]),
    })
    .optional(),
  team: z
    .strictObject({
      managers: managersSchema.optional(),
      permissions: permissionsSchema.optional(),
      approval: approvalSchema.optional(),
      etiquette: etiquetteSchema.prefault({}),
      /** What the team reads, its own language first. */
      languages: z
        .array(z.enum(LANGUAGES, `must be of: ${LANGUAGES.join(', ')}`))
        .max(16)
        .default([]),
      ...teamTimeShape,
      channels: z.array(placeName).min(1).max(20).optional(),
      role: z.enum(TEAM_ROLES, `must be one of ${TEAM_ROLES.join(', ')}`).optional(),
    })
    .prefault({}),
  attention: attentionSchema.prefault({}),
  digests: digestsSchema.default({}),
  departments: departmentsSchema.default({}),
  learning: z.boolean('must be true or false').default(true),
  muted: z.array(z.string().trim().min(2).max(100)).max(500).default([]),
  prompts: promptsSchema.optional(),
  drafts: draftsSchema.prefault({}),
  voice: voiceSchema.optional(),
  sources: z
    .record(z.string(), z.looseObject({ kind: z.string().optional(), module: z.string().optional() }))
    .default({}),
  oncall: onCallSchema.optional(),
  service: serviceSchema.optional(),
  routes: rulesSchema.optional(),
  chats: z.record(z.string(), z.unknown()).default({}),
});

const DEMO_TIME: TeamTime = { zone: 'UTC', working: null };

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASS$|_KEY$|API_?KEY/i;

/** Whether an address is this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Reads the environment and the policy file, and reports every problem at once.
 *
 * @param env the process environment with `.env` already merged in
 * @param yaml the text of the policy file, or null when there is none
 * @param instead other rules in the place of `routes`, as they were written
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  yaml: string | null,
  registries: Registries,
  instead?: unknown,
): ConfigResult {
  const problems: Problem[] = [];
  const filled = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const base = check(environmentSchema, pick(filled, environmentSchema), '', problems);
  const policy = yaml === null ? undefined : readPolicy(yaml, filled, problems);
  const loopback = isLoopback(base?.HOST ?? '127.0.0.1');

  const chats = readChats(filled, policy?.chats ?? {}, registries, loopback, problems);
  const demo = yaml === null;
  if (!demo && policy && Object.keys(policy.sources).length === 0)
    problems.push({
      path: 'sources',
      message: 'names no source yet: add at least one (README, “Add a source”).',
    });
  if (!demo && policy && !policy.brand)
    problems.push({
      path: 'brand',
      message: 'is missing: say what people call you, for instance names: ["Simmer & Co."].',
    });
  const sources = readSources(
    demo ? registries.demo.sources : (policy?.sources ?? {}),
    registries,
    loopback,
    problems,
  );
  const routes =
    (instead === undefined ? policy?.routes : check(rulesSchema, instead, 'routes', problems)) ??
    DEFAULT_ROUTES;
  // What stands in a policy that could not be read is unknown; what would follow from its absence is no problem of its own.
  const following: Problem[] = !demo && policy === undefined ? [] : problems;
  const defaults = readDefaults(routes, chats, following);
  const time = policy ? teamTimeOf(policy.team) : DEMO_TIME;
  if (!time)
    problems.push({
      path: 'team.hours.zone',
      message: 'is missing: say where the clocks are, for instance zone: Europe/Berlin.',
    });
  checkPeople(policy?.oncall ? idsOf(policy.oncall) : [], chats, problems);
  const teamPlaces = readTeamPlaces(policy?.team.channels, routes, defaults, chats, following);
  checkRoutes(
    routes,
    {
      chats: chats.map(({ kind }) => kind.kind),
      sources: sources.map(({ name }) => name),
      // An accepted plan brings hours of its own.
      hours: !time || time.working !== null || sources.some(({ stage }) => stage !== 'engage'),
    },
    following,
  );
  for (const name of Object.keys(policy?.attention.channels ?? {}))
    if (!chats.some(({ kind }) => kind.kind === placeOf(name).chat))
      problems.push({
        path: `attention.channels.${name}`,
        message: `is in ${placeOf(name).chat}, which is not connected.`,
      });
  for (const [path, names] of placesOfDigests(policy)) leadsSomewhere(path, names, chats, problems);
  for (const [index, name] of (policy?.team.approval?.sources ?? []).entries()) {
    if (!Object.hasOwn(policy?.sources ?? {}, name))
      problems.push({
        path: `team.approval.sources.${index}`,
        message: `“${name}” is none of your sources.`,
      });
  }

  checkPrompts(policy?.prompts, sources, chats, problems);

  if (problems.length > 0 || !base || !time) return { ok: false, problems };
  const service: Service = {
    targets: policy?.service?.targets ?? DEFAULT_TARGETS,
    working: time.working,
  };
  return {
    ok: true,
    config: {
      host: base.HOST,
      port: base.PORT,
      databaseUrl: base.DATABASE_URL,
      logLevel: base.LOG_LEVEL,
      brand: policy?.brand ?? registries.demo.brand,
      managers: policy?.team.managers ?? [],
      permissions: policy?.team.permissions ?? DEFAULT_PERMISSIONS,
      approval: policy?.team.approval ?? null,
      blocked: policy?.team.etiquette.block ?? [],
      time,
      service,
      duty: {
        plan: policy?.oncall ? onCallOf(policy.oncall, time) : null,
        service,
        steps: policy?.service ?? null,
        zone: time.zone,
      },
      role: policy?.team.role ?? null,
      learning: policy?.learning ?? true,
      muted: policy?.muted ?? [],
      sources,
      chats,
      routes,
      defaults,
      teamPlaces,
      attention: policy?.attention ?? attentionSchema.parse({}),
      prompts: policy?.prompts ?? null,
      drafts: withKey(policy?.drafts ?? draftsSchema.parse({}), base.DRAFTS_MODEL_KEY),
      voice: policy?.voice ?? null,
      languages: policy?.team.languages ?? [],
      digests: digestSchedules(policy?.digests ?? {}, time.zone, teamPlaces),
      departments: new Map(
        Object.entries(policy?.departments ?? {}).map(([name, places]) => [name, places.map(placeOf)]),
      ),
      named: policy ? namedIds(policy) : [],
      demo,
      secrets: [...secretsOf(filled), ...(policy?.drafts.model?.key ? [policy.drafts.model.key] : [])],
    },
  };
}

/** The key of the model stands in the environment, or is named in the policy. */
function withKey(drafts: DraftsConfig, key: string | undefined): DraftsConfig {
  return drafts.model && key !== undefined ? { ...drafts, model: { key, ...drafts.model } } : drafts;
}

/** The problems in the words a person reads on the terminal. */
export function problemWords(problems: readonly Problem[], file: string): string {
  const lines = problems.map(({ path, message }) => `  - ${path || file}: ${message}`);
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return [`Potluck cannot start: ${count} in the configuration (.env, ${file}).`, ...lines, ''].join('\n');
}

function pick(env: Readonly<Record<string, unknown>>, schema: z.ZodType): Record<string, unknown> {
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  return Object.fromEntries(Object.keys(shape).map((key) => [key, env[key]]));
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
  problems: Problem[],
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.flatMap(plainIssues)) {
    const at = [path, ...issue.path.map(String)].filter((part) => part !== '').join('.');
    problems.push({ path: at, message: issueWords(issue, schema) });
  }
  return undefined;
}

/** “Invalid input” of a choice helps nobody: the way that came furthest is told, or else all of them. */
function plainIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const ways = issue.errors.map((way) => way.flatMap(plainIssues));
  const deep = ways.find((way) => way.some(({ path }) => path.length > 0));
  if (deep) return deep.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  const words = [...new Set(ways.flatMap((way) => way.map(({ message }) => message)))];
  return [{ ...issue, message: words.join('; or ') }];
}

function issueWords(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const known =
      schema instanceof z.ZodObject && issue.path.length === 0
        ? ` Known here: ${Object.keys(schema.shape).join(', ')}.`
        : '';
    return `does not know ${issue.keys.map((key) => `“${key}”`).join(', ')}.${known}`;
  }
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined'))
    return 'is missing.';
  return issue.message;
}

function readPolicy(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): z.output<typeof policySchema> | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0]);
      problems.push({
        path: `line ${line}, column ${col}`,
        message: error.message.split('\n')[0] ?? error.message,
      });
    }
    return undefined;
  }
  visit(document, {
    Scalar(_, node, path) {
      // Ids of more than 15 digits, written without quotes: as a number they would quietly become another id.
      if (
        typeof node.value === 'number' &&
        !Number.isSafeInteger(node.value) &&
        /^\d+$/.test(node.source ?? '')
      )
        node.value = node.source;
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const at = path
        .flatMap((part) => ('key' in part && isScalar(part.key) ? [String(part.key.value)] : []))
        .join('.');
      node.value = node.value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
        const value = env[name];
        if (value === undefined)
          problems.push({ path: at, message: `uses \${${name}}, which is not set: add ${name}=… to .env.` });
        return value ?? '';
      });
    },
    Alias(_, node) {
      if (!isAlias(node)) return visit.SKIP;
      return undefined;
    },
  });
  return check(policySchema, document.toJS({ maxAliasCount: 100 }) ?? {}, '', problems);
}

function readChats(
  env: Readonly<Record<string, unknown>>,
  policies: Readonly<Record<string, unknown>>,
  registries: Registries,
  loopback: boolean,
  problems: Problem[],
): ConfiguredChat[] {
  for (const name of Object.keys(policies)) {
    if (!Object.hasOwn(registries.chats, name))
      problems.push({
        path: `chats.${name}`,
        message: `is no chat that Potluck knows. Known: ${Object.keys(registries.chats).join(', ')}.`,
      });
  }
  const chats: ConfiguredChat[] = [];
  for (const [name, kind] of Object.entries(registries.chats)) {
    const parsedEnv = check(kind.env, pick(env, kind.env), '', problems);
    const policy = check(kind.policy, policies[name] ?? {}, `chats.${name}`, problems);
    if (parsedEnv === undefined || policy === undefined || !kind.wanted(parsedEnv)) continue;
    for (const message of kind.problems?.(parsedEnv, policy, { loopback }) ?? [])
      problems.push({ path: name, message });
    chats.push({ kind, env: parsedEnv, policy });
  }
  return chats;
}

/** An entry of `sources` as it is written. */
interface SourceEntry {
  readonly kind?: string | undefined;
  readonly module?: string | undefined;
  readonly budget?: unknown;
  readonly stage?: unknown;
  readonly engageWithin?: unknown;
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** What an entry is: a kind that Potluck knows, or a module of the team's own. */
function kindOf(
  { kind, module }: SourceEntry,
  { sources, plugIns }: Registries,
): SourceKind | { readonly at: string; readonly problem: string } {
  if (module !== undefined) {
    if (kind !== undefined) return { at: 'module', problem: 'stands beside “kind”: take one of them out.' };
    const found = plugIns && own(plugIns.kinds, module);
    const problem = plugIns && own(plugIns.problems, module);
    return found ?? { at: 'module', problem: `“${module}” ${problem ?? 'was not loaded.'}` };
  }
  const known = Object.keys(sources).join(', ');
  if (kind === undefined)
    return { at: 'kind', problem: `is missing. Known: ${known}; or “module” for one of your own.` };
  return (
    own(sources, kind) ?? {
      at: 'kind',
      problem: `“${kind}” is no source that Potluck knows. Known: ${known}.`,
    }
  );
}

function readSources(
  entries: Readonly<Record<string, SourceEntry>>,
  registries: Registries,
  loopback: boolean,
  problems: Problem[],
): ConfiguredSource[] {
  const sources: ConfiguredSource[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const path = `sources.${name}`;
    if (!NAME.test(name))
      problems.push({
        path,
        message: 'must be named with small letters, digits and dashes, at most 40 of them.',
      });
    const { kind: _kind, module: _module, budget: given, stage, engageWithin, ...rest } = entry;
    const kind = kindOf(entry, registries);
    if ('problem' in kind) {
      problems.push({ path: `${path}.${kind.at}`, message: kind.problem });
      continue;
    }
    const config = check(kind.config, rest, path, problems);
    if (config === undefined) continue;
    for (const message of kind.problems?.(config, { loopback }) ?? []) problems.push({ path, message });
    const budget = given === undefined ? {} : (check(budgetSchema, given, `${path}.budget`, problems) ?? {});
    const staged = check(stagedSchema, { stage, engageWithin }, path, problems);
    if (staged === undefined) continue;
    sources.push({
      name,
      kind,
      config,
      budget: { ...kind.budget?.(config), ...budget },
      stage: staged.stage,
      engageWithinMs: staged.engageWithin,
    });
  }
  return sources;
}

/** Finds where each chat takes what no route sends to it. */
function readDefaults(
  routes: readonly Rule[],
  chats: readonly ConfiguredChat[],
  problems: Problem[],
): readonly Place[] {
  return chats.flatMap(({ kind, env, policy }) => {
    const rules = routes.filter((rule) => rule.to?.some((place) => placeOf(place).chat === kind.kind));
    // A rule without conditions takes everything: nothing is left for the default.
    if (rules.some(takesAll)) return [];
    const channels = kind.defaultChannels?.(env, policy) ?? [];
    if (channels.length === 0 && rules.length === 0)
      problems.push({
        path: 'routes',
        message: `${kind.label} is connected, but nothing leads to it: give it a channel, or a route.`,
      });
    return channels.map((channel) => ({ chat: kind.kind, channel }));
  });
}

/** People are called where they are: each id must be of a chat that is connected. */
function checkPeople(
  ids: readonly { readonly path: string; readonly id: string }[],
  chats: readonly ConfiguredChat[],
  problems: Problem[],
): void {
  const connected = chats.map(({ kind }) => kind.kind);
  for (const { path, id } of ids) {
    if (connected.includes(placeOf(id).chat)) continue;
    problems.push({
      path,
      message: `“${id}” is of ${placeOf(id).chat}, which is not connected. Connected: ${connected.join(', ')}.`,
    });
  }
}

/** Where digests go and what departments read, by the path under which it is written. */
function placesOfDigests(
  policy: z.output<typeof policySchema> | undefined,
): readonly (readonly [path: string, names: readonly string[]])[] {
  const { digests = {}, departments = {} } = policy ?? {};
  return [
    ...Object.entries(digests).map(([name, digest]) => [`digests.${name}.to`, digest?.to ?? []] as const),
    ...Object.entries(departments).map(([name, names]) => [`departments.${name}`, names] as const),
  ];
}

/** A place is in a chat that is connected. */
function leadsSomewhere(
  path: string,
  names: readonly string[],
  chats: readonly ConfiguredChat[],
  problems: Problem[],
): void {
  const connected = chats.map(({ kind }) => kind.kind);
  for (const [index, name] of names.entries())
    if (!connected.includes(placeOf(name).chat))
      problems.push({
        path: `${path}.${index}`,
        message: `leads to “${name}”, but ${placeOf(name).chat} is not connected. Connected: ${connected.join(', ')}.`,
      });
}

/** Where notices go: as the team says, else to the first channel of every chat. */
function readTeamPlaces(
  names: readonly string[] | undefined,
  routes: readonly Rule[],
  defaults: readonly Place[],
  chats: readonly ConfiguredChat[],
  problems: Problem[],
): readonly Place[] {
  const connected = chats.map(({ kind }) => kind.kind);
  if (names === undefined) {
    const all = [...defaults, ...routes.flatMap((rule) => (rule.to ?? []).map(placeOf))];
    return connected.flatMap((chat) => all.find((place) => place.chat === chat) ?? []);
  }
  leadsSomewhere('team.channels', names, chats, problems);
  return names.map(placeOf);
}

/** Whether ideas lead to sources and chats that there are. */
function checkPrompts(
  prompts: PromptsConfig | undefined,
  sources: readonly ConfiguredSource[],
  chats: readonly ConfiguredChat[],
  problems: Problem[],
): void {
  const places = (names: readonly string[] = [], path: string): void => {
    for (const [index, name] of names.entries())
      if (!chats.some(({ kind }) => kind.kind === placeOf(name).chat))
        problems.push({
          path: `${path}.${index}`,
          message: `leads to “${name}”, but ${placeOf(name).chat} is not connected.`,
        });
  };
  places(prompts?.to, 'prompts.to');
  for (const [index, { name, to }] of (prompts?.sources ?? []).entries()) {
    if (!sources.some((source) => source.name === name))
      problems.push({ path: `prompts.sources.${index}`, message: `“${name}” is none of your sources.` });
    places(to, `prompts.sources.${index}.to`);
  }
}

/** What must not appear in a log line: secrets by name, and passwords inside URLs. */
function secretsOf(env: Readonly<Record<string, unknown>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string') continue;
    if (SECRET_NAME.test(name) && value.length >= 6) secrets.add(value);
    const password = /^[a-z]+:\/\/[^/@\s]*:([^@\s]+)@/i.exec(value)?.[1];
    if (password) secrets.add(password).add(decodeURIComponentSafely(password));
  }
  return [...secrets].filter((secret) => secret.length >= 4);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
