import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import { web } from '../../src/chat/web/web.ts';
import { sampleCard } from '../support/cards.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../support/handlers.ts';
import { makeWebRoom, readEvents, type WebRoom, type WebRoomOptions } from '../support/web-room.ts';

const HERE = 'http://127.0.0.1:3000';
const THERE = 'https://potluck.example';
const TOKEN = 'correct-horse-battery-staple';

interface Opened {
  readonly room: WebRoom;
  readonly handlers: ScriptedHandlers;
  readonly clock: TestClock;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

async function open(options: WebRoomOptions = {}, base = HERE): Promise<Opened> {
  const clock = testClock();
  const room = await makeWebRoom({ clock, ...options });
  const handlers = scriptedHandlers({ channels: ['team', 'urgent'], now: () => clock.now() });
  await room.chat.start(handlers);
  return {
    room,
    handlers,
    clock,
    get: (path, headers = {}) => room.fetch(new Request(`${base}${path}`, { headers })),
    post: (path, body, headers = {}) =>
      room.fetch(
        new Request(`${base}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
  };
}

const locked = (options: WebRoomOptions = {}): Promise<Opened> =>
  open({ host: '0.0.0.0', url: THERE, token: TOKEN, ...options }, THERE);
const ana = { 'x-potluck-actor': 'ana' };

async function cookieOf(response: Response): Promise<string> {
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('the digest', () => {
  it('is a page that runs nothing, with its chart as a picture and each figure with its meaning', async () => {
    const { get, handlers } = await open();
    handlers.put(sampleCard({ text: '<img src=x onerror=alert(1)>' }));
    expect((await get('/digest?window=week')).headers.get('location')).toBe('/digest/page?window=week');
    for (const window of ['day', 'week']) {
      const response = await get(`/digest/page?window=${window}&figure=new`);
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(page).toContain('<h2>Figures</h2>');
      expect(page).toContain('Behind this figure');
      expect(page).not.toContain('<img src=x');
      expect(page).not.toContain('<script');
      const [, chart = ''] = /class="chart" src="([^"]+)" alt="[^"]{20,}"/.exec(page) ?? [];
      const picture = await get(chart);
      expect(picture.headers.get('content-type')).toContain('image/svg+xml');
      expect(await picture.text()).toMatch(/^<svg /);
    }
    expect(await (await get('/digest/page?figure=%3Cb%3E')).text()).toContain(
      'No figure is called “&#60;b&#62;”',
    );
  });

  it('goes into spreadsheets and scripts', async () => {
    const { get } = await open();
    const csv = await get('/digest/digest.csv?window=week');
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="potluck-week-[\d-]+\.csv"$/,
    );
    expect(await csv.text()).toContain('section,id,name,value');
    const json = (await (await get('/digest/digest.json')).json()) as { figures: unknown[] };
    expect(json.figures.length).toBeGreaterThan(5);
    for (const bad of ['window=year', 'to=tomorrow'])
      expect((await get(`/digest/page?${bad}`)).status).toBe(400);
  });

  it('is behind the same door as the room', async () => {
    const { get } = await locked();
    expect((await get('/digest/digest.csv')).status).not.toBe(200);
    expect((await get('/digest/page')).headers.get('location')).toBe('/login');
  });
});

describe('the page', () => {
  it('runs nothing but its own files and cannot be framed', async () => {
    const { get } = await open();
    const response = await get('/');
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    const page = await response.text();
    expect(page).not.toMatch(/<script>|<script [^>]*>[^<]|\son\w+=|style=/);
  });

  it('carries the same headers on every answer, also on refusals and errors', async () => {
    const { get, post, handlers } = await open();
    handlers.list = () => Promise.reject(new Error('the ledger is away at /srv/secret'));
    const answers = [
      await get('/nothing'),
      await get('/api/items?limit=x'),
      await get('/api/items'),
      await post('/api/me', '{'),
      await get('/', { host: 'evil.example' }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([404, 400, 503, 400, 403]);
    for (const answer of answers)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answers[2]?.text()).not.toContain('secret');
  });

  it('serves every module that the page needs, and nothing outside its folder', async () => {
    const { get } = await open();
    const seen = new Set<string>();
    const wanted = ['main.js', 'login.js'];
    for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const response = await get(`/assets/${name}`);
      expect(response.status, name).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/javascript');
      const code = await response.text();
      wanted.push(...[...code.matchAll(/from '\.\/([\w.-]+)'/g)].map((found) => found[1] ?? ''));
    }
    expect(seen.size).toBeGreaterThan(10);
    for (const name of ['../web.ts', '..%2Fweb.ts', '%2e%2e%2fweb.js', 'tsconfig.json', 'main.js.map'])
      expect((await get(`/assets/${name}`)).status, name).toBe(404);
    const first = await get('/assets/main.js');
    const again = await get('/assets/main.js', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  it('remembers light or dark', async () => {
    const { get, post } = await open();
    const chosen = await post('/api/theme', { theme: 'dark' });
    const page = await get('/', { cookie: await cookieOf(chosen) });
    expect(await page.text()).toContain('<html lang="en" data-theme="dark">');
    expect(await (await get('/', { cookie: 'potluck_theme="><script>' })).text()).toContain(
      '<html lang="en">',
    );
  });
});

describe('on this machine', () => {
  it('needs no password, but answers to its own names only', async () => {
    const { get } = await open();
    for (const host of ['127.0.0.1:3000', 'localhost:3000', '[::1]:3000', 'LOCALHOST'])
      expect((await get('/api/items', { host })).status, host).toBe(200);
    for (const host of [
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.5',
      '',
    ])
      expect((await get('/api/items', { host })).status, host).toBe(403);
  });

  it('lets no other site act', async () => {
    const { post, handlers } = await open();
    handlers.put(sampleCard());
    const claim = (headers: Record<string, string>): Promise<Response> =>
      post('/api/items/7/actions', { action: 'claim' }, { ...ana, ...headers });
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:4000' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: HERE },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ];
    for (const headers of foreign) expect((await claim(headers)).status, JSON.stringify(headers)).toBe(403);
    expect(handlers.acts).toHaveLength(0);
    expect((await claim({ origin: HERE, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    // Behind a proxy that renames the host; no page can forge what the browser says.
    expect((await claim({ origin: 'https://potluck.example', 'sec-fetch-site': 'same-origin' })).status).toBe(
      409,
    );
    expect((await claim({ origin: HERE })).status).toBe(409);
  });

  it('asks for the name once and keeps two people of one name apart', async () => {
    const { post, get, handlers } = await open();
    handlers.put(sampleCard());
    const nobody = await post('/api/items/7/actions', { action: 'claim' });
    expect(nobody.status).toBe(400);
    expect(await nobody.json()).toMatchObject({ problems: [{ path: 'actor' }] });
    const first = await post('/api/me', { name: '  Ana \u202E Ünlü ' });
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain('Secure');
    const second = await post('/api/me', { name: 'Ana Ünlü' });
    const [one, two] = [await first.json(), await second.json()].map((answer) => (answer as Me).person);
    expect(one?.name).toBe('Ana Ünlü');
    expect(one?.id).toMatch(/^web:ana-unlu-[0-9a-f]{6}$/);
    expect(two?.id).not.toBe(one?.id);
    const me = await get('/api/me', { cookie: await cookieOf(first) });
    expect(await me.json()).toMatchObject({ person: { name: 'Ana Ünlü' } });
    const renamed = await post('/api/me', { name: 'Anna' }, { cookie: await cookieOf(first) });
    expect(await renamed.json()).toEqual({ person: { id: one?.id, name: 'Anna' } });
    for (const name of ['', '  ', '\u202E', '\u0000'])
      expect((await post('/api/me', { name })).status, JSON.stringify(name)).toBe(400);
  });

  it('keeps sessions over a restart, and forgets them at their time', async () => {
    const cache = new Keyv();
    const first = await open({ cache });
    const cookie = await cookieOf(await first.post('/api/me', { name: 'Ana' }));
    await first.room.chat.stop();
    const second = await open({ cache });
    expect(await (await second.get('/api/me', { cookie })).json()).toMatchObject({ person: { name: 'Ana' } });
    await second.clock.advance(91 * 86_400_000);
    expect(await (await second.get('/api/me', { cookie })).json()).toMatchObject({ person: null });
  });
});

interface Me {
  readonly person: { readonly id: string; readonly name: string };
}

describe('open to a network', () => {
  it('is refused without a good password, in words, before anything is served', async () => {
    await expect(makeWebRoom({ host: '0.0.0.0' })).rejects.toThrow(/WEB_TOKEN.*openssl|HOST=127/);
    await expect(makeWebRoom({ host: '192.168.1.4', token: 'short' })).rejects.toThrow(/too short/);
    const env = (token?: string) => web.env.parse({ WEB_TOKEN: token });
    expect(web.problems?.(env(), {}, { loopback: false })).toHaveLength(1);
    expect(web.problems?.(env(TOKEN), {}, { loopback: false })).toEqual([]);
    expect(web.problems?.(env(), {}, { loopback: true })).toEqual([]);
  });

  it('shows strangers the door and nothing else', async () => {
    const { get, post, handlers } = await locked();
    handlers.put(sampleCard());
    const page = await get('/');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login']);
    expect((await get('/login')).status).toBe(200);
    expect((await get('/assets/style.css')).status).toBe(200);
    for (const path of [
      '/api/items',
      '/api/events',
      '/api/sources',
      '/api/items/7',
      '/api/me',
      '/api/people',
    ])
      expect((await get(path)).status, path).toBe(401);
    expect((await post('/api/items/7/actions', { action: 'claim' }, ana)).status).toBe(401);
    expect((await post('/api/me', { name: 'Eve' })).status).toBe(401);
    expect((await get('/api/items', { cookie: 'potluck_session=guess' })).status).toBe(401);
    expect((await get('/api/items', { authorization: 'Bearer guess' })).status).toBe(401);
    expect(handlers.acts).toEqual([]);
  });

  it('lets people in with the password, and out again', async () => {
    const { get, post } = await locked();
    const login = await post('/api/login', { token: TOKEN }, { origin: THERE });
    expect(login.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict; Max-Age=\d+; Secure/);
    const cookie = await cookieOf(login);
    expect((await get('/api/items', { cookie })).status).toBe(200);
    const named = await post('/api/me', { name: 'Ana' }, { cookie });
    expect(await (await get('/api/me', { cookie: await cookieOf(named) })).json()).toMatchObject({
      person: { name: 'Ana' },
    });
    await post('/api/logout', {}, { cookie });
    expect((await get('/api/items', { cookie })).status).toBe(401);
  });

  it('knows whom potluck.yaml names, and keeps managers’ names for the managers’ password', async () => {
    const managerToken = 'the-managers-own-password';
    const named = { people: new Set(['web:mia', 'web:ben']), managers: new Set(['web:mia']) };
    const cache = new Keyv();
    const { get, post, handlers } = await locked({ cache, managerToken, named });
    const enter = async (token: string): Promise<{ cookie: string }> => ({
      cookie: await cookieOf(await post('/api/login', { token })),
    });
    const idOf = async (name: string, headers: { cookie: string }): Promise<unknown> => {
      const answer = (await (await post('/api/me', { name }, headers)).json()) as { person?: { id: string } };
      return answer.person?.id ?? answer;
    };
    const somebody = await enter(TOKEN);
    expect(await idOf('Ben', somebody)).toBe('web:ben');
    expect(JSON.stringify(await idOf('Mia', somebody))).toContain('managers’ password');
    expect(await idOf('Zoe', somebody)).toMatch(/^web:zoe-[0-9a-f]{6}$/);
    const manager = await enter(managerToken);
    expect(await idOf('Mia', manager)).toBe('web:mia');
    expect(await (await get('/api/me', manager)).json()).toMatchObject({ person: { role: 'manager' } });
    handlers.put(sampleCard({}));
    await post('/api/items/12/actions', { action: 'claim' }, manager);
    await post('/api/items/12/actions', { action: 'claim' }, somebody);
    const script = { authorization: `Bearer ${managerToken}`, 'x-potluck-actor': 'cron' };
    await post('/api/items/12/actions', { action: 'claim' }, script);
    expect(handlers.acts.map(({ actor }) => [actor.id.slice(0, 7), actor.role])).toEqual([
      ['web:mia', 'manager'],
      ['web:zoe', undefined],
      ['api:cro', 'manager'],
    ]);
    // Another password for managers: the session stays, the role does not.
    const after = await locked({ cache, managerToken: 'another-managers-word', named });
    expect(JSON.stringify(await (await after.get('/api/me', manager)).json())).not.toContain('manager"');
  });

  it('wants two good passwords, and not the same one twice', async () => {
    const room = (managerToken: string, token?: string) =>
      makeWebRoom({ managerToken, ...(token ? { token } : {}) });
    await expect(room('short', TOKEN)).rejects.toThrow(/WEB_MANAGER_TOKEN is too short/);
    await expect(room(TOKEN, TOKEN)).rejects.toThrow(/the same as WEB_TOKEN/);
    await expect(room('the-managers-own-password')).rejects.toThrow(/needs WEB_TOKEN/);
  });

  it('ends every session when the password changes', async () => {
    const cache = new Keyv();
    const before = await locked({ cache });
    const cookie = await cookieOf(await before.post('/api/login', { token: TOKEN }));
    const after = await locked({ cache, token: 'another-long-password' });
    expect((await after.get('/api/items', { cookie })).status).toBe(401);
  });

  it('slows guessing down, per address, and not the team', async () => {
    const { room, clock } = await locked();
    const knock = (token: string, from: string): Promise<Response> =>
      room.fetch(
        new Request(`${THERE}/api/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token }),
        }),
        from,
      );
    for (let guess = 0; guess < 5; guess++)
      expect((await knock(`guess-${guess}`, '203.0.113.9')).status).toBe(401);
    const blocked = await knock(TOKEN, '203.0.113.9');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await knock(TOKEN, '198.51.100.7')).status).toBe(200);
    await clock.advance(61_000);
    expect((await knock(TOKEN, '203.0.113.9')).status).toBe(200);
    expect(room.log.lines.join('\n')).not.toContain(TOKEN);
  });

  it('lets scripts in by their bearer token', async () => {
    const { get, post, handlers } = await locked();
    handlers.put(sampleCard());
    const authorization = `Bearer ${TOKEN}`;
    expect((await get('/api/items', { authorization })).status).toBe(200);
    expect((await post('/api/items/7/actions', { action: 'claim' }, { authorization, ...ana })).status).toBe(
      200,
    );
    expect(handlers.acts[0]?.actor).toEqual({ id: 'api:ana', name: 'ana', surface: 'api' });
  });
});

