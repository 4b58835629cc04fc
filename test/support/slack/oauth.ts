import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import { type SlackWorkspace, startSlackWorkspace } from './workspace.ts';

/** What a browser shows after a step. */
export interface Page {
  readonly status: number;
  readonly text: string;
}

/** A person's browser in the middle of an installation. */
export interface Consent {
  /** Slack's own page that asks for consent. */
  readonly url: URL;
  readonly cookie: string;
}

/**
 * Slack as an app sees it that several workspaces install: one Web API for all of them, where the token tells the
 * workspace, and the OAuth pages.
 */
export interface SlackTown {
  readonly env: Readonly<Record<string, string>>;
  /** Everything that must be seen nowhere. */
  readonly secrets: () => readonly string[];
  workspace(teamId: string): SlackWorkspace;
  /** Opens the app's installation page; where it leads, and with what cookie. */
  begin(): Promise<Consent>;
  /** The person agrees, in this workspace; the browser goes back to the app. */
  agree(
    consent: Consent,
    teamId: string,
    back?: { readonly cookie?: string; readonly state?: string },
  ): Promise<Page>;
  install(teamId: string): Promise<Page>;
  /** The app is removed: its token dies, and Slack says so. */
  uninstall(teamId: string, options?: { readonly at?: number }): Promise<number>;
  /** The token dies without a word. */
  revoke(teamId: string): void;
  /** From now on tokens live this long, in seconds; null for ever. */
  rotate(seconds: number | null): void;
  /** Sends a signed body, possibly changed on the way. */
  send(body: object, change?: (request: SignedRequest) => SignedRequest): Promise<number>;
  close(): Promise<void>;
}

export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Grant {
  readonly teamId: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number | null;
}

const CLIENT_ID = '111.222';
const CLIENT_SECRET = ['client', 'secret', 'of', 'the', 'test'].join('-');
const SIGNING_SECRET = 'signing-secret-of-the-town';

