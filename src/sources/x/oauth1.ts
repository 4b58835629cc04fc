import { createHmac } from 'node:crypto';

export interface OAuth1Keys {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
}

/** RFC 3986, stricter than `encodeURIComponent`: https://docs.x.com/fundamentals/authentication/oauth-1-0a/percent-encoding-parameters */
function percent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The signature of a request: https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature
 *
 * @param params those of the query, of a form body and of OAuth; a JSON body is not signed.
 */
export function signatureOf(
  method: string,
  url: string,
  params: readonly (readonly [string, string])[],
  keys: Pick<OAuth1Keys, 'apiSecret' | 'accessSecret'>,
): string {
  const sorted = params
    .map(([name, value]) => `${percent(name)}=${percent(value)}`)
    .sort()
    .join('&');
  const base = [method, percent(url), percent(sorted)].join('&');
  const key = `${percent(keys.apiSecret)}&${percent(keys.accessSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/**
 * The `Authorization` header of a request as the account.
 *
 * @param now epoch milliseconds: X refuses a clock that is minutes off
 */
export function authorization(
  method: string,
  address: URL,
  keys: OAuth1Keys,
  now: number,
  random: () => number,
): string {
  const nonce = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const oauth: [string, string][] = [
    ['oauth_consumer_key', keys.apiKey],
    ['oauth_nonce', nonce],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(Math.floor(now / 1_000))],
    ['oauth_token', keys.accessToken],
    ['oauth_version', '1.0'],
  ];
  const url = `${address.origin}${address.pathname}`;
  const signature = signatureOf(method, url, [...address.searchParams, ...oauth], keys);
  const all: [string, string][] = [...oauth, ['oauth_signature', signature]];
  return `OAuth ${all.map(([name, value]) => `${percent(name)}="${percent(value)}"`).join(', ')}`;
}
