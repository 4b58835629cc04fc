import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { RejectedError, UnavailableError } from '../src/errors.ts';
import { addressProblem, guardedFetch, type Resolve } from '../src/fetch.ts';
import {
  type FakeRequest,
  type FakeResponse,
  type FakeService,
  startFakeService,
} from './support/fake-service.ts';

const open: FakeService[] = [];

async function service(answer: (request: FakeRequest) => FakeResponse): Promise<FakeService> {
  const started = await startFakeService(answer);
  open.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const to = (...addresses: string[]): Resolve => {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return () => Promise.resolve(found);
};

const shut = (options: { resolve?: Resolve; timeoutMs?: number } = {}) =>
  guardedFetch({ allowPrivate: false, userAgent: 'Potluck/test', ...options });
const lenient = (options: { resolve?: Resolve; timeoutMs?: number; maxBytes?: number } = {}) =>
  guardedFetch({ allowPrivate: true, userAgent: 'Potluck/test', ...options });

describe('addresses', () => {
  it.each([
    ['127.0.0.1'],
    ['127.255.255.254'],
    ['10.1.2.3'],
    ['172.16.0.1'],
    ['192.168.1.1'],
    ['100.64.0.1'],
    ['100.100.100.200'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['0.1.2.3'],
    ['224.0.0.1'],
    ['240.0.0.1'],
    ['255.255.255.255'],
    ['198.18.0.1'],
    ['192.0.0.1'],
    ['203.0.113.7'],
    ['::'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['::127.0.0.1'],
    ['::ffff:0:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['64:ff9b::a9fe:a9fe'],
    ['64:ff9b:1::7f00:1'],
    ['2002:7f00:1::'],
    ['2001::1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['fec0::1'],
    ['fc00::1'],
    ['fd00:ec2::254'],
    ['ff02::1'],
    ['2001:db8::1'],
    ['not an address'],
  ])('%s is not public', (address) => {
    expect(addressProblem(address, false)).not.toBeNull();
  });

  it.each([['93.184.215.14'], ['8.8.8.8'], ['2606:4700::1111'], ['::ffff:8.8.8.8'], ['64:ff9b::808:808']])(
    '%s is public',
    (address) => {
      expect(addressProblem(address, false)).toBeNull();
    },
  );

  it('the own network may be opened, metadata services and link-local space may not', () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', 'fd12::1', '100.64.0.1'])
      expect(addressProblem(address, true)).toBeNull();
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fd00:ec2::254',
      '100.100.100.200',
      '0.0.0.0',
    ])
      expect(addressProblem(address, true)).not.toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
        const problem = addressProblem(text, false);
        expect(problem === null || problem.length > 0).toBe(true);
      }),
    );
  });
});

