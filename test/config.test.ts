import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chats } from '../src/chat/index.ts';
import { type Config, environmentSchema, type Problem, problemWords, readConfig } from '../src/config.ts';
import { demo, sources } from '../src/sources/index.ts';

const registries = { sources, chats, demo };
const root = resolve(import.meta.dirname, '..');

function config(env: Record<string, string>, yaml: string | null): Config {
  const result = readConfig(env, yaml, registries);
  if (!result.ok) throw new Error(problemWords(result.problems, 'potluck.yaml'));
  return result.config;
}

function problems(env: Record<string, string>, yaml: string | null): readonly Problem[] {
  const result = readConfig(env, yaml, registries);
  return result.ok ? [] : result.problems;
}

const MINIMAL = `
brand: { names: [Simmer] }
sources:
  hook: { kind: webhook, token: "0123456789abcdef0123" }
`;

describe('the configuration', () => {
  it('knows what the team is for, and whether its clicks teach', () => {
    expect(config({}, MINIMAL)).toMatchObject({ role: null, learning: true });
    expect(config({}, `${MINIMAL}team: { role: marketing }\nlearning: false\n`)).toMatchObject({
      role: 'marketing',
      learning: false,
    });
    expect(problems({}, `${MINIMAL}team: { role: sales }\nlearning: sometimes\n`)).toEqual([
      { path: 'team.role', message: 'must be one of support, marketing, product, community' },
      { path: 'learning', message: 'must be true or false' },
    ]);
  });

  it('needs nothing: the sample plays, on this machine only', () => {
    expect(config({}, null)).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      demo: true,
      databaseUrl: 'file:./data/potluck.db',
    });
    expect(config({}, null).sources.map(({ name }) => name)).toEqual(['sample', 'try']);
  });

  it('knows everybody and every place it names, with the path', () => {
    const { named } = config(
      {},
      `${MINIMAL}
team: { managers: [{ id: "web:mia", name: Mia }, "web:ben"], channels: ["web:team"] }
oncall: { layers: [{ people: ["web:ana", { id: ["web:ben", "web:b2"], name: Ben }] }, { name: second, group: "web:S1" }] }
digests: { daily: { to: ["web:daily"] } }
departments: { Kitchen: ["web:kitchen"] }
attention: { channels: { "web:busy": 5 } }
prompts: { to: ["web:ideas"], sources: [{ name: hook, to: ["web:hook"] }] }
routes:
  - { when: { kinds: [praise] }, to: ["web:a", "web:b"], owner: "web:ana", watchers: ["web:ben"] }
`,
    );
    expect(named.map(({ path, what, id }) => `${path} ${what} ${id}`).sort()).toEqual(
      [
        'team.managers.0 person web:mia',
        'team.managers.1 person web:ben',
        'team.channels.0 channel web:team',
        'oncall.layers.0.people.0 person web:ana',
        'oncall.layers.0.people.1 person web:ben',
        'oncall.layers.0.people.1 person web:b2',
        'oncall.layers.1.group group web:S1',
        'digests.daily.to.0 channel web:daily',
        'departments.Kitchen.0 channel web:kitchen',
        'attention.channels.web:busy channel web:busy',
        'prompts.to.0 channel web:ideas',
        'prompts.sources.0.to.0 channel web:hook',
        'routes.0.to.0 channel web:a',
        'routes.0.to.1 channel web:b',
        'routes.0.owner person web:ana',
        'routes.0.watchers.0 person web:ben',
      ].sort(),
    );
  });

  it('takes empty variables for unset ones', () => {
    expect(config({ PORT: '', HOST: ' ' }, null)).toMatchObject({ host: '127.0.0.1', port: 3000 });
  });

  it('reports every problem at once, each with its path', () => {
    const found = problems(
      { PORT: 'abc', DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' },
      `
brand: { names: [], colour: red }
sources:
  Blog: { kind: feed, url: "not a url" }
  nowhere: { kind: myspace }
routes:
  - { when: { kinds: [rant] }, to: [] }
chats: { telegram: {} }
`,
    );
    const paths = found.map(({ path }) => path);
    for (const path of [
      'PORT',
      'DATABASE_URL',
      'LOG_LEVEL',
      'brand',
      'brand.names',
      'routes.0.when.kinds.0',
      'routes.0.to',
    ])
      expect(paths).toContain(path);
    expect(found.length).toBeGreaterThanOrEqual(7);
    const words = problemWords(found, 'potluck.yaml');
    for (const { path } of found) expect(words).toContain(path);
  });

  it('names unknown sources and chats with the ones it knows', () => {
    const found = problems(
      {},
      'brand: { names: [Us] }\nsources: { a: { kind: myspace } }\nchats: { telegram: {} }\n',
    );
    expect(found).toContainEqual({
      path: 'sources.a.kind',
      message: expect.stringContaining('Known: appstore, bluesky,'),
    });
    expect(found).toContainEqual({ path: 'chats.telegram', message: expect.stringContaining('Known:') });
  });

  it('puts variables into the policy, and names the one that is missing', () => {
    const yaml = MINIMAL.replace('0123456789abcdef0123', '${HOOK_TOKEN}');
    expect(config({ HOOK_TOKEN: 'a-very-long-token-for-hooks' }, yaml).sources[0]?.config).toMatchObject({
      token: 'a-very-long-token-for-hooks',
    });
    expect(problems({}, yaml)).toContainEqual({
      path: 'sources.hook.token',
      message: expect.stringContaining('HOOK_TOKEN'),
    });
  });

  it('tells where the YAML is broken', () => {
    expect(problems({}, 'brand: { names: [a\nsources: {')[0]?.path).toMatch(/^line \d+, column \d+$/);
    expect(problems({}, 'brand: 1\nbrand: 2\n')[0]?.message).toContain('unique');
  });

  it('wants a brand and a source once there is a policy', () => {
    expect(problems({}, '').map(({ path }) => path)).toEqual(expect.arrayContaining(['sources', 'brand']));
  });

  it('refuses a door without a lock on a public address', () => {
    const open = MINIMAL.replace('token: "0123456789abcdef0123"', 'open: true');
    expect(problems({}, open)).toEqual([]);
    const found = problems({ HOST: '0.0.0.0', WEB_TOKEN: 'x'.repeat(32) }, open);
    expect(found.map(({ path }) => path)).toEqual(['sources.hook']);
    expect(
      problems({ HOST: '0.0.0.0' }, MINIMAL)
        .map(({ message }) => message)
        .join(),
    ).toContain('WEB_TOKEN');
  });

  it('refuses routes to a chat that is not connected', () => {
    const found = problems({}, `${MINIMAL}\nroutes: [{ to: ["slack:C0123456789"] }]\n`);
    expect(found).toContainEqual({
      path: 'routes.0.to',
      message: expect.stringContaining('slack is not connected'),
    });
  });

  it('says of each rule what is wrong with it, and where', () => {
    const found = problems(
      {},
      `${MINIMAL}
routes:
  - { when: { patterns: ["order", "a(b"] }, to: ["web:a"] }
  - { when: { sources: [hook, elsewhere, "chat:web"] }, to: ["web:b"] }
  - { owner: "discord:12345", watchers: ["web:ana", "slack:T1/U2"], continue: true }
  - { when: { working: false }, priority: "-10", continue: true }
  - { to: ["web:rest"] }
  - { when: { kinds: [praise] }, digestOnly: true }
`,
    ).map(({ path, message }) => `${path}: ${message}`);
    expect(found).toEqual([
      'routes.0.when.patterns.1: “a(b” is no regular expression that Potluck can use: position 2: missing closing ).',
      'routes.1.when.sources.1: “elsewhere” is none of your sources.',
      expect.stringContaining('routes.2.owner: names “discord:12345”, but discord is not connected.'),
      expect.stringContaining('routes.2.watchers: names “slack:T1/U2”'),
      'routes.3.when.working: asks when the team works, but team.hours is not set.',
      expect.stringContaining('routes.5: can never apply: rule 5 takes everything that rule 6 would.'),
    ]);
  });

  it('knows with which stage a source begins, and how far back engaging looks', () => {
    const hook = 'hook: { kind: webhook, token: "0123456789abcdef0123"';
    const sources = config({}, MINIMAL).sources;
    expect(sources).toMatchObject([{ stage: 'engage', engageWithinMs: 24 * 3_600_000 }]);
    const listening = MINIMAL.replace(hook, `${hook}, stage: listen, engageWithin: 2d`);
    expect(config({}, listening).sources).toMatchObject([
      { stage: 'listen', engageWithinMs: 48 * 3_600_000 },
    ]);
    const wrong = MINIMAL.replace(hook, `${hook}, stage: wait, engageWithin: soon`);
    expect(problems({}, wrong)).toEqual([
      { path: 'sources.hook.stage', message: 'must be listen, plan or engage' },
      { path: 'sources.hook.engageWithin', message: expect.stringContaining('24h') },
    ]);
    // The hours of a plan that is accepted later are as good as those of the team.
    const rule = 'routes: [{ when: { working: false }, priority: "-10", continue: true }]';
    expect(problems({}, `${MINIMAL}\n${rule}`)).toHaveLength(1);
    expect(problems({}, `${listening}\n${rule}`)).toEqual([]);
  });

  it('takes other rules in the place of its own, and checks them as well', () => {
    const instead = [{ to: ['web:other'] }];
    const result = readConfig({}, MINIMAL, registries, instead);
    expect(result.ok && result.config.routes).toMatchObject(instead);
    const wrong = readConfig({}, null, registries, { to: ['web:a'] });
    expect(wrong.ok ? [] : wrong.problems).toEqual([{ path: 'routes', message: 'must be a list of rules' }]);
  });

  it('knows the team: everybody may do most things, until the policy says otherwise', () => {
    expect(config({}, null)).toMatchObject({
      managers: [],
      permissions: { send: 'responder', approve: 'manager', settings: 'manager' },
      approval: null,
      muted: [],
    });
    const yaml = `${MINIMAL}
team:
  managers: ["web:ana", { id: "slack:T1/U2", name: Ben }]
  permissions: { send: manager }
  approval: { sources: [hook] }
muted: [" lottery "]
`;
    expect(config({}, yaml)).toMatchObject({
      managers: [
        { id: 'web:ana', name: null },
        { id: 'slack:T1/U2', name: 'Ben' },
      ],
      permissions: { send: 'manager', dismiss: 'responder', approve: 'manager' },
      approval: { everyone: false, kinds: [], sources: ['hook'], words: [] },
      muted: ['lottery'],
    });
  });

  it('says what is wrong with roles, approval and muted words', () => {
    const team = (text: string): string[] =>
      problems({}, `${MINIMAL}\n${text}`).map(({ path, message }) => `${path} ${message}`);
    expect(team('team: { permissions: { fly: manager } }')[0]).toContain('“fly”');
    expect(team('team: { permissions: { send: intern } }')[0]).toContain('team.permissions.send');
    expect(team('team: { approval: {} }')[0]).toContain(
      'set everyone, kinds, sources, words or newResponders',
    );
    expect(team('team: { etiquette: { block: [rudeness] } }')[0]).toContain('team.etiquette.block');
    expect(config({}, `${MINIMAL}\nteam: { etiquette: { block: all } }`).blocked).toContain('blame');
    expect(team('team: { approval: { kinds: [rant] } }')[0]).toContain('team.approval.kinds.0');
    expect(team('team: { approval: { sources: [nowhere] } }')).toEqual([
      'team.approval.sources.0 “nowhere” is none of your sources.',
    ]);
    expect(team('team: { managers: [{ name: Ana }] }')[0]).toContain('team.managers');
    expect(team('muted: [a]')[0]).toContain('muted.0');
  });

  it('tells each way of a choice, and nothing that only follows from a mistake elsewhere', () => {
    const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
    const yaml = `${MINIMAL}\nservice: { release: 100% }\nroutes: [{ to: ["slack:C0123ABCD"] }]`;
    expect(problems(slack, yaml)).toEqual([
      {
        path: 'service.release',
        message: expect.stringMatching(/"never".*; or must be a length of time such as 5m/),
      },
    ]);
    const team = `${MINIMAL}\nteam: { managers: [{ id: "web:ana", name: 7 }] }`;
    expect(problems({}, team)[0]?.path).toBe('team.managers.0.name');
  });

  it('knows when the team works, and asks for the zone', () => {
    const yaml = `${MINIMAL}\nteam: { zone: Europe/Berlin, hours: { from: "08:00", to: "16:30" }, holidays: [2026-12-25] }\n`;
    expect(config({}, yaml).time.working).toMatchObject({
      zone: 'Europe/Berlin',
      holidays: new Set(['2026-12-25']),
    });
    expect(problems({}, `${MINIMAL}\nteam: { hours: {} }`).map(({ path }) => path)).toEqual([
      'team.hours.zone',
    ]);
    expect(problems({}, `${MINIMAL}\nteam: { hours: { from: 8 } }`).map(({ path }) => path)).toEqual([
      'team.hours.from',
    ]);
  });

  it('knows who is on call, and says what is wrong with it', () => {
    const yaml = (layers: string): string =>
      `${MINIMAL}\noncall: { layers: [${layers}] }\nteam: { zone: Europe/Berlin }\n`;
    const { duty } = config(
      {},
      yaml(
        '{ people: ["web:ana", { id: ["web:ben"], name: Ben }], every: 2 weeks, on: friday, from: 2026-11-30 }',
      ),
    );
    expect(duty.plan?.layers).toMatchObject([
      {
        name: 'first',
        roster: { rotation: { zone: 'Europe/Berlin', start: '2026-12-04', days: 14, minutes: 540 } },
      },
    ]);
    expect(duty.steps).toBeNull();
    const wrong = (layers: string): string[] => problems({}, yaml(layers)).map(({ path }) => path);
    expect(wrong('{ people: [ana] }')).toEqual(['oncall.layers.0.people.0']);
    expect(wrong('{ people: ["slack:T1/U1"] }')).toEqual(['oncall.layers.0.people.0']);
    expect(wrong('{ name: first }')).toEqual(['oncall.layers.0.people']);
    expect(wrong('{ people: ["web:ana"], group: "web:all" }')).toEqual(['oncall.layers.0.people']);
    expect(wrong('{ people: ["web:ana"], calendar: x.ics, every: day, at: 9 }')).toEqual([
      'oncall.layers.0.at',
    ]);
    expect(wrong('{ people: ["web:ana"], calendar: x.ics, every: day }')).toEqual(['oncall.layers.0.every']);
    expect(wrong('{ people: ["web:ana"], every: day, on: monday }')).toEqual(['oncall.layers.0.on']);
    expect(wrong('{ people: ["web:ana"] }, { people: ["web:ben"] }')).toEqual(['oncall.layers.1.name']);
    expect(wrong('{ people: ["web:ana"], hours: { days: never } }')).toEqual(['oncall.layers.0.hours.days']);
    expect(problems({}, `${MINIMAL}\nservice: { remind: 75 }`).map(({ path }) => path)).toEqual([
      'service.remind',
    ]);
  });

  it('knows a language model, its key from either place, and what is wrong with it', () => {
    const yaml = (model: string, more = ''): string => `${MINIMAL}\ndrafts: { model: ${model} }\n${more}`;
    const own = '{ url: "http://127.0.0.1:11434/v1", name: llama }';
    expect(config({}, MINIMAL).drafts.model).toBeUndefined();
    expect(config({}, yaml(own)).drafts.model).toMatchObject({ timeout: 30_000, maxCostPerDay: 1 });
    const key = 'a-key-that-nobody-may-see';
    const fromEnv = config({ DRAFTS_MODEL_KEY: key }, yaml(own));
    expect([fromEnv.drafts.model?.key, fromEnv.secrets]).toEqual([key, [key]]);
    const named = config({ OTHER: key }, yaml('{ url: "https://m.example/v1", name: m, key: "${OTHER}" }'));
    expect([named.drafts.model?.key, named.secrets]).toEqual([key, [key]]);
    expect(
      config({}, yaml(own, 'voice: { text: Warm. }\nteam: { zone: UTC, languages: [de, en] }')),
    ).toMatchObject({
      voice: { text: 'Warm.', do: [], dont: [] },
      languages: ['de', 'en'],
    });
    const wrong = (model: string, more = ''): string[] =>
      problems({}, yaml(model, more)).map(({ path }) => path);
    expect(wrong('{ url: "ftp://x", name: "", timeout: 1h, maxCostPerDay: 0 }')).toEqual([
      'drafts.model.url',
      'drafts.model.name',
      'drafts.model.maxCostPerDay',
      'drafts.model.timeout',
    ]);
    expect(wrong('{ url: "https://m.example", name: m, timeout: 1h }')).toEqual(['drafts.model.timeout']);
    expect(wrong(own, 'team: { zone: UTC, languages: [klingon] }')).toEqual(['team.languages.0']);
  });

  it('knows what must never be shown', () => {
    const env = {
      WEB_TOKEN: 'abcdefghijklmnopqrstuvwx',
      DATABASE_URL: 'postgres://u:p%40ssword@localhost/db',
      HOME: '/root',
    };
    const { secrets } = config(env, null);
    expect(secrets).toEqual(expect.arrayContaining(['abcdefghijklmnopqrstuvwx', 'p%40ssword', 'p@ssword']));
    expect(secrets).not.toContain('/root');
  });
});

