import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The repository, seen from where this file is compiled to. */
const ROOT = resolve(import.meta.dirname, '../../../..');

/** The bot, compiled by the same run. */
export const BOT = resolve(import.meta.dirname, '../../src/main.js');

/** As little of a Bolt app as starts. */
export const BARE_BOLT = `
  import bolt from '@slack/bolt';
  const app = new bolt.App({ token: 'xoxb-bare', signingSecret: 'bare', tokenVerificationEnabled: false });
  await app.start(0);
  console.log('up');
`;

/** A Bolt app in Socket Mode that shows a button and acknowledges whoever presses it, and nothing else. */
export const BARE_CLICKS = `
  import bolt from '@slack/bolt';
  const slackApiUrl = process.env.SLACK_API_URL;
  const receiver = new bolt.SocketModeReceiver({
    appToken: process.env.SLACK_APP_TOKEN,
    installerOptions: { clientOptions: { slackApiUrl } },
    logLevel: 'error',
  });
  const app = new bolt.App({ token: process.env.SLACK_BOT_TOKEN, receiver, clientOptions: { slackApiUrl }, logLevel: 'error' });
  app.action(/.*/, async ({ ack }) => ack());
  await app.start();
  const button = { type: 'button', action_id: 'bare', text: { type: 'plain_text', text: 'Claim' }, value: '1' };
  await app.client.chat.postMessage({ channel: process.env.SLACK_CHANNEL, text: 'bare', blocks: [{ type: 'actions', elements: [button] }] });
  console.log('up');
`;

export interface Program {
  readonly pid: number;
  /** What it wrote until it was ready. */
  readonly said: string;
  stop(): void;
  /** Asks it to stop, and waits until it has. */
  end(): Promise<void>;
}

/** Starts Node with these arguments; resolves once `ready` is seen in what it writes. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Program> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  return new Promise((done, failed) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (!ready.test(said)) return;
      const stop = (): void => void child.kill('SIGKILL');
      const end = (): Promise<void> => {
        child.kill('SIGTERM');
        return ended;
      };
      done({ pid: child.pid ?? 0, said, stop, end });
      // Read on, and forget: a full pipe would hold the program up.
      child.stdout.removeAllListeners('data').resume();
    });
    child.once('exit', (code) => failed(new Error(`ended with ${code}: ${said.slice(-500)}`)));
  });
}
