import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/clock.ts';
import type { SlackPerson } from '../support/slack/person.ts';
import { type SlackWorkspace, startSlackWorkspace } from '../support/slack/workspace.ts';
import { type Figures, percentile } from './figures.ts';
import { BARE_CLICKS, BOT, startProgram } from './programs.ts';
import { batch, post } from './requests.ts';

const ITEMS = 2_000;
/** Items that change state, each second. */
const CHANGES = 200;
/** Clicks on either app, each second. */
const CLICKS = 25;
const SECONDS = 24;
const CHANNEL = 'C0BENCH';

interface Clicker {
  readonly slack: SlackWorkspace;
  readonly person: SlackPerson;
}

async function workspace(): Promise<Clicker> {
  const slack = await startSlackWorkspace({ clock: systemClock });
  slack.addChannel(CHANNEL);
  return { slack, person: slack.addUser('U0ANA', { name: 'Ana' }) };
}

/**
 * From the moment Slack sends a click until it has the acknowledgement, while other people change items: the bot beside
 * a bare Bolt app, which is clicked in turn with it, so that both suffer the same machine.
 */
export async function benchAcks(
  { row }: Figures,
  folder: string,
  name: string,
  databaseUrl: string,
): Promise<void> {
  const [ours, bare] = [await workspace(), await workspace()];
  const policy = join(folder, `acks-${name}.yaml`);
  writeFileSync(
    policy,
    'brand: { names: [Simmer] }\nsources: { bench: { kind: webhook, open: true } }\nroutes: [{ when: {}, to: ["web:all", "slack:C0BENCH"] }]\n',
  );
  const bareApp = await startProgram(
    ['--input-type=module', '-e', BARE_CLICKS],
    { ...bare.slack.env, SLACK_CHANNEL: CHANNEL },
    /up/,
  );
  const profile = process.env.BENCH_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
    : [];
  const bot = await startProgram(
    [...profile, BOT],
    { ...ours.slack.env, DATABASE_URL: databaseUrl, PORT: '0', POTLUCK_CONFIG: policy },
    /"url":"[^"]+"/,
  );
  const url = /"url":"([^"]+)"/.exec(bot.said)?.[1] ?? '';
  for (let from = 0; from < ITEMS; from += 500) await post(`${url}/hooks/bench`, batch(from, 500));
  const first = { slack: ours.slack, person: ours.person };
  await ours.slack.until('a card', () => ours.slack.shown(CHANNEL).length > 0);

  await quiet(bot.pid);
  const idle = await clicks(first, bare, 6);
  const load = changes(url);
  const busy = await clicks(first, bare, SECONDS);
  const perSecond = await load.stop();

  const words = `${name}: click acknowledged`;
  row(`${words}, idle, p50`, percentile(idle.ours, 0.5), percentile(idle.bare, 0.5), 'ms', 'bare Bolt app');
  row(`${words}, idle, p99`, percentile(idle.ours, 0.99), percentile(idle.bare, 0.99), 'ms', 'bare Bolt app');
  const loaded = `${words}, ${Math.round(perSecond)} changes/s`;
  row(`${loaded}, p50`, percentile(busy.ours, 0.5), percentile(busy.bare, 0.5), 'ms', 'bare Bolt app');
  row(`${loaded}, p99`, percentile(busy.ours, 0.99), percentile(busy.bare, 0.99), 'ms', 'bare Bolt app');
  row(`${loaded}, worst`, Math.max(...busy.ours), Math.max(...busy.bare), 'ms', 'bare Bolt app');
  console.log(
    `${name}: ${busy.ours.length} clicks; this program’s own event loop was late by ${busy.lagMs.toFixed(1)} ms (p99), which is in both columns`,
  );
  await Promise.all([bot.end(), bareApp.end()]);
  await Promise.all([ours.slack.close(), bare.slack.close()]);
}

/** Waits until the program has hardly used the processor for a second: what came in before is worked off. */
async function quiet(pid: number): Promise<void> {
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: user and system time, in hundredths of a second.
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  for (let before = ticks(), waited = 0; waited < 90; waited++) {
    await new Promise((done) => setTimeout(done, 1_000));
    const now = ticks();
    if (now - before <= 8) return;
    before = now;
  }
  throw new Error('the bot did not come to rest');
}

/** Clicks on both in turn, at a steady pace; milliseconds until each was acknowledged. */
async function clicks(
  ours: Clicker,
  bare: Clicker,
  seconds: number,
): Promise<{ readonly ours: readonly number[]; readonly bare: readonly number[]; readonly lagMs: number }> {
  const times = { ours: [] as number[], bare: [] as number[] };
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const pending: Promise<void>[] = [];
  const click = async ({ slack, person }: Clicker, into: number[]): Promise<void> => {
    const message = slack.shown(CHANNEL).at(0);
    const button = message?.buttons.find(({ label }) => label === 'Claim' || label === 'Release');
    if (!message || !button) throw new Error('there is no card to click');
    const begin = performance.now();
    await person.press(message, button.label);
    into.push(performance.now() - begin);
  };
  for (let turn = 0; turn < CLICKS * seconds; turn++) {
    pending.push(click(ours, times.ours));
    await new Promise((done) => setTimeout(done, 500 / CLICKS));
    pending.push(click(bare, times.bare));
    await new Promise((done) => setTimeout(done, 500 / CLICKS));
  }
  await Promise.all(pending);
  lag.disable();
  // The histogram counts its own resolution in.
  return { ...times, lagMs: Math.max(0, lag.percentile(99) / 1e6 - 5) };
}

/** Claims and releases item after item, at a steady pace, until stopped; resolves to how many it were a second. */
function changes(url: string): { stop(): Promise<number> } {
  const begin = performance.now();
  const pending = new Set<Promise<void>>();
  let sent = 0;
  let done = 0;
  let failure: unknown = null;
  const tick = setInterval(() => {
    const due = ((performance.now() - begin) / 1_000) * CHANGES;
    // A bot that cannot keep up is not buried: what is late is told by the rate.
    for (; sent < due && pending.size < 100; sent++) {
      const round = Math.floor(sent / (ITEMS - 100));
      // The first hundred are left to the clicks.
      const itemId = 101 + (sent % (ITEMS - 100));
      const work = post(`${url}/api/items/${itemId}/actions`, {
        action: round % 2 === 0 ? 'claim' : 'release',
      }).then(
        () => void done++,
        (error) => {
          failure ??= error;
        },
      );
      pending.add(work);
      void work.then(() => pending.delete(work));
    }
  }, 5);
  return {
    async stop() {
      clearInterval(tick);
      await Promise.all(pending);
      if (failure !== null) throw failure;
      return done / ((performance.now() - begin) / 1_000);
    },
  };
}