describe('JSON for scripts', () => {
  it('lists by state, kind, source, words, owner and channel', async () => {
    const { get, handlers } = await open();
    handlers.put(sampleCard({ itemId: 1, priority: 20 }));
    handlers.put(sampleCard({ itemId: 2, priority: 90, kinds: ['complaint'], text: 'The lid broke!' }), [
      'urgent',
    ]);
    handlers.put(sampleCard({ itemId: 3, state: 'claimed', owner: { id: 'api:ana', name: 'ana' } }));
    const ids = async (query: string, headers = {}): Promise<unknown> => {
      const { items, total } = (await (await get(`/api/items${query}`, headers)).json()) as {
        items: { itemId: number }[];
        total: number;
      };
      return [items.map((card) => card.itemId), total];
    };
    expect(await ids('')).toEqual([[2, 3, 1], 3]);
    expect(await ids('?state=open')).toEqual([[2, 1], 2]);
    expect(await ids('?state=open,claimed&limit=1&offset=1')).toEqual([[3], 3]);
    expect(await ids('?kind=complaint')).toEqual([[2], 1]);
    expect(await ids('?q=lid%20broke')).toEqual([[2], 1]);
    expect(await ids('?channel=urgent')).toEqual([[2], 1]);
    expect(await ids('?owner=me', ana)).toEqual([[3], 1]);
    expect(await ids('?owner=me')).toEqual([[], 0]);
    expect(await ids('?source=elsewhere')).toEqual([[], 0]);
  });

  it('names every problem of a request with its path', async () => {
    const { get, post, handlers } = await open();
    handlers.put(sampleCard());
    const query = await get('/api/items?state=closed&limit=1000&kind=gossip');
    expect(query.status).toBe(400);
    const { problems } = (await query.json()) as { problems: { path: string }[] };
    expect(problems.map((problem) => problem.path.split('.')[0]).sort()).toEqual(['kind', 'limit', 'state']);
    const wrong: readonly (readonly [unknown, string])[] = [
      [{}, 'action'],
      [{ action: 'explode' }, 'action'],
      [{ action: 'dismiss' }, 'reason'],
      [{ action: 'dismiss', reason: 'because' }, 'reason'],
      [{ action: 'snooze', until: 'tomorrow' }, 'until'],
      [{ action: 'mark-answered', url: 'javascript:alert(1)' }, 'url'],
      [{ action: 'draft', text: 'x'.repeat(20_001) }, 'text'],
      [{ action: 'assign', to: 'web:stranger' }, 'to'],
      [{ action: 'claim', sneaky: true }, '(body)'],
      ['not json', '(body)'],
      ['[]', '(body)'],
    ];
    for (const [body, path] of wrong) {
      const answer = await post('/api/items/7/actions', body, ana);
      expect(answer.status, JSON.stringify(body)).toBe(400);
      expect(await answer.json(), JSON.stringify(body)).toMatchObject({
        code: 'invalid',
        problems: [{ path }],
      });
    }
    expect(handlers.acts).toEqual([]);
  });

  it('asks for approval, and takes it from somebody else, exactly as it was read', async () => {
    const { post, handlers } = await open();
    handlers.put(sampleCard());
    handlers.setPermissions({ approve: 'responder', send: 'manager' });
    const act = (body: object, who = 'ana'): Promise<Response> =>
      post('/api/items/7/actions', body, { 'x-potluck-actor': who });
    const refused = await act({ action: 'send', text: 'Yes.' });
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'needs-approval' }]);
    expect(await (await act({ action: 'request-approval', text: 'Yes.' })).json()).toMatchObject({
      card: { approval: { by: 'ana', text: 'Yes.' } },
    });
    expect((await act({ action: 'approve' })).status).toBe(409);
    expect((await act({ action: 'approve', text: 'No.' }, 'bo')).status).toBe(409);
    expect(await (await act({ action: 'refuse', words: 'Longer.' }, 'bo')).json()).toMatchObject({
      card: { approval: null, warning: expect.stringContaining('Longer.') },
    });
    await act({ action: 'request-approval', text: 'Yes, it does.' });
    expect(await (await act({ action: 'approve', text: 'Yes, it does.' }, 'bo')).json()).toMatchObject({
      card: { state: 'answered', closing: { by: 'ana' } },
    });
  });

  it('acts by the same rules: done, refused with the card, or not there', async () => {
    const { post, get, handlers } = await open();
    handlers.put(sampleCard());
    const act = (body: object, who = 'ana', id = 7): Promise<Response> =>
      post(`/api/items/${id}/actions`, body, { 'x-potluck-actor': who });
    expect(await (await act({ action: 'claim' })).json()).toMatchObject({
      card: { state: 'claimed', version: 2 },
    });
    const refused = await act({ action: 'claim', seenVersion: 1 }, 'bo');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: 'already-claimed',
      text: expect.stringContaining('already claimed by ana'),
      card: { itemId: 7, owner: { name: 'ana' } },
    });
    expect((await act({ action: 'claim' }, 'ana', 99)).status).toBe(404);
    expect((await get('/api/items/99')).status).toBe(404);
    expect((await get('/api/items/99/history')).status).toBe(404);
    expect((await get('/api/items/x')).status).toBe(404);
    const until = '2026-06-02T09:00:00+02:00';
    expect(await (await act({ action: 'snooze', until })).json()).toMatchObject({
      card: { snoozedUntil: Date.parse(until) },
    });
    await act({ action: 'note', text: 'Knows our founder.' });
    const history = (await (await get('/api/items/7/history')).json()) as { events: { type: string }[] };
    expect(history.events.map((event) => event.type)).toEqual(['claim', 'snooze', 'note']);
    await act({ action: 'assign', to: { id: 'slack:T1/U2', name: 'Bo' } });
    const { people } = (await (await get('/api/people')).json()) as { people: { id: string }[] };
    expect(people.map((person) => person.id)).toContain('slack:T1/U2');
    expect((await act({ action: 'assign', to: 'slack:T1/U2' }, 'bo')).status).toBe(409);
    handlers.happen(
      7,
      { type: 'release' },
      { id: 'slack:T1/U2', name: 'Bo', role: 'responder', surface: 'slack' },
    );
    await act({ action: 'assign', to: 'me' }, 'cleo');
    expect(handlers.acts.at(-1)?.action).toEqual({ type: 'assign', to: { id: 'api:cleo', name: 'cleo' } });
  });

  it('counts as the network counts, however long the draft is', async () => {
    const { post, handlers } = await open();
    handlers.put(sampleCard());
    const answer = await post('/api/items/7/measure', { text: 'é'.repeat(20_000) });
    expect(await answer.json()).toMatchObject({
      account: '@potluck.example',
      measure: { length: 20_000, limit: 300, problem: expect.any(String) },
    });
    handlers.put(sampleCard({ itemId: 8, reply: null }));
    expect(await (await post('/api/items/8/measure', { text: 'x' })).json()).toEqual({
      account: null,
      measure: null,
    });
  });

  it('refuses more than 256 kB', async () => {
    const { post, handlers } = await open();
    handlers.put(sampleCard());
    expect(
      (await post('/api/items/7/actions', { action: 'note', text: 'x'.repeat(300_000) }, ana)).status,
    ).toBe(413);
  });

  it('says so before the start and after the stop', async () => {
    const room = await makeWebRoom();
    const ask = (): Promise<Response> => room.fetch(new Request(`${HERE}/api/items`));
    expect((await ask()).status).toBe(503);
    await room.chat.start(scriptedHandlers({ channels: ['team'] }));
    expect((await ask()).status).toBe(200);
    await room.chat.stop();
    expect((await ask()).status).toBe(503);
  });
});

