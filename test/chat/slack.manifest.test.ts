import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  APP_METHOD_SCOPES,
  botScopes,
  EVENT_SCOPES,
  METHOD_SCOPES,
  OPTIONAL_METHOD_SCOPES,
  SHORTCUTS,
  slackManifest,
} from '../../src/chat/slack/manifest.ts';
import { sampleCard } from '../support/cards.ts';
import { png } from '../support/pictures.ts';
import { slackWorld } from '../support/slack/world.ts';

/** An answer that may have pictures. */
const DOOR = {
  account: '@potluck.example',
  limit: 300,
  unit: 'graphemes',
  pictures: { most: 4, mimes: ['image/png'], bytes: 100_000, pixels: null, alt: 1_500 },
} as const;
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
      [METHOD_SCOPES, OPTIONAL_METHOD_SCOPES, APP_METHOD_SCOPES]
        .flatMap((table) => Object.keys(table))
        .sort(),
    );
    // Nobody goes past that door.
    expect(source.match(/\.apiCall\(/g)).toHaveLength(1);
  });

  it('ask for no scope that only some teams need', () => {
    const optional = Object.values(OPTIONAL_METHOD_SCOPES).flat();
    for (const scope of optional) expect(botScopes()).not.toContain(scope);
    for (const scope of [
      'channels:read',
      'groups:read',
      'chat:write.public',
      'users:read.email',
      'im:history',
    ])
      expect(botScopes()).not.toContain(scope);
  });

  it('name every shortcut that is listened to', () => {
    const { features } = JSON.parse(JSON.stringify(slackManifest()));
    expect(features.shortcuts.map((each: { callback_id: string }) => each.callback_id)).toEqual(
      Object.values(SHORTCUTS).map((each) => each.callback_id),
    );
    for (const name of Object.keys(SHORTCUTS)) expect(source).toContain(`SHORTCUTS.${name}.callback_id`);
  });

  it('name every event that is listened to', () => {
    const base = (name: string): string => name.split('.')[0] ?? '';
    for (const event of new Set(Object.keys(EVENT_SCOPES).map(base))) expect(source).toContain(`'${event}'`);
  });

  /** A little of everything, told as what a person would notice. */
  async function littleDay(scopes: readonly string[]): Promise<readonly string[]> {
    const world = await slackWorld({ scopes });
    const seen: string[] = [];
    try {
      world.slack.addChannel('C0SECRET', { private: true });
      const options = { nonce: 'n', signal: new AbortController().signal };
      for (const [place, itemId] of [
        [world.channel, 1],
        ['C0SECRET', 2],
      ] as const) {
        const card = world.handlers.put(sampleCard({ itemId, reply: DOOR }));
        await world
          .chat()
          .post(place, card, options)
          .then(
            () => seen.push(`posted ${itemId}`),
            () => {},
          );
        const found = await world
          .chat()
          .find?.(place, itemId, 0, options.signal)
          .catch(() => null);
        if (found) seen.push(`found ${itemId}`);
      }
      const [first] = world.slack.shown(world.channel);
      if (first) {
        await world.ana.react(first, 'eyes');
        await world.chat().settled();
      }
      seen.push(`owner ${world.handlers.now(1).owner?.name}`);
      await world.ana.command('/potluck release 1', world.channel);
      await world.ana.command('/potluck claim 1', world.channel);
      await world.chat().settled();
      seen.push(`then ${world.handlers.now(1).owner?.name}`);
      if (first) {
        await world.ana.press(first, 'Draft');
        await world.chat().settled();
        await world.ana.pressInView('Add pictures…');
        await world.chat().settled();
        if (world.ana.view()?.fields.some(({ label }) => label === 'Add pictures')) {
          world.ana.upload('Add pictures', [{ name: 'pot.png', bytes: png() }]);
          await world.ana.submit();
          await world.chat().settled();
        }
      }
      seen.push(`pictures ${world.handlers.now(1).pictures.length}`);
      const picture = { mime: 'image/png', bytes: png() };
      const notice = {
        title: 'The week',
        tone: 'grey',
        blocks: [],
        picture: { id: 'p', alt: 'A chart' },
        buttons: [{ press: 'test:export', label: 'Export' }],
        mention: [],
      } as const;
      const told = await world
        .chat()
        .tell?.(world.channel, notice, { ...options, noticeId: 1, thread: null, picture })
        .catch(() => null);
      const said = world.slack.shown(world.channel).find(({ ts }) => told?.endsWith(ts));
      if (said) {
        const file = { name: 'export.json', mime: 'application/json', bytes: Buffer.from('{}') };
        world.handlers.replyWith({ ok: true, text: 'Here it is.', file });
        await world.ana.press(said, 'Export');
        await world.chat().settled();
      }
      seen.push(`files ${world.slack.uploads().length}`);
      return seen;
    } finally {
      await world.close();
    }
  }

  it.each(botScopes().filter((scope) => scope !== 'commands'))(
    'without %s something is lost',
    async (scope) => {
      const whole = await littleDay(botScopes());
      expect(whole).toEqual([
        'posted 1',
        'found 1',
        'posted 2',
        'found 2',
        'owner Ana',
        'then Ana',
        'pictures 1',
        'files 2',
      ]);
      expect(await littleDay(botScopes().filter((each) => each !== scope))).not.toEqual(whole);
    },
  );

  it('let a whole day of work go on with exactly these scopes, on a workspace that checks them', async () => {
    const world = await slackWorld({ scopes: botScopes() });
    try {
      const checks = await world.chat().check(new AbortController().signal, []);
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
      const checks = await world.chat().check(new AbortController().signal, []);
      const bad = checks.filter((check) => !check.ok);
      expect(bad).toHaveLength(1);
      expect(bad[0]?.what).toContain('users:read');
      expect(bad[0]?.remedy).toContain('manifests/slack.json');
    } finally {
      await world.close();
    }
  });
});
