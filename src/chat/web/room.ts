import type { Context, Hono } from 'hono';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import type { ChatHandlers, ChatLog } from '../chat.ts';
import { type Access, personName, type Visitor } from './access.ts';
import { introductionSchema, loginSchema, themeSchema } from './api.ts';
import { loadAssets } from './assets.ts';
import { addDigest } from './digest.ts';
import { addItems } from './items.ts';
import type { Live } from './live.ts';
import { addNotices } from './notices.ts';
import { loginPage, roomPage } from './page.ts';
import type { People } from './people.ts';
import { isUpload } from './pictures.ts';
import { body, invalid, say } from './respond.ts';
import { addTeam } from './team.ts';

export interface RoomOptions {
  readonly title: string;
  /** Whether the room needs no password. */
  readonly open: boolean;
  readonly access: Access;
  readonly live: Live;
  readonly people: People;
  readonly clock: Clock;
  readonly log: ChatLog;
  /** Null before the start and after the stop. */
  readonly handlers: () => ChatHandlers | null;
}

export interface Room {
  fetch(request: Request, info: { readonly remoteAddress: string }): Promise<Response>;
  /** Resolves when no request is under way any more, or after `ms`. */
  idle(ms: number): Promise<void>;
}

/** What hono passes along with a request. */
export type RoomEnv = {
  Bindings: { remoteAddress: string };
  Variables: { visitor: Visitor; handlers: ChatHandlers };
};
type RoomContext = Context<RoomEnv>;

/** A 20,000-character draft in a script of three bytes a character, escaped, stays below. */
const MAX_BODY = 256 * 1024;
const OPEN_PATHS = new Set(['/login', '/api/login', '/favicon.svg']);

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Everything below the room's address: pages, their files, live events, and the same as JSON for scripts. */
export async function createRoom(options: RoomOptions): Promise<Room> {
  const { Hono } = await import('hono');
  const { bodyLimit } = await import('hono/body-limit');
  const app = new Hono<RoomEnv>();

  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  const small = bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => say(c, 413, 'too-large', 'That is more than 256 kB.'),
  });
  app.use((c, next) => (isUpload(c) ? next() : small(c, next)));
  app.use(async (c, next) => guard(c, next, options));
  app.notFound((c) => say(c, 404, 'not-found', 'There is nothing here.'));
  app.onError((error, c) => {
    options.log.error({ chat: 'web', path: c.req.path, error: messageOf(error) }, 'a request failed');
    return say(c, 503, 'unavailable', 'Potluck could not do that just now. Please try again.');
  });

  await addPages(app, options);
  addSession(app, options);
  addItems(app, options, bodyLimit);
  addNotices(app);
  addTeam(app, options.log, (from) => options.people.roster(from));

  let underWay = 0;
  let rested: () => void = () => {};
  return {
    async fetch(request, { remoteAddress }) {
      underWay += 1;
      try {
        return await app.fetch(request, { remoteAddress });
      } finally {
        underWay -= 1;
        if (underWay === 0) rested();
      }
    },
    async idle(ms) {
      if (underWay === 0) return;
      const stop = new AbortController();
      const rest = new Promise<void>((resolve) => {
        rested = resolve;
      });
      await Promise.race([rest, options.clock.sleep(ms, stop.signal).catch(() => {})]);
      stop.abort();
    },
  };
}

type App = Hono<RoomEnv>;
async function guard(
  c: RoomContext,
  next: () => Promise<void>,
  { access }: RoomOptions,
): Promise<Response | undefined> {
  const entry = await access.enter(c.req.raw);
  const { path } = c.req;
  if (entry.ok) {
    c.set('visitor', entry.visitor);
  } else {
    const knocking = entry.status === 401 && (OPEN_PATHS.has(path) || path.startsWith('/assets/'));
    if (!knocking) {
      if (entry.status === 401 && c.req.method === 'GET' && !path.startsWith('/api/'))
        return c.redirect('/login', 302);
      return say(c, entry.status, entry.code, entry.text);
    }
    c.set('visitor', { person: null, surface: 'web', until: null });
  }
  await next();
  return undefined;
}

function themeIn(cookie: string | undefined): 'light' | 'dark' | null {
  const chosen = /(?:^|;\s*)potluck_theme=(light|dark)(?:;|$)/.exec(cookie ?? '')?.[1];
  return chosen === 'light' || chosen === 'dark' ? chosen : null;
}

async function addPages(app: App, options: RoomOptions): Promise<void> {
  const assets = await loadAssets();
  const theme = (c: Context): 'light' | 'dark' | null => themeIn(c.req.header('cookie'));
  app.get('/', (c) => c.html(roomPage({ title: options.title, theme: theme(c), version: assets.version })));
  app.get('/login', (c) =>
    options.open
      ? c.redirect('/', 302)
      : c.html(loginPage({ title: options.title, theme: theme(c), version: assets.version })),
  );
  addDigest(app, options.handlers, (c) => ({
    theme: themeIn(c.req.header('cookie')),
    version: assets.version,
  }));
  const serve = (c: Context, name: string): Response => {
    const asset = assets.files.get(name);
    if (!asset) return say(c, 404, 'not-found', 'There is nothing here.');
    if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304, { etag: asset.etag });
    // Checked again on every load: a page and its files must be of one version.
    return c.body(asset.body, 200, {
      'content-type': asset.type,
      etag: asset.etag,
      'cache-control': 'no-cache',
    });
  };
  app.get('/favicon.svg', (c) => serve(c, 'favicon.svg'));
  app.get('/assets/:name', (c) => serve(c, c.req.param('name')));
}

function addSession(app: App, { access, people, title, open }: RoomOptions): void {
  app.get('/api/me', (c) => {
    const { person } = c.get('visitor');
    return c.json({ person, title, open });
  });
  app.post('/api/me', async (c) => {
    const asked = await body(c, introductionSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const name = personName(asked.value.name);
    if (name === '') return invalid(c, [{ path: 'name', message: 'please type a name' }]);
    const introduced = await access.introduce(c.req.raw, name);
    if (!introduced.ok) return invalid(c, [{ path: 'name', message: introduced.text }]);
    const { cookie, person } = introduced;
    await people.met(person);
    c.header('set-cookie', cookie);
    return c.json({ person });
  });
  app.post('/api/theme', async (c) => {
    const asked = await body(c, themeSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const { theme } = asked.value;
    const age = theme === null ? 0 : 31_536_000;
    c.header('set-cookie', `potluck_theme=${theme ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}`);
    return c.json({ theme });
  });
  app.post('/api/login', async (c) => {
    const asked = await body(c, loginSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const login = await access.login(c.req.raw, asked.value.token, c.env.remoteAddress);
    if (login.ok) {
      c.header('set-cookie', login.cookie);
      return c.json({ ok: true });
    }
    if (login.retryAfterMs === 0) return say(c, 401, 'unauthorized', login.text);
    c.header('retry-after', String(Math.ceil(login.retryAfterMs / 1000)));
    return say(c, 429, 'slow-down', login.text);
  });
  app.post('/api/logout', async (c) => {
    c.header('set-cookie', await access.logout(c.req.raw));
    return c.json({ ok: true });
  });
}