describe('.env.example', () => {
  const text = readFileSync(resolve(root, '.env.example'), 'utf8');
  const shapes = [environmentSchema, ...Object.values(chats).map((kind) => kind.env)].map((schema) => {
    if (!(schema instanceof z.ZodObject)) throw new Error('every env schema is an object');
    return schema.shape as Record<string, z.ZodType>;
  });
  const variables = Object.assign({}, ...shapes) as Record<string, z.ZodType>;

  it('lists exactly the variables there are', () => {
    const listed = [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(Object.keys(variables).sort());
  });

  it('explains each in the words of the schema', () => {
    const flat = text.replace(/\n# ?/g, ' ').replace(/\s+/g, ' ');
    for (const [name, schema] of Object.entries(variables)) {
      const words = schema.description ?? '';
      expect(words, `${name} has no description`).not.toBe('');
      expect(flat, name).toContain(words.replace(/\s+/g, ' '));
    }
  });
});

describe('potluck.example.yaml', () => {
  it('is a configuration that works once its variables are set', () => {
    const yaml = readFileSync(resolve(root, 'potluck.example.yaml'), 'utf8');
    const names = [...yaml.matchAll(/\$\{([A-Z_0-9]+)\}/g)].map(([, name = '']) => name);
    const env = Object.fromEntries(names.map((name) => [name, 'a-long-enough-secret-value']));
    const slack = {
      SLACK_BOT_TOKEN: 'xoxb-1-abcdefgh',
      SLACK_APP_TOKEN: 'xapp-1-abcdefgh',
      SLACK_CHANNEL: 'C0123456789',
    };
    // Shapes that these networks give and nobody else.
    const shaped = {
      WORDPRESS_PASSWORD: 'abcd EFGH 1234 ijkl MNOP 6789',
      SLACK_COMMUNITY_TOKEN: ['xoxb', '1', 'abcdefgh'].join('-'),
      DISCORD_COMMUNITY_TOKEN: ['MTE4MDAwMDAwMDAwMDAwMDAwMQ', 'GabcDE', 'abcdefghijklmnop-_1234'].join('.'),
    };
    expect(problems({ ...env, ...slack, ...shaped }, yaml)).toEqual([]);
  });
});
