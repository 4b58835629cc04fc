import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type HttpServer } from '../../src/http.ts';
import { sampleCard } from '../support/cards.ts';
import { type DiscordWorld, type DiscordWorldOptions, discordWorld } from '../support/discord/world.ts';

let world: DiscordWorld;
let http: HttpServer;

const PATH = '/discord/interactions';

/** A world whose adapter hears by HTTP, behind the one server of Potluck. The public key is known before the rest. */
async function open(options: DiscordWorldOptions & { readonly key?: string } = {}): Promise<string> {
  const env: Record<string, string> = {};
  world = await discordWorld({
    ...options,
    env,
    prepare: (server) => {
      env.DISCORD_PUBLIC_KEY = options.key ?? server.publicKey;
      options.prepare?.(server);
    },
  });
  http = createHttp({
    host: '127.0.0.1',
    port: 0,
    hook: () => null,
    ready: async () => ({ ready: true, body: {} }),
    log: { warn() {} },
  });
  const handle = world.mounted();
  if (!handle) throw new Error('nothing was mounted');
  http.door.mount('/discord', handle);
  await http.listen();
  const url = `${http.door.url}${PATH}`;
  world.server.sendTo({ url });
  return url;
}

afterEach(async () => {
  const { server } = world;
  // Whatever came by HTTP: there is no gateway beside it.
  expect([server.connections, server.identifies]).toEqual([0, 0]);
  expect(server.calls('GET /gateway/bot')).toEqual([]);
  await world.close();
  await http.close();
  for (const secret of server.secrets) expect(world.logged()).not.toContain(secret);
  expect(server.breaches()).toEqual([]);
});

async function post(): Promise<void> {
  const card = world.handlers.put(sampleCard());
  await world.chat().post(world.channel, card, { nonce: 'n7', signal: new AbortController().signal });
}
const onlyCard = () => {
  const [message] = world.server.shown(world.channel);
  if (!message) throw new Error('there is no card');
  return message;
};
/** What the flow answers is put off until it is let go. */
function slowly(): () => void {
  let letGo: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { card, list, act } = world.handlers;
  Object.assign(world.handlers, {
    card: (id: number) => gate.then(() => card(id)),
    list: (query: object) => gate.then(() => list(query)),
    act: (request: Parameters<typeof act>[0]) => gate.then(() => act(request)),
  });
  return letGo;
}

describe('HTTP mode', () => {
  it('takes clicks, forms, commands and suggestions by signed requests', async () => {
    await open();
    await post();
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
    await world.ana.press(onlyCard(), 'Claim');
    await world.settle();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
    await world.ana.press(onlyCard(), 'Draft');
    await world.settle();
    world.ana.type('Your answer', 'Yes, it does.');
    await world.ana.submit();
    await world.settle();
    expect(world.handlers.now(7).draft?.text).toBe('Yes, it does.');
    const choices = await world.bo.complete('potluck', 'show', 'item', '', {}, world.channel);
    expect(choices.map(({ value }) => value)).toEqual([7]);
    await world.bo.command('potluck', 'show', { item: 7 }, world.channel);
    await world.settle();
    expect(world.bo.told().join()).toContain('slow cooker');
    // The first answers came as answers to the requests, and not as calls.
    expect(world.server.calls('POST /interactions/:id/:token/callback')).toEqual([]);
  });

  it('answers Discord’s PING, and a forged one with 401', async () => {
    const url = await open();
    expect(await world.server.ping()).toBe(200);
    for (const how of ['bad', 'none', 'stale'] as const) {
      world.server.sendTo({ url, sign: how });
      expect(await world.server.ping()).toBe(401);
    }
  });

  it.each(['bad', 'none', 'stale'] as const)(
    'does nothing for a click that is signed like this: %s',
    async (how) => {
      const url = await open();
      await post();
      world.server.sendTo({ url, sign: how });
      await world.ana.press(onlyCard(), 'Claim');
      await world.settle();
      expect(world.handlers.acts).toEqual([]);
    },
  );

  it('puts slow work off in time, and tells what came of it later', async () => {
    await open();
    await post();
    const letGo = slowly();
    const asked = world.bo.command('potluck', 'show', { item: 7 }, world.channel);
    await world.server.until('it waits', () => world.clock.sleeping > 0);
    for (let step = 0; step < 20; step++) await world.clock.advance(100);
    await asked;
    expect(world.bo.told().join()).not.toContain('slow cooker');
    // Much longer than Discord waits for a first answer.
    await world.clock.advance(60_000);
    letGo();
    await world.settle();
    expect(world.bo.told().join()).toContain('slow cooker');
    expect(world.server.calls('PATCH /webhooks/:id/:token/messages/@original')).toHaveLength(1);
  });

  it('puts a claim off, too, and does it', async () => {
    await open();
    await post();
    const letGo = slowly();
    // Acknowledged at once, though the flow takes its time.
    await world.ana.press(onlyCard(), 'Claim');
    expect(world.handlers.acts).toEqual([]);
    letGo();
    await world.settle();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
  });

  it('tells a request that is recorded and played again nothing, and does it once', async () => {
    const url = await open();
    await post();
    const recorded: { body: string; headers: Record<string, string> }[] = [];
    const { fetch: real } = globalThis;
    globalThis.fetch = async (input, init) => {
      if (String(input) === url)
        recorded.push({ body: String(init?.body), headers: init?.headers as Record<string, string> });
      return real(input, init);
    };
    try {
      await world.ana.press(onlyCard(), 'Claim');
    } finally {
      globalThis.fetch = real;
    }
    await world.settle();
    const [first] = recorded;
    if (!first) throw new Error('nothing was recorded');
    const answer = fetch(url, { method: 'POST', ...first });
    await world.server.until('it waits', () => world.clock.sleeping > 0);
    await world.clock.advance(3_000);
    expect((await answer).status).toBe(504);
    // Later than five minutes it is not even looked at.
    await world.clock.advance(6 * 60_000);
    expect((await fetch(url, { method: 'POST', ...first })).status).toBe(401);
    expect(world.handlers.acts).toHaveLength(1);
  });
});

