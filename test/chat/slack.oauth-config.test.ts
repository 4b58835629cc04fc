import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readKeys, tokenBox } from '../../src/chat/slack/crypto.ts';
import { slack } from '../../src/chat/slack/slack.ts';

const several = {
  SLACK_CLIENT_ID: '111.222',
  SLACK_CLIENT_SECRET: 'client-secret',
  SLACK_TOKEN_KEY: 'ab'.repeat(32),
  SLACK_SIGNING_SECRET: 'signing-secret',
  SLACK_PORT: '3001',
};

function problems(values: Readonly<Record<string, string | undefined>>): string {
  const { error } = slack.env.safeParse(values);
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
}
const envOf = (values: Readonly<Record<string, string>>) => slack.env.parse(values);
const told = (values: Readonly<Record<string, string>>, policy: object) =>
  slack.problems?.(envOf(values), slack.policy.parse(policy), { loopback: true }).join('\n');

describe('the variables of several workspaces', () => {
  it('switch Slack on without a bot token', () => {
    expect(problems(several)).toBe('');
    expect(slack.wanted(envOf(several))).toBe(true);
    expect(problems({ ...several, SLACK_TOKEN_KEY: randomBytes(32).toString('base64') })).toBe('');
    expect(problems({ ...several, SLACK_TOKEN_KEY: `${'cd'.repeat(32)}, ${'ab'.repeat(32)}` })).toBe('');
  });

  it.each([
    [{ ...several, SLACK_CLIENT_SECRET: undefined }, 'SLACK_CLIENT_SECRET is missing'],
    [{ ...several, SLACK_TOKEN_KEY: undefined }, 'SLACK_TOKEN_KEY is missing'],
    [{ ...several, SLACK_SIGNING_SECRET: undefined }, 'SLACK_SIGNING_SECRET is missing'],
    [{ ...several, SLACK_PORT: undefined }, 'SLACK_PORT is missing'],
    [{ ...several, SLACK_TOKEN_KEY: 'correct horse battery staple' }, 'openssl rand -hex 32'],
    [{ ...several, SLACK_TOKEN_KEY: `${'ab'.repeat(32)},ab` }, 'SLACK_TOKEN_KEY must be 32 bytes'],
    [{ ...several, SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_BOT_TOKEN is of one workspace'],
    [{ ...several, SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_APP_TOKEN is of one workspace'],
    [{ ...several, SLACK_CLIENT_ID: 'potluck' }, 'SLACK_CLIENT_ID must be the two numbers'],
    [{ ...several, SLACK_REDIRECT_URL: 'http://bot.example/x' }, 'SLACK_REDIRECT_URL must be an address'],
    [{ SLACK_TOKEN_KEY: 'ab'.repeat(32) }, 'SLACK_CLIENT_ID is missing'],
  ])('say what is wrong with %j', (values, words) => {
    const said = problems(values);
    expect(said).toContain(words);
    for (const value of Object.values(values))
      if (value && value.length > 9) expect(said).not.toContain(value);
  });

  it('need the workspaces by name, and the other way round', () => {
    expect(told(several, {})).toContain('chats.slack.workspaces');
    expect(told(several, { workspaces: { T0FIRST: {} } })).toBe('');
    const one = { SLACK_BOT_TOKEN: 'xoxb-1-2-abc', SLACK_APP_TOKEN: 'xapp-1-A-2-abc' };
    expect(told(one, {})).toBe('');
    expect(told(one, { workspaces: { T0FIRST: {} } })).toContain('SLACK_CLIENT_ID');
    expect(slack.policy.safeParse({ workspaces: { acme: {} } }).success).toBe(false);
  });

  it('give each workspace its channel, and the first the common one', () => {
    const policy = slack.policy.parse({
      channel: 'C0COMMON',
      workspaces: { T0FIRST: {}, T0SECOND: { channel: 'C0OWN' }, T0THIRD: {} },
    });
    expect(slack.defaultChannels?.(envOf(several), policy)).toEqual(['T0FIRST/C0COMMON', 'T0SECOND/C0OWN']);
  });
});

describe('a sealed token', () => {
  const box = (value: string) => tokenBox(readKeys(value) ?? []);

  it('is another text each time, and opens with its key for its owner alone', () => {
    const mine = box('ab'.repeat(32));
    const [one, two] = [mine.seal('T1', 'xoxb-é🥘'), mine.seal('T1', 'xoxb-é🥘')];
    expect(one.text).not.toBe(two.text);
    expect(mine.open('T1', one)).toEqual({ text: 'xoxb-é🥘', isOld: false });
    expect(() => mine.open('T2', one)).toThrow('was changed');
    for (const part of ['nonce', 'tag', 'text'] as const) {
      const changed = Buffer.from(one[part], 'base64');
      changed[0] = (changed[0] ?? 0) ^ 1;
      expect(() => mine.open('T1', { ...one, [part]: changed.toString('base64') })).toThrow('was changed');
    }
    // A short tag must not make guessing easy.
    const short = Buffer.from(one.tag, 'base64').subarray(0, 4).toString('base64');
    expect(() => mine.open('T1', { ...one, tag: short })).toThrow('was changed');
  });

  it('opens with a former key, which is told, and the error names keys by their id alone', () => {
    const old = box('ab'.repeat(32)).seal('T1', 'xoxb-1');
    expect(box(`${'cd'.repeat(32)},${'ab'.repeat(32)}`).open('T1', old)).toEqual({
      text: 'xoxb-1',
      isOld: true,
    });
    expect(() => box('cd'.repeat(32)).open('T1', old)).toThrow(`another key (${old.key})`);
    expect(old.key).not.toContain('abab');
  });
});
