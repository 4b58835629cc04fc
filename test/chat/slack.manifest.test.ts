import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  APP_METHOD_SCOPES,
  botScopes,
  EVENT_SCOPES,
  METHOD_SCOPES,
  slackManifest,
} from '../../src/chat/slack/manifest.ts';
import { slackWorld } from '../support/slack/world.ts';

const FILE = new URL('../../manifests/slack.json', import.meta.url);
const FOLDER = new URL('../../src/chat/slack/', import.meta.url);

const source = readdirSync(FOLDER)
  .filter((name) => name !== 'manifest.ts')
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
  .join('\n');

describe('manifests/slack.json', () => {
  it('is what the tables say (WRITE_MANIFEST=1 npx vitest run slack.manifest writes it anew)', () => {
    if (process.env.WRITE_MANIFEST) writeFileSync(FILE, `${JSON.stringify(slackManifest(), null, 2)}\n`);
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(slackManifest());
  });

  it('keeps the limits that Slack sets for a manifest', () => {
    const manifest = JSON.parse(JSON.stringify(slackManifest()));
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    for (const command of manifest.features.slash_commands) {
      expect(command.command).toMatch(/^\/[a-z0-9_-]{1,31}$/);
      expect(command.description.length).toBeLessThanOrEqual(2_000);
    }
    for (const shortcut of manifest.features.shortcuts) {
      expect(shortcut.name.length).toBeLessThanOrEqual(24);
      expect(shortcut.description.length).toBeLessThanOrEqual(150);
    }
  });
});

describe('the tables', () => {
  it('name every Web API method that the code calls, and none that it does not', () => {
    const called = new Set(
      [...source.matchAll(/call\(\s*'([a-z]+(?:\.[a-zA-Z]+)+)'/g)].map(([, name]) => name),
    );
    expect([...called].sort()).toEqual(
      [...Object.keys(METHOD_SCOPES), ...Object.keys(APP_METHOD_SCOPES)].sort(),
    );
    // Nobody goes past that door.
    expect(source.match(/\.apiCall\(/g)).toHaveLength(1);
  });

  it('name every event that is listened to', () => {
    const base = (name: string): string => name.split('.')[0] ?? '';
    for (const event of new Set(Object.keys(EVENT_SCOPES).map(base))) expect(source).toContain(`'${event}'`);
  });

  it.each(botScopes())('the scope %s is really needed', (scope) => {
    // A scope is in vain when every method and event would do without it.
    const needs = [...Object.values(METHOD_SCOPES), ...Object.values(EVENT_SCOPES)].some((scopes) =>
      (scopes as readonly string[]).includes(scope),
    );
    expect(needs || scope === 'commands').toBe(true);
  });

  it('let a whole day of work go on with exactly these scopes, on a workspace that checks them', async () => {
    const world = await slackWorld({ scopes: botScopes() });
    try {
      const checks = await world.chat().check(new AbortController().signal);
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      const asked = new Set(world.slack.calls().map((call) => call.result));
      expect([...asked]).toEqual(['ok']);
    } finally {
      await world.close();
    }
  });

  it('are told apart by the doctor when one is missing', async () => {
    const world = await slackWorld({ scopes: botScopes().filter((scope) => scope !== 'users:read') });
    try {
      const checks = await world.chat().check(new AbortController().signal);
      const bad = checks.filter((check) => !check.ok);
      expect(bad).toHaveLength(1);
      expect(bad[0]?.what).toContain('users:read');
      expect(bad[0]?.remedy).toContain('manifests/slack.json');
    } finally {
      await world.close();
    }
  });
});
