import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf, RejectedError } from '../../errors.ts';
import type { Connection, Session } from './connection.ts';
import { NEW_TOKEN } from './failures.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const known = error instanceof AuthError || error instanceof RejectedError;
  return { ok: false, what, remedy: known ? words : `${words} Try again later; nothing is lost meanwhile.` };
}

/** Sign-in, the watched channel, each video, and whether the token may answer. Never throws for what it finds. */
export async function checkConnection(
  connection: Connection,
  options: { readonly videos: readonly string[]; readonly signsIn: boolean },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  let session: Session;
  try {
    session = await connection.verify(signal);
  } catch (error) {
    return [failed(options.signsIn ? 'signs in to YouTube' : 'reaches YouTube with the API key', error)];
  }
  const { me, watched } = session;
  const checks = [
    fine(me ? `signs in to YouTube as “${me.snippet.title}”` : 'reaches YouTube with the API key'),
  ];
  const lists = [
    ...(watched
      ? [
          [
            `reads comments on “${watched.snippet.title}”`,
            { allThreadsRelatedToChannelId: watched.id },
          ] as const,
        ]
      : []),
    ...options.videos.map((videoId) => [`reads comments on video ${videoId}`, { videoId }] as const),
  ];
  for (const [what, filter] of lists) {
    try {
      await connection.api.list('commentThreads', { part: 'id', maxResults: 1, ...filter }, signal);
      checks.push(fine(what));
    } catch (error) {
      checks.push(failed(what, error));
    }
  }
  if (options.signsIn) checks.push(checkScope(connection));
  return checks;
}

/** Writing cannot be tried without publishing something; the sign-in tells what the token may do. */
function checkScope(connection: Connection): Check {
  const scopes = connection.api.scopes();
  if (!scopes) return fine('may answer, as far as can be told without publishing something');
  // https://developers.google.com/youtube/v3/docs/comments/insert#authorization
  if (scopes.some((scope) => scope.endsWith('/auth/youtube.force-ssl'))) return fine('may read and answer');
  return { ok: false, what: 'may read and answer', remedy: `The token may not comment. ${NEW_TOKEN}` };
}