describe('guardedFetch', () => {
  it('refuses every spelling of this machine, without a connection', async () => {
    const victim = await service(() => ({ body: 'secret' }));
    const { port } = new URL(victim.url);
    for (const host of [
      '127.0.0.1',
      '0x7f.1',
      '2130706433',
      '017700000001',
      '127.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
      '[::]',
    ])
      await expect(shut()(`http://${host}:${port}/`), host).rejects.toThrow(RejectedError);
    await expect(shut()(`http://localhost:${port}/`)).rejects.toThrow(/allowPrivate/);
    expect(victim.requests).toEqual([]);
  });

  it.each([[['10.0.0.5']], [['169.254.169.254']], [['::ffff:192.168.0.1']], [['fd00::1', '192.168.0.1']]])(
    'refuses a public name that resolves to %s',
    async (addresses) => {
      const attempt = shut({ resolve: to(...addresses) })('http://forum.example/');
      await expect(attempt).rejects.toThrow(RejectedError);
      await expect(attempt).rejects.toThrow(/forum\.example.*resolves to/);
    },
  );

  it('connects to the very address that was checked, not to a second answer', async () => {
    const victim = await service(() => ({ body: 'secret' }));
    const { port } = new URL(victim.url);
    const answers = [['203.0.113.9'], ['127.0.0.1']];
    let asked = 0;
    const rebinding: Resolve = () => to(...(answers[asked++] ?? []))('');
    await expect(shut({ resolve: rebinding })(`http://evil.example:${port}/`)).rejects.toThrow(RejectedError);
    expect(asked).toBe(1);
    // On the next request the name says 127.0.0.1, and is asked again.
    await expect(shut({ resolve: rebinding })(`http://evil.example:${port}/`)).rejects.toThrow(RejectedError);
    expect(victim.requests).toEqual([]);
  });

  it('refuses a redirect to a metadata service, also where the own network is allowed', async () => {
    for (const target of [
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:a9fe:a9fe]/',
      'file:///etc/passwd',
      'ftp://x/',
    ]) {
      const evil = await service(() => ({ status: 302, headers: { location: target } }));
      await expect(lenient()(evil.url), target).rejects.toThrow(RejectedError);
    }
  });

  it('checks the address again at every hop', async () => {
    const inner = await service(() => ({ body: 'secret' }));
    const outer = await service(() => ({
      status: 302,
      headers: { location: `http://inner.example:${new URL(inner.url).port}/` },
    }));
    const resolve: Resolve = (name) => to(name === 'inner.example' ? '169.254.169.254' : '127.0.0.1')('');
    await expect(lenient({ resolve })(`http://outer.example:${new URL(outer.url).port}/`)).rejects.toThrow(
      /inner\.example/,
    );
    expect(outer.requests).toHaveLength(1);
    expect(inner.requests).toHaveLength(0);
  });

  it('only speaks http and https, and repeats no password', async () => {
    for (const address of [
      'file:///etc/passwd',
      'data:text/plain,x',
      'ftp://x.example/',
      'nonsense',
      'http://user:s3cret@x.example/',
    ]) {
      const error = await shut()(address).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error, address).toBeInstanceOf(RejectedError);
      expect(String((error as Error).message)).not.toContain('s3cret');
    }
  });

  it('gives credentials to their own origin only', async () => {
    const other = await service(() => ({ body: 'there' }));
    const own = await service(({ path }) =>
      path === '/out'
        ? { status: 302, headers: { location: `${other.url}/landing` } }
        : path === '/in'
          ? { status: 302, headers: { location: '/home' } }
          : { body: 'home' },
    );
    const headers = { authorization: 'Bearer t', cookie: 'a=b', 'x-api-key': 'k', accept: 'text/plain' };
    const answer = await lenient()(`${own.url}/out`, { headers });
    expect(await answer.text()).toBe('there');
    expect(answer.redirected).toBe(true);
    expect(answer.url).toBe(`${other.url}/landing`);
    const seen = other.requests[0]?.headers ?? {};
    expect(seen).toMatchObject({ accept: 'text/plain', 'user-agent': 'Potluck/test' });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(seen).not.toHaveProperty(name);
    await (await lenient()(`${own.url}/in`, { headers })).text();
    expect(own.requests.at(-1)).toMatchObject({ path: '/home', headers: { authorization: 'Bearer t' } });
  });

  it('keeps a body from another origin, and turns a redirected form into a GET', async () => {
    const other = await service(() => ({ body: 'there' }));
    const own = await service(({ path }) =>
      path === '/307'
        ? { status: 307, headers: { location: `${other.url}/` } }
        : path === '/same'
          ? { status: 308, headers: { location: '/end' } }
          : path === '/303'
            ? { status: 303, headers: { location: '/end' } }
            : { body: 'end' },
    );
    const post = { method: 'POST', body: 'password=1', headers: { 'content-type': 'text/plain' } };
    await expect(lenient()(`${own.url}/307`, post)).rejects.toThrow(/another site/);
    expect(other.requests).toEqual([]);
    await (await lenient()(`${own.url}/same`, post)).text();
    expect(own.requests.at(-1)).toMatchObject({ method: 'POST', path: '/end' });
    expect(own.requests.at(-1)?.body.toString()).toBe('password=1');
    await (await lenient()(`${own.url}/303`, post)).text();
    expect(own.requests.at(-1)).toMatchObject({ method: 'GET', path: '/end' });
    expect(own.requests.at(-1)?.headers).not.toHaveProperty('content-type');
  });

  it('gives up after five redirects, and follows none when told so', async () => {
    const loop = await service(() => ({ status: 302, headers: { location: '/again' } }));
    await expect(lenient()(loop.url)).rejects.toThrow(/too often/);
    expect(loop.requests).toHaveLength(6);
    const answer = await lenient()(loop.url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/again']);
  });

  it('caps what it reads: announced, streamed, and unpacked', async () => {
    const bytes = Buffer.alloc(50_000, 'a');
    const announced = await service(() => ({ headers: { 'content-length': '50000' }, body: bytes }));
    await expect(lenient({ maxBytes: 10_000 })(announced.url)).rejects.toThrow(UnavailableError);
    const streamed = await service(() => ({ headers: { 'transfer-encoding': 'chunked' }, body: bytes }));
    await expect((await lenient({ maxBytes: 10_000 })(streamed.url)).text()).rejects.toThrow(
      UnavailableError,
    );
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const packed = await service(() => ({ headers: { 'content-encoding': 'gzip' }, body: bomb }));
    expect(bomb.byteLength).toBeLessThan(10_000);
    await expect((await lenient({ maxBytes: 10_000 })(packed.url)).text()).rejects.toThrow(/more than/);
    expect(await (await lenient({ maxBytes: 50_000 })(announced.url)).text()).toHaveLength(50_000);
  });

  it('holds its deadline over a body that drips, and over silence', async () => {
    const slow = await service(() => ({ body: 'x'.repeat(1_000) }));
    slow.fail('slow');
    const answer = await lenient({ timeoutMs: 100 })(slow.url);
    await expect(answer.text()).rejects.toThrow(UnavailableError);
    slow.fail('hang');
    await expect(lenient({ timeoutMs: 100 })(slow.url)).rejects.toThrow(/within 0.1 s/);
  });

  it('lets server-sent events go on that were asked for, and no others', async () => {
    const events = 'data: 1\n\n'.repeat(3_000);
    const stream = await service(({ path }) => ({
      headers: {
        'content-type': path === '/sse' ? 'text/event-stream; charset=utf-8' : 'text/plain',
        'transfer-encoding': 'chunked',
      },
      body: events,
    }));
    const fetched = lenient({ maxBytes: 20_000 });
    const asked = { headers: { accept: 'text/event-stream' } };
    expect(await (await fetched(`${stream.url}/sse`, asked)).text()).toBe(events);
    await expect((await fetched(`${stream.url}/sse`)).text()).rejects.toThrow(UnavailableError);
    await expect((await fetched(`${stream.url}/plain`, asked)).text()).rejects.toThrow(UnavailableError);

    stream.fail('slow');
    const controller = new AbortController();
    const endless = await lenient({ timeoutMs: 100 })(`${stream.url}/sse`, {
      ...asked,
      signal: controller.signal,
    });
    const text = endless.text();
    text.catch(() => undefined);
    // Longer than the deadline, measured by an answer that does run into it.
    await expect((await lenient({ timeoutMs: 100 })(`${stream.url}/plain`)).text()).rejects.toThrow(/within/);
    controller.abort(new Error('shutting down'));
    await expect(text).rejects.toThrow('shutting down');
  });

  it('stops when the caller says so, before and while it reads', async () => {
    const slow = await service(() => ({ body: 'x'.repeat(1_000) }));
    slow.fail('hang');
    const controller = new AbortController();
    const arrived = slow.nextRequest();
    const pending = lenient()(slow.url, { signal: controller.signal });
    pending.catch(() => undefined);
    await arrived;
    controller.abort(new Error('shutting down'));
    await expect(pending).rejects.toThrow('shutting down');
    slow.fail('slow');
    const second = new AbortController();
    const answer = await lenient()(slow.url, { signal: second.signal });
    const text = answer.text();
    text.catch(() => undefined);
    second.abort(new Error('enough'));
    await expect(text).rejects.toThrow('enough');
    await expect(lenient()(slow.url, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow(
      'never',
    );
  });

  it('tells what is wrong in words, without the path', async () => {
    const broken = await service(() => ({ body: 'x'.repeat(1_000) }));
    const secret = `${broken.url}/feed?token=s3cret`;
    broken.fail('reset');
    await expect(lenient()(secret)).rejects.toThrow(UnavailableError);
    broken.fail('truncated');
    const answer = await lenient()(secret);
    const error = await answer.text().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).not.toContain('s3cret');
    await broken.close();
    await expect(lenient()(secret)).rejects.toThrow(/refused the connection/);
    const nobody: Resolve = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    await expect(lenient({ resolve: nobody })('http://nowhere.example/')).rejects.toThrow(
      /nowhere\.example was not found/,
    );
  });

  it('hands out the answer of the platform: status, headers, JSON, gzip, no body', async () => {
    const plain = await service(({ path }) =>
      path === '/none'
        ? { status: 204 }
        : path === '/missing'
          ? { status: 404, body: 'no' }
          : {
              headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
              body: gzipSync('{"a":1}'),
            },
    );
    const answer = await lenient()(plain.url);
    expect(answer).toBeInstanceOf(Response);
    expect(await answer.json()).toEqual({ a: 1 });
    expect((await lenient()(`${plain.url}/none`)).status).toBe(204);
    const missing = await lenient()(new URL(`${plain.url}/missing`));
    expect([missing.status, missing.ok, await missing.text()]).toEqual([404, false, 'no']);
    const posted = await lenient()(
      new Request(`${plain.url}/x`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) }),
    );
    await posted.text();
    expect(plain.requests.at(-1)?.body.toString()).toBe('a=b');
    expect(plain.requests.at(-1)?.headers['content-type']).toContain('application/x-www-form-urlencoded');
  });
});
