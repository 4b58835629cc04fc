import { afterEach, describe, expect, it } from 'vitest';
import { botScopes } from '../../src/chat/slack/manifest.ts';
import type { Layer, OnCallPlan } from '../../src/domain/oncall.ts';
import { nameChecks } from '../../src/flow/name-checks.ts';
import { type Flow, flow, theirs } from '../support/flow.ts';
import { type SlackWorld, slackWorld } from '../support/slack/world.ts';

let world: SlackWorld;
afterEach(() => world.close());

const signal = new AbortController().signal;
const scopes = [...botScopes(), 'usergroups:read'];
const here = (): string => world.slack.teamId;
const named = (path: string, what: 'person' | 'group' | 'channel', id: string) => ({ path, what, id });

describe('what potluck.yaml names on Slack', () => {
  it('is looked up, and what is wrong is told with its place and what to do', async () => {
    world = await slackWorld({ scopes, start: false });
    const { slack } = world;
    slack.setGroup('S0ONCALL', ['U0ANA']);
    slack.setGroup('S0EMPTY', []);
    slack.addUser('U0LEFT', { name: 'Leo' });
    slack.deactivate('U0LEFT');
    slack.addChannel('C0CLOSED', { botIn: false });
    const checks = await nameChecks(
      [
        named('team.managers.0', 'person', `slack:${here()}/U0ANA`),
        named('oncall.layers.0.people.0', 'person', `slack:${here()}/U0ANA`),
        named('oncall.layers.0.people.1', 'person', `slack:${here()}/U0NOBODY`),
        named('oncall.layers.1.people.0', 'person', 'slack:T0OTHER/U0ANA'),
        named('routes.0.owner', 'person', `slack:${here()}/U0LEFT`),
        named('routes.1.watchers.0', 'person', 'slack:ana'),
        named('oncall.layers.2.group', 'group', 'slack:S0ONCALL'),
        named('oncall.layers.3.group', 'group', 'slack:S0GONE'),
        named('oncall.layers.4.group', 'group', 'slack:S0EMPTY'),
        named('team.channels.0', 'channel', `slack:${world.channel}`),
        named('routes.2.to.0', 'channel', 'slack:C0CLOSED'),
        named('digests.daily.to.0', 'channel', 'slack:C0NOWHERE'),
        named('team.managers.1', 'person', 'web:anybody'),
      ],
      [world.chat()],
      signal,
    );
    expect(checks.filter(({ ok }) => ok).map(({ what }) => what)).toEqual([
      'Slack: knows 1 person, 1 group, 1 channel that potluck.yaml names',
    ]);
    const wrong = checks.filter(({ ok }) => !ok);
    expect(wrong.map(({ what, remedy }) => `${what} → ${remedy}`)).toEqual([
      expect.stringMatching(
        /^oncall\.layers\.0\.people\.1: there is no person .*U0NOBODY → Copy the id again/,
      ),
      expect.stringMatching(/^oncall\.layers\.1\.people\.0: .* → It is of the workspace T0OTHER/),
      expect.stringMatching(/^routes\.0\.owner: .* → Leo was deactivated/),
      expect.stringMatching(/^routes\.1\.watchers\.0: .* → Write it as slack:T\w+\/U0123ABCD/),
      expect.stringMatching(/^oncall\.layers\.3\.group: .* → Copy the id again: .* begins with S/),
      expect.stringMatching(/^oncall\.layers\.4\.group: .* → Nobody is in that user group/),
      expect.stringMatching(/^routes\.2\.to\.0: .* → .*invite @Potluck/),
      expect.stringMatching(/^digests\.daily\.to\.0: .* → Slack knows no channel C0NOWHERE/),
    ]);
    // However often somebody is named, they are asked for once.
    expect(slack.calls('users.info')).toHaveLength(3);
  });

  it('that cannot be looked up says which scope is lacking, once', async () => {
    world = await slackWorld({ scopes: botScopes().filter((scope) => scope !== 'users:read'), start: false });
    world.slack.setGroup('S0ONCALL', ['U0ANA']);
    const checks = await nameChecks(
      [
        named('team.managers.0', 'person', `slack:${here()}/U0ANA`),
        named('team.managers.1', 'person', `slack:${here()}/U0BO`),
        named('oncall.layers.0.group', 'group', 'slack:S0ONCALL'),
      ],
      [world.chat()],
      signal,
    );
    expect(checks).toEqual([
      {
        ok: false,
        what: 'Slack: cannot look up each person that potluck.yaml names (team.managers.0, for instance)',
        remedy: expect.stringContaining('users:read'),
      },
      {
        ok: false,
        what: 'Slack: cannot look up each group that potluck.yaml names (oncall.layers.0.group, for instance)',
        remedy: expect.stringContaining('usergroups:read'),
      },
    ]);
  });
});

describe('on call from a Slack user group', () => {
  const layer: Layer = { name: 'first', roster: { from: 'group', group: 'slack:S0ONCALL' }, hours: null };
  const plan: OnCallPlan = { layers: [layer], mention: 'urgent' };
  let team: Flow;
  afterEach(() => team.store.close());

  async function begin(given: readonly string[]): Promise<void> {
    world = await slackWorld({ scopes: given });
    team = await flow({
      clock: world.clock,
      places: [{ chat: 'slack', channel: world.channel }],
      duty: { plan, chats: [world.chat()], places: [{ chat: 'slack', channel: world.channel }] },
    });
  }
  const told = async () =>
    (await team.store.newestNotices('slack', 20)).map(({ notice }) => notice).reverse();

  it('is whoever is in it: named at the hand-over, called for what is urgent, followed within minutes', async () => {
    await begin(scopes);
    world.slack.setGroup('S0ONCALL', ['U0ANA']);
    await team.duty.watch();
    await team.ingest([theirs('p1', 0, { text: 'complaint p=95: it burns', createdAt: world.clock.now() })]);
    await team.duty.watch();
    expect((await told()).map(({ title, mention }) => [title, mention])).toEqual([
      ['On call: Ana', []],
      [expect.stringMatching(/^Urgent: complaint/), [`slack:${here()}/U0ANA`]],
    ]);
    world.slack.setGroup('S0ONCALL', ['U0BO']);
    await team.duty.watch();
    expect(await told()).toHaveLength(2);
    await world.clock.advance(5 * 60_000 + 1);
    // Slack is out of order: who was on call stays so.
    world.slack.fail({ kind: 'status', status: 503 }, 'usergroups.users.list');
    await team.duty.watch();
    expect(await told()).toHaveLength(2);
    await world.clock.advance(5 * 60_000 + 1);
    await team.duty.watch();
    expect((await told()).at(-1)?.title).toBe('On call: Bo');
    expect(world.slack.breaches()).toEqual([]);
  });

  it('without the scope says so in the log, and calls nobody', async () => {
    await begin(botScopes());
    world.slack.setGroup('S0ONCALL', ['U0ANA']);
    await team.ingest([theirs('p1', 0, { text: 'complaint p=95: it burns', createdAt: world.clock.now() })]);
    await team.duty.watch();
    expect(await told()).toEqual([]);
    expect(JSON.stringify(team.log.lines)).toContain('usergroups:read');
  });
});
