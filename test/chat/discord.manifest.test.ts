import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  commandDefinitions,
  discordManifest,
  intentsOf,
  inviteLink,
  LOCALES,
  OPTIONS,
  OWN_COMMANDS,
  PERMISSIONS,
  permissionBits,
} from '../../src/chat/discord/manifest.ts';
import { COMMANDS } from '../../src/chat/kit/commands.ts';
import { specProblems } from '../support/discord/schema.ts';

const FILE = new URL('../../manifests/discord.json', import.meta.url);
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const FOLDER = new URL('../../src/chat/discord/', import.meta.url);
const source = readdirSync(FOLDER)
  .filter((name) => name !== 'manifest.ts')
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'))
  .join('\n');

describe('manifests/discord.json', () => {
  it('is what the tables say (WRITE_MANIFEST=1 npx vitest run discord.manifest writes it anew)', () => {
    if (process.env.WRITE_MANIFEST) writeFileSync(FILE, `${JSON.stringify(discordManifest(), null, 2)}\n`);
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(discordManifest())));
  });

  it('gives the invite link that the README gives', () => {
    expect(README).toContain(decodeURIComponent(inviteLink('YOUR_APPLICATION_ID')));
    expect(README).toContain(`permissions=${permissionBits()}`);
  });
});

describe('the commands', () => {
  it('are such as Discord’s own schema takes, also with descriptions in every language', () => {
    const everywhere = Object.fromEntries(
      LOCALES.map((locale) => [locale, { potluck: 'x'.repeat(100), claim: 'Übernimm den Eintrag' }]),
    );
    for (const definition of [...commandDefinitions(), ...commandDefinitions(everywhere)])
      expect(specProblems('ApplicationCommandUpdateRequestSchema', definition)).toEqual([]);
    const [first] = commandDefinitions(everywhere);
    expect(JSON.stringify(first)).toContain('"de":"Übernimm den Eintrag"');
  });

  it('offer what Slack offers, and what only Discord has', () => {
    expect(Object.keys(OPTIONS).sort()).toEqual(
      [...Object.keys(COMMANDS), ...Object.keys(OWN_COMMANDS)].sort(),
    );
  });

  it('keep the limits that the schema does not tell', () => {
    const [command, ...menus] = JSON.parse(JSON.stringify(commandDefinitions()));
    expect(command.options.length).toBeLessThanOrEqual(25);
    for (const sub of command.options) {
      expect(sub.name).toMatch(/^[a-z]{1,32}$/);
      expect(sub.description.length).toBeLessThanOrEqual(100);
      // Required options come first.
      const required = sub.options.map((option: { required?: boolean }) => option.required === true);
      expect([...required].sort((a, b) => Number(b) - Number(a))).toEqual(required);
      for (const option of sub.options) {
        expect(option.description.length).toBeLessThanOrEqual(100);
        expect(option.choices?.length ?? 0).toBeLessThanOrEqual(25);
        expect(option.autocomplete && option.choices).toBeFalsy();
      }
    }
    for (const menu of menus) expect(menu.name.length).toBeLessThanOrEqual(32);
    // Names, descriptions and values of one command together, its options and choices included:
    // https://discord.com/developers/docs/interactions/application-commands#slash-commands
    let characters = 0;
    JSON.stringify(command, (key, value) => {
      if (['name', 'description', 'value'].includes(key)) characters += String(value).length;
      return value;
    });
    expect(characters).toBeLessThan(8_000);
    expect(characters).toBeGreaterThan(1_000);
  });
});

describe('the permissions and intents', () => {
  it('name every permission that the code speaks of', () => {
    const spoken = [...source.matchAll(/inChannel\(([^)]*)\)/g)].flatMap(([, args = '']) =>
      [...args.matchAll(/'([A-Z][A-Za-z ]+)'/g)].map(([, name = '']) => name),
    );
    expect(spoken.length).toBeGreaterThan(5);
    // In a forum “Create Posts” is what “Send Messages” is called in Discord's settings.
    const known = [...Object.keys(PERMISSIONS), 'Create Posts'];
    for (const name of spoken) expect(known).toContain(name);
  });

  it('ask for nothing that lets a bot rule a server', () => {
    const bits = BigInt(permissionBits());
    const tooMuch = {
      administrator: 3n,
      manageGuild: 5n,
      manageChannels: 4n,
      manageMessages: 13n,
      everyone: 17n,
    };
    for (const bit of Object.values(tooMuch)) expect(bits & (1n << bit)).toBe(0n);
  });

  it('listen to the least that the policy needs', () => {
    const rules = { reactions: {}, threads: 'claim', channels: {}, messageContent: false } as const;
    expect(intentsOf(rules)).toBe((1 << 0) | (1 << 9) | (1 << 10));
    expect(intentsOf({ ...rules, reactions: false, threads: 'never' })).toBe(1 << 0);
    expect(
      intentsOf({ ...rules, reactions: false, threads: 'never', channels: { a: { threads: 'ask' } } }),
    ).toBe((1 << 0) | (1 << 9));
    expect(intentsOf({ ...rules, messageContent: true }) & (1 << 15)).not.toBe(0);
  });
});
