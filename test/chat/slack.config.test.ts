import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { slack } from '../../src/chat/slack/slack.ts';

const bot = 'xoxb-1-2-abc';
const app = 'xapp-1-A-2-abc';

function problems(result: { readonly error?: z.ZodError }): string {
  return (result.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
}
const envProblems = (values: Record<string, string>): string => problems(slack.env.safeParse(values));
const policyProblems = (values: object): string => problems(slack.policy.safeParse(values));

describe('Slack’s variables', () => {
  it.each([
    [{}],
    [{ SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app }],
    [
      {
        SLACK_BOT_TOKEN: 'xoxe.xoxb-1-abc',
        SLACK_APP_TOKEN: app,
        SLACK_API_URL: 'https://slack-gov.com/api/',
      },
    ],
    [{ SLACK_BOT_TOKEN: bot, SLACK_SIGNING_SECRET: 's', SLACK_PORT: '3001' }],
  ])('accepts %j', (values) => {
    expect(envProblems(values)).toBe('');
  });

  it.each([
    [{ SLACK_BOT_TOKEN: bot }, 'SLACK_APP_TOKEN is missing'],
    [{ SLACK_APP_TOKEN: app }, 'SLACK_BOT_TOKEN is missing'],
    [{ SLACK_BOT_TOKEN: app, SLACK_APP_TOKEN: app }, 'holds the app token'],
    [{ SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: bot }, 'holds a bot token'],
    [{ SLACK_BOT_TOKEN: 'xoxp-1', SLACK_APP_TOKEN: app }, 'must begin with xoxb-'],
    [{ SLACK_BOT_TOKEN: bot, SLACK_SIGNING_SECRET: 's' }, 'SLACK_PORT is missing'],
    [{ SLACK_BOT_TOKEN: bot, SLACK_SIGNING_SECRET: 's', SLACK_PORT: '70000' }, 'SLACK_PORT must be a port'],
    [
      { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_API_URL: 'slack.com' },
      'SLACK_API_URL must be an address',
    ],
  ])('says what is wrong with %j', (values, words) => {
    const said = envProblems(values);
    expect(said).toContain(words);
    for (const value of Object.values(values)) if (value.length > 8) expect(said).not.toContain(value);
  });

  it('name the channel of everything, unless the policy does', () => {
    const values = slack.env.parse({ SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_CHANNEL: 'C0ENV' });
    expect(slack.defaultChannels?.(values, slack.policy.parse({}))).toEqual(['C0ENV']);
    expect(slack.defaultChannels?.(values, slack.policy.parse({ channel: 'C0POLICY' }))).toEqual([
      'C0POLICY',
    ]);
    expect(envProblems({ SLACK_CHANNEL: '#mentions' })).toContain('SLACK_CHANNEL must be a channel id');
  });

  it('are each described', () => {
    for (const field of Object.values(slack.env.shape)) expect(field.description ?? '').not.toBe('');
  });

  it('switch Slack on by the bot token alone', () => {
    expect(slack.wanted(slack.env.parse({}))).toBe(false);
    expect(slack.wanted(slack.env.parse({ SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app }))).toBe(true);
  });
});

describe('Slack’s policy', () => {
  it('may be empty', () => {
    expect(slack.policy.parse({})).toMatchObject({ command: '/potluck' });
  });
  it.each([
    [{ channel: '#mentions' }, 'channel must be a channel id'],
    [{ command: 'potluck' }, 'command must be a slash'],
    [{ reactions: { eyes: 'shout' } }, 'reactions'],
    [{ chanel: 'C0123' }, 'chanel'],
  ])('says what is wrong with %j', (values, words) => {
    expect(policyProblems(values)).toContain(words);
  });

  it('takes managers by id and not by name', () => {
    expect(policyProblems({ managers: ['U0ANA1'], managerGroups: ['S0TEAM'] })).toBe('');
    expect(policyProblems({ managers: ['@ana'] })).toContain('managers.0 must be a member id');
    expect(policyProblems({ managerGroups: ['@marketing'] })).toContain('must be the id of a user group');
  });
});
