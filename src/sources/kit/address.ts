import { z } from 'zod';

function isPlain(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain = !url.username && !url.password && !url.search && !url.hash;
  return plain && (url.protocol === 'https:' || url.protocol === 'http:');
}

/**
 * `mastodon.social`, `https://mastodon.social/`: the address of a server, without a slash at the end. One with a
 * password, a query or a fragment is refused, so that none ends up in a log.
 *
 * @param expected for the error: "a server, for instance https://mastodon.social"
 */
export const serverAddress = (expected: string) =>
  z
    .string()
    .trim()
    .transform((value) => (/^[a-z][a-z0-9+.-]*:/i.test(value) ? value : `https://${value}`))
    .refine(isPlain, `must be the address of ${expected}`)
    .transform((value) => {
      const url = new URL(value);
      return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
    });

/** As {@link serverAddress}, written out in full: its words stay as they are, but for slashes at the end. */
export const apiAddress = (example: string) =>
  z
    .string()
    .trim()
    .refine(isPlain, `must be the address of an API, for instance ${example}`)
    .transform((value) => value.replace(/\/+$/, ''));