describe('live events', () => {
  it('begin with everything, and then tell what changes at once', async () => {
    const { room, get, handlers } = await open();
    handlers.put(sampleCard({ itemId: 1 }));
    const events = readEvents(await get('/api/events?state=open&channel=team'));
    expect(await events.next('snapshot')).toMatchObject({
      total: 1,
      cards: [{ itemId: 1 }],
      counts: { all: { open: 1 } },
    });
    const card = handlers.put(sampleCard({ itemId: 2, priority: 99 }));
    const { signal } = new AbortController();
    await room.chat.post('team', card, { nonce: 'n', signal });
    expect(await events.next('change')).toMatchObject({
      cards: [{ itemId: 2 }],
      order: [2, 1],
      left: [],
      total: 2,
    });
    await events.cancel();
  });

  it('tell within two seconds what another process changed, also what left the queue', async () => {
    const { get, handlers, clock } = await open();
    handlers.put(sampleCard({ itemId: 1 }));
    const events = readEvents(await get('/api/events?state=open'));
    await events.next('snapshot');
    handlers.happen(
      1,
      { type: 'dismiss', reason: 'spam' },
      { id: 'x', name: 'Bo', role: 'responder', surface: 'slack' },
    );
    await clock.advance(2_000);
    expect(await events.next('change')).toMatchObject({
      cards: [],
      order: [],
      left: [{ itemId: 1, state: 'dismissed' }],
    });
    expect(await events.next('counts')).toMatchObject({ counts: { all: { open: 0, dismissed: 1 } } });
    await events.cancel();
  });

  it('tell that something was said or changed, and the notices say what', async () => {
    const { get, handlers, clock, room } = await open();
    const events = readEvents(await get('/api/events'));
    const { told } = (await events.next('snapshot')) as { told: string };
    expect(await (await get('/api/notices')).json()).toEqual({ notices: [], told });
    const said = {
      id: 7,
      version: 1,
      channel: 'team',
      itemId: null,
      at: clock.now(),
      notice: { title: 'Soup', tone: 'grey', blocks: [], buttons: [], mention: [] },
    } as const;
    let last = told;
    for (const version of [1, 2]) {
      handlers.setNotices([{ ...said, version }]);
      if (version === 1) room.chat.look?.();
      else await clock.advance(2_000);
      const now = (await events.next('told')) as { told: string };
      expect(now.told).not.toBe(last);
      last = now.told;
      expect(await (await get('/api/notices')).json()).toEqual({ notices: [{ ...said, version }], ...now });
    }
    await events.cancel();
  });

  it('survive a ledger that is away for a moment', async () => {
    const { get, handlers, clock, room } = await open();
    const events = readEvents(await get('/api/events'));
    await events.next('snapshot');
    const { list } = handlers;
    handlers.list = () => Promise.reject(new Error('away'));
    await clock.advance(4_000);
    handlers.list = list;
    handlers.put(sampleCard({ itemId: 5 }));
    await clock.advance(2_000);
    expect(await events.next('change')).toMatchObject({ cards: [{ itemId: 5 }] });
    expect(room.log.lines.join('\n')).toContain('could not look');
    await events.cancel();
  });

  it('tell when a source goes blind', async () => {
    const { get, handlers, clock } = await open();
    const source = { name: 'bluesky', label: 'Bluesky', detail: null, lastSuccessAt: 1, lastPostAt: 1 };
    handlers.setSources([{ ...source, state: 'up' }]);
    const events = readEvents(await get('/api/events'));
    expect(await events.next('snapshot')).toMatchObject({ sources: [{ state: 'up' }] });
    handlers.setSources([{ ...source, state: 'blind', detail: 'The token was refused.' }]);
    await clock.advance(8_000);
    expect(await events.next('sources')).toMatchObject({ sources: [{ state: 'blind' }] });
    await events.cancel();
  });

  it('end with the session, with the stop, and when the room is full', async () => {
    const ticks = testClock();
    let asleep = 0;
    const { get, post, room } = await locked({ clock: { ...ticks, now: () => ticks.now() + asleep } });
    const cookie = await cookieOf(await post('/api/login', { token: TOKEN }));
    const events = readEvents(await get('/api/events', { cookie }));
    await events.next('snapshot');
    asleep = 14 * 86_400_000;
    await ticks.advance(2_000);
    await expect(events.next('never')).rejects.toThrow('ended');
    const authorization = `Bearer ${TOKEN}`;
    const crowd = await Promise.all(Array.from({ length: 200 }, () => get('/api/events', { authorization })));
    const late = await get('/api/events', { authorization });
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '10']);
    await room.chat.stop();
    const [first] = crowd;
    if (first) await expect(readEvents(first).next('never')).rejects.toThrow('ended');
    expect(ticks.sleeping).toBe(0);
  });
});