/** A port of this machine that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createSocket();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export async function startSlackTown(options: {
  readonly clock: Clock;
  readonly teams: readonly string[];
}): Promise<SlackTown> {
  const port = await freePort();
  const app = `http://127.0.0.1:${port}`;
  const spaces = new Map<string, SlackWorkspace>();
  for (const teamId of options.teams) {
    const space = await startSlackWorkspace({ clock: options.clock, teamId });
    space.sendTo({ url: `${app}/slack/events`, signingSecret: SIGNING_SECRET });
    spaces.set(teamId, space);
  }
  const codes = new Map<string, string>();
  const tokens = new Map<string, Grant>();
  const refreshTokens = new Map<string, string>();
  const minted: string[] = [];
  let lifetime: number | null = null;
  let count = 0;

  const workspace = (teamId: string): SlackWorkspace => {
    const space = spaces.get(teamId);
    if (!space) throw new Error(`there is no workspace ${teamId}`);
    return space;
  };

  function grant(teamId: string): Record<string, unknown> {
    const token = ['xoxb', teamId, ++count, 'townToken'].join('-');
    const refresh = ['xoxe', teamId, count, 'townRefresh'].join('-');
    minted.push(token);
    tokens.set(token, {
      teamId,
      expiresAt: lifetime === null ? null : options.clock.now() + lifetime * 1_000,
    });
    const base = {
      ok: true,
      access_token: token,
      token_type: 'bot',
      app_id: 'A0POTLUCK',
      bot_user_id: teamId.replace(/^T/, 'U'),
      team: { id: teamId, name: `Team ${teamId}` },
      enterprise: null,
      authed_user: { id: 'U0ANA' },
      is_enterprise_install: false,
      scope: 'channels:history,chat:write,commands,groups:history,reactions:read,users:read',
    };
    if (lifetime === null) return base;
    minted.push(refresh);
    refreshTokens.set(refresh, teamId);
    return { ...base, refresh_token: refresh, expires_in: lifetime };
  }

  function access(form: URLSearchParams): Record<string, unknown> {
    if (form.get('client_id') !== CLIENT_ID || form.get('client_secret') !== CLIENT_SECRET)
      return { ok: false, error: 'bad_client_secret' };
    const [from, given] =
      form.get('grant_type') === 'refresh_token'
        ? ([refreshTokens, form.get('refresh_token')] as const)
        : ([codes, form.get('code')] as const);
    const teamId = from.get(given ?? '');
    // Each of both works once.
    from.delete(given ?? '');
    return teamId === undefined ? { ok: false, error: 'invalid_code' } : grant(teamId);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const answer = (value: object): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const method = /^\/api\/([\w.]+)$/.exec(request.url ?? '')?.[1] ?? '';
    if (method === 'oauth.v2.access') return answer(access(new URLSearchParams(body)));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const held = tokens.get(token);
    if (!held)
      return answer({ ok: false, error: minted.includes(token) ? 'account_inactive' : 'invalid_auth' });
    if (held.expiresAt !== null && held.expiresAt <= options.clock.now())
      return answer({ ok: false, error: 'token_expired' });
    const { env } = workspace(held.teamId);
    const inner = await fetch(env.SLACK_API_URL + method, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${env.SLACK_BOT_TOKEN}`,
        'content-type': request.headers['content-type'] ?? '',
      },
      body,
    });
    const kept = ['content-type', 'retry-after', 'x-oauth-scopes'].flatMap((name) => {
      const value = inner.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    response.writeHead(inner.status, Object.fromEntries(kept)).end(await inner.text());
  }

  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function send(
    payload: object,
    change: (request: SignedRequest) => SignedRequest = (request) => request,
  ): Promise<number> {
    const body = JSON.stringify(payload);
    const stamp = String(Math.floor(Date.now() / 1_000));
    const hash = createHmac('sha256', SIGNING_SECRET).update(`v0:${stamp}:${body}`).digest('hex');
    const request = change({
      body,
      headers: {
        'content-type': 'application/json',
        'x-slack-request-timestamp': stamp,
        'x-slack-signature': `v0=${hash}`,
      },
    });
    const answer = await fetch(`${app}/slack/events`, { method: 'POST', ...request });
    await answer.arrayBuffer();
    return answer.status;
  }

  const town: SlackTown = {
    env: {
      SLACK_CLIENT_ID: CLIENT_ID,
      SLACK_CLIENT_SECRET: CLIENT_SECRET,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_PORT: String(port),
      SLACK_API_URL: `${base}/api/`,
    },
    secrets: () => [...minted, CLIENT_SECRET, SIGNING_SECRET],
    workspace,
    async begin() {
      const answer = await fetch(`${app}/slack/install`, { redirect: 'manual' });
      await answer.arrayBuffer();
      const url = new URL(answer.headers.get('location') ?? '');
      if (url.searchParams.get('client_id') !== CLIENT_ID) throw new Error('the app sent another client id');
      const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
      return { url, cookie };
    },
    async agree({ url, cookie }, teamId, back = {}) {
      const code = `code-${++count}`;
      codes.set(code, teamId);
      const state = back.state ?? url.searchParams.get('state') ?? '';
      const query = new URLSearchParams({ code, state });
      const answer = await fetch(`${app}/slack/oauth_redirect?${query}`, {
        headers: { cookie: back.cookie ?? cookie },
      });
      return { status: answer.status, text: await answer.text() };
    },
    install: async (teamId) => town.agree(await town.begin(), teamId),
    revoke(teamId) {
      for (const [token, held] of tokens) if (held.teamId === teamId) tokens.delete(token);
    },
    uninstall(teamId, { at = options.clock.now() } = {}) {
      if (at >= options.clock.now()) town.revoke(teamId);
      return send({
        type: 'event_callback',
        team_id: teamId,
        api_app_id: 'A0POTLUCK',
        event: { type: 'app_uninstalled' },
        event_id: `EvEnd${++count}`,
        event_time: Math.floor(at / 1_000),
      });
    },
    rotate(seconds) {
      lifetime = seconds;
    },
    send,
    async close() {
      for (const space of spaces.values()) await space.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return town;
}
