import { MAX_PICTURE_BYTES } from '../../domain/picture.ts';
import { messageOf, RejectedError, UnavailableError } from '../../errors.ts';

/** For a file of 10 MB on a slow line, in milliseconds; whoever waits has been told "one moment". */
const TIMEOUT_MS = 30_000;

/**
 * Fetches a file that somebody gave to a chat platform. Its address came in a payload, so only the platform's own hosts
 * are asked, redirects lead nowhere, and the credential goes along to nobody else.
 *
 * @param origins `https://files.slack.com`: where files of the platform are
 * @throws RejectedError in words for the person who chose the file; UnavailableError when it could not be fetched now
 */
export async function download(
  address: string,
  {
    platform,
    origins,
    headers = {},
  }: {
    /** "Slack", for messages. */
    readonly platform: string;
    readonly origins: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Uint8Array> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || `${url.username}${url.password}` !== '' || !origins.includes(url.origin))
    throw new RejectedError(`That file is not on ${platform} itself; upload it here.`);
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new UnavailableError(`${platform} did not hand the file over: it answered ${response.status}.`);
    }
    return await bounded(response, platform);
  } catch (error) {
    if (error instanceof RejectedError || error instanceof UnavailableError) throw error;
    // The address may be signed: only the reason is told.
    throw new UnavailableError(`${platform} did not hand the file over (${messageOf(error)}).`);
  }
}

async function bounded(response: Response, platform: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_PICTURE_BYTES) {
      await response.body?.cancel().catch(() => undefined);
      throw new RejectedError(`That file on ${platform} has more than 10 MB. Make the picture smaller.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