describe('what was said beside the cards', () => {
  it('is for the team alone', async () => {
    const { get } = await locked();
    for (const path of ['/api/notices', '/api/pictures/chart-1']) expect((await get(path)).status).toBe(401);
    const authorization = `Bearer ${TOKEN}`;
    expect((await get('/api/notices', { authorization })).status).toBe(200);
  });

  it('brings its pictures, and no file that a browser might run', async () => {
    const { get, handlers } = await open();
    const bytes = new Uint8Array([137, 80, 78, 71]);
    expect((await get('/api/pictures/chart-1')).status).toBe(404);
    handlers.picture = async (id) => (id === 'chart-1' ? { mime: 'image/png', bytes } : null);
    const picture = await get('/api/pictures/chart-1');
    expect([picture.headers.get('content-type'), new Uint8Array(await picture.arrayBuffer())]).toEqual([
      'image/png',
      bytes,
    ]);
    expect(picture.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const mime of ['image/svg+xml', 'text/html']) {
      handlers.picture = async () => ({ mime, bytes });
      expect((await get('/api/pictures/chart-1')).status).toBe(404);
    }
    for (const path of ['..%2Fx', 'a/b', '%00', ''])
      expect((await get(`/api/pictures/${path}`)).status).toBe(404);
  });
});

