import { afterEach, describe, expect, it } from 'vitest';
import { nameChecks } from '../../src/flow/name-checks.ts';
import { ANA, BO, CHANNEL, type DiscordWorld, discordWorld } from '../support/discord/world.ts';

let world: DiscordWorld;
afterEach(() => world.close());

const signal = new AbortController().signal;
const named = (path: string, what: 'person' | 'group' | 'channel', id: string) => ({ path, what, id });

describe('what potluck.yaml names on Discord', () => {
  it('is looked up in the servers of its channels, and what is wrong is told with its place', async () => {
    world = await discordWorld({ start: false });
    const checks = await nameChecks(
      [
        named('team.managers.0', 'person', `discord:${ANA}`),
        named('oncall.layers.0.people.0', 'person', `discord:${BO}`),
        named('oncall.layers.0.people.1', 'person', 'discord:1180000000000009999'),
        named('oncall.layers.1.group', 'group', 'discord:1180000000000000001'),
        named('routes.0.to.0', 'channel', `discord:${CHANNEL}`),
        named('routes.1.to.0', 'channel', 'discord:1180000000000000999'),
      ],
      [world.chat()],
      signal,
    );
    expect(checks.map(({ ok, what, remedy }) => `${ok} ${what} → ${remedy}`)).toEqual([
      'true Discord: knows 2 people, 1 channel that potluck.yaml names → null',
      expect.stringMatching(/^false oncall\.layers\.0\.people\.1: .* → .*Copy User ID/),
      expect.stringMatching(/^false oncall\.layers\.1\.group: .* → Discord has no groups/),
      expect.stringMatching(/^false routes\.1\.to\.0: .* → Discord knows no channel 1180000000000000999/),
    ]);
    expect(world.server.breaches()).toEqual([]);
  });

  it('cannot be told where no channel leads to a server, or Discord does not answer', async () => {
    world = await discordWorld({ start: false });
    const ask = () =>
      nameChecks([named('team.managers.0', 'person', `discord:${ANA}`)], [world.chat()], signal);
    expect(await ask()).toEqual([
      {
        ok: false,
        what: expect.stringContaining('cannot look up'),
        remedy: expect.stringContaining('names none'),
      },
    ]);
    const lost = async (): Promise<never> => {
      throw new Error('the line is dead');
    };
    expect(
      await nameChecks(
        [named('team.managers.0', 'person', `discord:${ANA}`)],
        [{ kind: 'discord', label: 'Discord', verify: lost }],
        signal,
      ),
    ).toEqual([{ ok: false, what: expect.stringContaining('cannot tell'), remedy: 'the line is dead' }]);
  });
});
