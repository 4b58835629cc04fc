import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { discord } from '../../src/chat/discord/discord.ts';
import { readConfig } from '../../src/config.ts';

const bot = `${Buffer.from('1180000000000000001').toString('base64url')}.GabcDE.abcdefghijklmnop-_1234`;
const channel = '1180000000000000100';

function problems(result: { readonly error?: z.ZodError }): string {
  return (result.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
}
const envProblems = (values: Record<string, string>): string => problems(discord.env.safeParse(values));
const policyProblems = (values: object): string => problems(discord.policy.safeParse(values));

describe('Discord’s variables', () => {
  it.each([
    [{}],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_CHANNEL: channel }],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_PUBLIC_KEY: 'ab'.repeat(32) }],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_API_URL: 'http://127.0.0.1:1/api' }],
  ])('accepts %j', (values) => {
    expect(envProblems(values)).toBe('');
  });

  it.each([
    [{ DISCORD_CHANNEL: channel }, 'DISCORD_BOT_TOKEN is missing'],
    [{ DISCORD_PUBLIC_KEY: 'ab'.repeat(32) }, 'DISCORD_BOT_TOKEN is missing'],
    [{ DISCORD_BOT_TOKEN: 'not-a-bot-token' }, 'DISCORD_BOT_TOKEN must be the bot token'],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_CHANNEL: '#general' }, 'DISCORD_CHANNEL must be a channel id'],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_PUBLIC_KEY: 'abc' }, 'DISCORD_PUBLIC_KEY must be the 64'],
    [{ DISCORD_BOT_TOKEN: bot, DISCORD_API_URL: 'discord.com' }, 'DISCORD_API_URL must be an address'],
  ])('says what is wrong with %j', (values, words) => {
    const said = envProblems(values as Record<string, string>);
    expect(said).toContain(words);
    for (const value of Object.values(values)) if (value.length > 8) expect(said).not.toContain(value);
  });

  it('are no part of a Potluck without Discord', () => {
    expect(discord.wanted(discord.env.parse({}))).toBe(false);
    expect(discord.wanted(discord.env.parse({ DISCORD_BOT_TOKEN: bot }))).toBe(true);
  });

  it('name the channel of everything, unless the policy does', () => {
    const values = discord.env.parse({ DISCORD_BOT_TOKEN: bot, DISCORD_CHANNEL: channel });
    expect(discord.defaultChannels?.(values, discord.policy.parse({}))).toEqual([channel]);
    const other = '1180000000000000999';
    expect(discord.defaultChannels?.(values, discord.policy.parse({ channel: other }))).toEqual([other]);
  });
});

describe('chats.discord', () => {
  it.each([
    [{}],
    [{ reactions: false, threads: 'ask', commands: 'global', messageContent: true }],
    [{ channels: { [channel]: { responders: [channel], threads: 'never' } } }],
    [{ timezone: 'Europe/Berlin', translations: { de: { claim: 'Gehört dir' } } }],
  ])('accepts %j', (values) => {
    expect(policyProblems(values)).toBe('');
  });

  it.each([
    [{ channel: 'general' }, 'channel must be a channel id'],
    [{ channel: 100 }, 'channel must be a channel id'],
    [{ threads: 'always' }, 'threads'],
    [{ managers: ['ana'] }, 'managers.0 must be a user id'],
    [{ responders: ['@support'] }, 'responders.0 must be a role id'],
    [{ reactions: { '👀': 'steal' } }, 'reactions must be false, or emoji with what they do'],
    [{ channels: { general: {} } }, 'channels.general'],
    [{ channels: { [channel]: { responders: [] } } }, `channels.${channel}.responders`],
    [{ timezone: 'Mars/Olympus' }, 'timezone must be a time zone'],
    [{ translations: { klingon: { claim: 'x' } } }, 'translations'],
    [{ colour: 'blue' }, 'colour'],
  ])('says what is wrong with %j', (values, words) => {
    expect(policyProblems(values)).toContain(words);
  });

  it('takes long ids from potluck.yaml as they are written, with quotes or without', () => {
    const yaml = `
brand: { names: [Simmer] }
sources: { shop: { kind: webhook, token: "${'t'.repeat(32)}" } }
chats:
  discord:
    channel: 1180000000000000101
    managers: [1180000000000000103, "1180000000000000105"]
    channels: { 1180000000000000107: { threads: never } }
routes: [{ to: ["discord:1180000000000000109"] }]
`;
    const webhook = { kind: 'webhook', label: 'W', config: anything(), create: async () => ({}) as never };
    const result = readConfig({ DISCORD_BOT_TOKEN: bot }, yaml, {
      sources: { webhook },
      chats: { discord },
      demo: { brand: { names: ['x'], competitors: [], domains: [] }, sources: {} },
    });
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(result.config.chats[0]?.policy).toMatchObject({
      channel: '1180000000000000101',
      managers: ['1180000000000000103', '1180000000000000105'],
      channels: { '1180000000000000107': { threads: 'never' } },
    });
  });
});

function anything(): z.ZodType {
  return discord.policy.transform((value) => value).catch(() => ({}) as never);
}