describe('commands of the team', () => {
  const notice = { title: 'Mira', tone: 'grey', blocks: [], buttons: [], mention: [] } as const;

  it('are run with their options by whoever has a name, and buttons are pressed', async () => {
    const { handlers, post } = await open();
    handlers.replyWith({ ok: true, text: 'What we know', notice });
    const answer = await post('/api/team/person', { options: { author: '#1' } }, ana);
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true, text: 'What we know', notice }]);
    await post('/api/press', { press: 'person:link:1/2' }, ana);
    expect(handlers.asks.map(({ what, options, asked }) => [what, options, asked.actor.name])).toEqual([
      ['person', { author: '#1' }, 'ana'],
      ['person:link:1/2', {}, 'ana'],
    ]);
  });

  it('are typed in a line, with colleagues by name, and read as on every chat', async () => {
    const { handlers, get, post } = await open();
    await post('/api/me', { name: 'Ana Maria' });
    const say = async (line: string): Promise<unknown> => (await post('/api/command', { line }, ana)).json();
    handlers.replyWith({ ok: true, text: 'Done.' });
    expect(await say('/potluck birthday @mira 24 Dec')).toEqual({ ok: true, text: 'Done.' });
    await say('who mira');
    await say('oncall swap "ana maria" today');
    await say('Stats week');
    expect(handlers.asks.map(({ what, options }) => [what, options])).toEqual([
      ['birthday', { author: '@mira', day: '24 Dec' }],
      ['person', { author: 'mira' }],
      [
        'oncall',
        {
          action: 'swap',
          who: expect.stringMatching(/^web:ana-maria-/),
          'who.name': 'Ana Maria',
          when: 'today',
        },
      ],
      ['digest', { window: 'week' }],
    ]);
    for (const [line, text] of [
      ['tag @mira', 'Write it like this: tag @author vip'],
      ['toString', 'There is no “toString” here.'],
      ['<b>x</b>', 'There is no “<b>x</b>” here.'],
    ] as const)
      expect(await say(line)).toMatchObject({ ok: false, text: expect.stringContaining(text) });
    expect(JSON.stringify(await say('help'))).toContain('erase-person @author');
    const { commands } = (await (await get('/api/commands')).json()) as { commands: { name: string }[] };
    expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(['person', 'mute', 'idea']));
    expect((await post('/api/command', { line: 'x'.repeat(5_000) }, ana)).status).toBe(400);
    expect((await post('/api/command', { line: 'help' })).status).toBe(400);
  });

  it('mute after a trial, for whoever may; show an item; make an idea a card', async () => {
    const { handlers, post } = await open();
    const say = async (line: string): Promise<{ ok: boolean; text: string; again?: { line: string } }> =>
      (await (await post('/api/command', { line }, ana)).json()) as { ok: boolean; text: string };
    handlers.put(sampleCard({ itemId: 3, text: 'free coins for all' }));
    handlers.setPermissions({ settings: 'manager' });
    expect(await say('mute free coins, airdrop')).toMatchObject({ ok: false });
    handlers.setPermissions({ settings: 'responder' });
    const trial = await say('mute free coins, airdrop');
    expect(trial.text).toContain('would have hidden 1 of the last 1');
    expect(await handlers.settings()).toEqual({ muted: [] });
    expect(await say(trial.again?.line ?? '')).toMatchObject({ ok: true });
    expect(await handlers.settings()).toEqual({ muted: ['free coins', 'airdrop'] });
    expect((await say('settings')).text).toContain('“free coins”');
    expect((await say('mute airdrop')).text).toContain('muted already');
    await say('unmute airdrop');
    expect(await handlers.settings()).toEqual({ muted: ['free coins'] });

    expect(await say('#3')).toMatchObject({ cards: { cards: [{ itemId: 3 }] } });
    expect(await say('show 99')).toEqual({ ok: false, text: 'There is no #99.' });
    expect(await say('idea hello')).toMatchObject({ ok: false });
    const outlet = { account: '@brand', limit: 300, unit: 'graphemes' };
    handlers.setOutlets([
      { ...outlet, source: 'bluesky' },
      { ...outlet, source: 'mastodon' },
    ]);
    expect((await say('idea hello')).text).toContain('Say where first: idea bluesky');
    const made = await say('idea Mastodon Who cooks tonight?');
    expect(made).toMatchObject({ ok: true, cards: { cards: [{ draft: { text: 'Who cooks tonight?' } }] } });
  });

  it('find authors by name, for the line to complete', async () => {
    const { handlers, post } = await open();
    const mira = { source: 'blog', label: 'Blog', name: 'Mira', handle: '@mira', conversations: 1, posts: 1 };
    handlers.setPeople([mira]);
    expect(await (await post('/api/authors', { words: 'mir' })).json()).toEqual({ authors: [mira] });
    expect((await post('/api/authors', { words: 'x'.repeat(300) })).status).toBe(400);
  });

  it('bring a file along as text', async () => {
    const { handlers, post } = await open();
    const bytes = new TextEncoder().encode('{}');
    handlers.replyWith({ ok: true, text: 'All', file: { name: 'a.json', mime: 'application/json', bytes } });
    const answer = await post('/api/team/export-person', { options: { author: 'mira' } }, ana);
    expect(await answer.json()).toMatchObject({ file: { name: 'a.json', base64: 'e30=' } });
  });

  it('say what is wrong with a request, and nothing of what broke inside', async () => {
    const { handlers, post } = await open();
    const asks = async (path: string, body: unknown, headers = ana): Promise<[number, string]> => {
      const answer = await post(path, body, headers);
      return [answer.status, ((await answer.json()) as { text: string }).text];
    };
    expect(await asks('/api/team/nothing', {})).toEqual([404, expect.stringContaining('Known: ')]);
    expect(await asks('/api/team/toString', {})).toEqual([404, expect.any(String)]);
    expect(await asks('/api/team/person', {})).toEqual([400, expect.stringContaining('options.author')]);
    expect(await asks('/api/team/person', { options: { author: 5 } })).toEqual([400, expect.any(String)]);
    expect(await asks('/api/press', { press: 'x'.repeat(300) })).toEqual([400, expect.any(String)]);
    expect(await asks('/api/press', 'no json')).toEqual([400, expect.any(String)]);
    const nobody = await post('/api/press', { press: 'person:show:1' });
    expect(nobody.status).toBe(400);
    handlers.run = () => Promise.reject(new Error('SELECT secret'));
    const [status, text] = await asks('/api/team/person', { options: { author: 'x' } });
    expect(status).toBe(503);
    expect(text).not.toContain('SELECT');
  });
});