describe('the door', () => {
  const keys = generateKeyPairSync('ed25519');
  const { x = '' } = keys.publicKey.export({ format: 'jwk' });
  const key = Buffer.from(x, 'base64url').toString('hex');
  /** A request with a good signature, whatever its body. */
  const send = (url: string, body: string, change: RequestInit = {}): Promise<Response> => {
    const stamp = String(Math.floor(world.clock.now() / 1_000));
    const signature = sign(null, Buffer.from(`${stamp}${body}`), keys.privateKey).toString('hex');
    return fetch(url, {
      method: 'POST',
      headers: { 'x-signature-ed25519': signature, 'x-signature-timestamp': stamp },
      body,
      ...change,
    });
  };

  it('is open for one address and one method', async () => {
    const url = await open({ key });
    expect((await fetch(url.replace('interactions', 'other'), { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${url}/x`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { method: 'PUT', body: '{}' })).status).toBe(405);
    expect((await send(url, '{"type":1}')).status).toBe(200);
  });

  it('takes no more than an interaction can be', async () => {
    const url = await open({ key });
    expect((await send(url, JSON.stringify({ type: 1, more: 'x'.repeat(256_000) }))).status).toBe(413);
    // Nor one that does not say how long it is.
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64_000)),
    });
    const change = { body: endless, duplex: 'half' } as RequestInit;
    expect((await send(url, '', change)).status).toBe(413);
  });

  it.each([
    ['', 400],
    ['no JSON', 400],
    ['{"type":', 400],
    ['null', 500],
    ['7', 500],
    ['{"type":2}', 500],
    ['{"type":99,"id":"1180000000000000999","token":"t","application_id":"1180000000000000001"}', 500],
  ])('answers %j without falling over', async (body, status) => {
    const url = await open({ key });
    const answer = send(url, body);
    const early = await Promise.race([
      answer.then((response) => response.status),
      world.server.until('it waits', () => world.clock.sleeping > 0).then(() => null),
    ]);
    if (early === null) await world.clock.advance(3_000);
    expect((await answer).status).toBe(status);
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
    expect((await send(url, '{"type":1}')).status).toBe(200);
  });

  it.each([
    ['x-signature-ed25519', ''],
    ['x-signature-ed25519', 'zz'.repeat(64)],
    ['x-signature-ed25519', 'ab'.repeat(63)],
    ['x-signature-ed25519', 'ab'.repeat(64)],
    ['x-signature-timestamp', ''],
    ['x-signature-timestamp', 'now'],
    ['x-signature-timestamp', '1e99'],
    ['x-signature-timestamp', '9'.repeat(40)],
  ])('takes no %s of “%s”', async (name, value) => {
    const url = await open({ key });
    const stamp = String(Math.floor(world.clock.now() / 1_000));
    const signature = sign(null, Buffer.from(`${stamp}{"type":1}`), keys.privateKey).toString('hex');
    const headers = { 'x-signature-ed25519': signature, 'x-signature-timestamp': stamp, [name]: value };
    const answer = await fetch(url, { method: 'POST', headers, body: '{"type":1}' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the doctor', () => {
  const check = () => world.chat().check(new AbortController().signal, [world.channel]);

  it('finds the public key right, and asks for no gateway', async () => {
    await open();
    expect((await check()).map(({ what }) => what)).toContain(
      'Discord: the public key is that of this app (HTTP mode)',
    );
  });

  it('finds the public key of another app', async () => {
    await open({ key: 'ab'.repeat(32) });
    expect(await check()).toContainEqual({
      ok: false,
      what: 'Discord: the public key',
      remedy: expect.stringContaining('DISCORD_PUBLIC_KEY is of another app'),
    });
  });
});
