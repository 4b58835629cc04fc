import { describe, expect, it } from 'vitest';
import { RejectedError, UnavailableError } from '../../src/errors.ts';
import { apiAddress, serverAddress } from '../../src/sources/kit/address.ts';
import { asHouseError, neverLeft, parseJson } from '../../src/sources/kit/answers.ts';
import { createOnce } from '../../src/sources/kit/once.ts';

const coded = (code: string, cause?: unknown) =>
  Object.assign(new Error(code, cause === undefined ? {} : { cause }), { code });

describe('a request that failed', () => {
  it.each([
    ['refused', coded('ECONNREFUSED'), true],
    ['refused, below what fetch throws', new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), true],
    [
      'refused at every address',
      new TypeError('fetch failed', {
        cause: new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
      }),
      true,
    ],
    [
      'refused at one address, and unclear at another',
      new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET')]),
      false,
    ],
    ['reset', new TypeError('fetch failed', { cause: coded('ECONNRESET') }), false],
    ['out of time', new DOMException('late', 'TimeoutError'), false],
    ['with nothing inside', new AggregateError([]), false],
    ['that is no error', 'ECONNREFUSED', false],
  ])('%s', (_, error, expected) => {
    expect(neverLeft(error)).toBe(expected);
  });

  it('that is its own cause is looked at for a while only', () => {
    const error = new Error('round');
    error.cause = error;
    expect(neverLeft(error)).toBe(false);
  });

  it('is told with its cause, unless it is of the house or an abort', () => {
    const { signal } = new AbortController();
    const known = new RejectedError('no');
    expect(asHouseError(known, 'Tandem', signal)).toBe(known);
    expect(
      asHouseError(new TypeError('fetch failed', { cause: coded('ECONNRESET') }), 'Tandem', signal),
    ).toEqual(new UnavailableError('Tandem cannot be reached (fetch failed: ECONNRESET).'));
    const stopped = AbortSignal.abort('stopped');
    expect(asHouseError(known, 'Tandem', stopped)).toBe('stopped');
  });
});

describe('an answer that is not JSON', () => {
  it.each([
    ['<html>', 'a web page'],
    [' \n', 'nothing'],
    ['{"a":', 'something unreadable'],
  ])('%j is %s', (text, what) => {
    const call = () => parseJson(text, 'Tandem', 'Is it up?');
    expect(call).toThrow(UnavailableError);
    expect(call).toThrow(`Tandem answered with ${what} where JSON was expected. Is it up?`);
  });
});

describe('an address', () => {
  const server = serverAddress('a server, for instance https://tandem.example');
  it.each([
    ['tandem.example', 'https://tandem.example'],
    [' https://Tandem.example/forum/ ', 'https://tandem.example/forum'],
    ['http://localhost:3000', 'http://localhost:3000'],
  ])('%j is %s', (given, expected) => {
    expect(server.parse(given)).toBe(expected);
  });

  it.each([
    'https://name:password@tandem.example',
    'https://tandem.example/?token=1',
    'ftp://tandem.example',
    'no address',
  ])('%s is refused', (given) => {
    expect(server.safeParse(given).error?.issues[0]?.message).toBe(
      'must be the address of a server, for instance https://tandem.example',
    );
    expect(apiAddress('https://tandem.example').safeParse(given).success).toBe(false);
  });
});

describe('a trouble', () => {
  it('is told once, and another trouble of the same entry too', () => {
    const once = createOnce();
    const [first, second] = [
      { id: '1', why: 'no date' },
      { id: '1', why: 'no text' },
    ];
    expect(once([first, first])).toEqual([first]);
    expect(once([first, second])).toEqual([second]);
  });

  it('is told again after a thousand others: what is remembered is bounded', () => {
    const once = createOnce();
    const many = Array.from({ length: 1_000 }, (_, n) => ({ id: String(n), why: 'no date' }));
    expect(once(many)).toHaveLength(1_000);
    expect(once([{ id: '0', why: 'no text' }, ...many.slice(0, 1)])).toHaveLength(2);
  });
});
