/** Of `at://did/collection/rkey`: its parts, or null. */
export function parseUri(uri: string): { did: string; collection: string; rkey: string } | null {
  const match = uri.match(/^at:\/\/(did:[a-z]+:[A-Za-z0-9._:%-]+)\/([A-Za-z0-9.-]+)\/([A-Za-z0-9._~:-]+)$/);
  const [, did, collection, rkey] = match ?? [];
  return did && collection && rkey ? { did, collection, rkey } : null;
}

/** Where people read an account: by handle, or by DID while the handle does not resolve. */
export function profileUrl(author: { readonly did: string; readonly handle: string }): string {
  const name = author.handle === 'handle.invalid' ? author.did : author.handle;
  return `https://bsky.app/profile/${name}`;
}

/** Where people read a post; null when it is not a post. */
export function postUrl(
  uri: string,
  author: { readonly did: string; readonly handle: string },
): string | null {
  const parts = parseUri(uri);
  if (parts?.collection !== POST) return null;
  return `${profileUrl(author)}/post/${parts.rkey}`;
}

export const POST = 'app.bsky.feed.post';
