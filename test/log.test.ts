import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

function kept(secrets: readonly string[], level = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLog(level, secrets, { write: (line) => void lines.push(line) }) };
}

describe('a secret', () => {
  const SECRET = 'xoxb-"quoted" \\ p@ss/wörd:+&=';

  it.each([
    ['a message', (log: ReturnType<typeof kept>['log']) => log.info({}, `with ${SECRET} inside`)],
    ['a field', (log: ReturnType<typeof kept>['log']) => log.info({ a: { b: { c: [SECRET] } } }, 'x')],
    ['the name of a field', (log: ReturnType<typeof kept>['log']) => log.info({ [SECRET]: 1 }, 'x')],
    [
      'an error',
      (log: ReturnType<typeof kept>['log']) => log.error({ err: new Error(`no: ${SECRET}`) }, 'x'),
    ],
    [
      'the cause of an error',
      (log: ReturnType<typeof kept>['log']) =>
        log.error({ err: new Error('no', { cause: new Error(SECRET) }) }, 'x'),
    ],
    ['an error alone', (log: ReturnType<typeof kept>['log']) => log.error(new Error(SECRET))],
    [
      'a path',
      (log: ReturnType<typeof kept>['log']) => log.info({}, `GET /bot${encodeURIComponent(SECRET)}/send`),
    ],
    [
      'a form',
      (log: ReturnType<typeof kept>['log']) => log.info({}, `body ${new URLSearchParams({ key: SECRET })}`),
    ],
    [
      'an address',
      (log: ReturnType<typeof kept>['log']) => {
        const url = new URL('postgres://bot@db.example/potluck');
        url.password = SECRET;
        log.info({ url: url.href }, 'x');
      },
    ],
    [
      'JSON in a message',
      (log: ReturnType<typeof kept>['log']) => log.info({}, JSON.stringify({ a: SECRET })),
    ],
    ['a child’s binding', (log: ReturnType<typeof kept>['log']) => log.child({ a: SECRET }).info({}, 'x')],
  ])('in %s is not shown', (_, write) => {
    const { lines, log } = kept([SECRET]);
    write(log);
    expect(lines).toHaveLength(1);
    const line = lines[0] ?? '';
    expect(line).toContain('[secret]');
    for (const part of ['xoxb', 'quoted', 'wörd', 'w%C3%B6rd']) expect(line).not.toContain(part);
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it('is not shown whatever it is, and the line stays whole', () => {
    const secret = fc.string({ unit: 'binary', minLength: 6, maxLength: 30 }).map((text) => `s${text}t`);
    fc.assert(
      fc.property(secret, fc.string({ unit: 'binary', maxLength: 20 }), (value, around) => {
        const { lines, log } = kept([value]);
        log.info({ field: around + value, list: [value] }, `${around}${value}${around}`);
        log.warn({}, `https://x.example/?q=${encodeURIComponent(value.toWellFormed())}`);
        for (const line of lines) {
          const shown = JSON.stringify(JSON.parse(line));
          expect(line).toContain('[secret]');
          expect(shown).not.toContain(JSON.stringify(value).slice(1, -1));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('inside another leaves no rest', () => {
    const { lines, log } = kept(['hunter2', 'hunter2-and-more', '']);
    log.info({}, 'a hunter2-and-more b hunter2 c');
    expect(JSON.parse(lines[0] ?? '').msg).toBe('a [secret] b [secret] c');
  });

  it('that nobody configured is known by the name of its field, at any depth', () => {
    const { lines, log } = kept([]);
    log.warn(
      {
        error: {
          config: { headers: { Authorization: 'Bearer abc', 'set-cookie': ['sid=1', 'b'], accept: '*/*' } },
        },
        session: { accessJwt: 'aaa', refreshJwt: 'b"b', did: 'did:plc:x' },
        bot_token: 'abc',
        tokens: 12,
      },
      'failed',
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: { config: { headers: { Authorization: '[secret]', 'set-cookie': '[secret]', accept: '*/*' } } },
      session: { accessJwt: '[secret]', refreshJwt: '[secret]', did: 'did:plc:x' },
      bot_token: '[secret]',
      tokens: 12,
      msg: 'failed',
    });
  });

  it('quoted from a request or an answer is not shown either', () => {
    const { lines, log } = kept([]);
    log.warn(
      {},
      `POST failed: {"refresh_token": "r-123", "ok":false} authorization: Bearer abcdefgh12345678`,
    );
    const { msg } = JSON.parse(lines[0] ?? '');
    expect(msg).toBe('POST failed: {"refresh_token":"[secret]", "ok":false} authorization: Bearer [secret]');
  });
});

describe('a line', () => {
  it('is JSON with its level, time and words, and nothing of the machine', () => {
    const { lines, log } = kept([]);
    log.info({ source: 'blog', fresh: 3 }, 'posts came in');
    log.debug({}, 'detail');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 30,
      time: expect.any(Number),
      source: 'blog',
      fresh: 3,
      msg: 'posts came in',
    });
    expect(lines).toHaveLength(2);
  });

  it('below the level is not written', () => {
    const { lines, log } = kept([], 'warn');
    log.info({}, 'x');
    log.warn({}, 'y');
    expect(lines).toHaveLength(1);
  });
});
