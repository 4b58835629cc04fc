import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import type { Session } from './session.ts';

/** Tries what the source needs, one after the other. Never throws. */
export async function check(
  session: Session,
  service: string,
  search: readonly string[],
  /** Opens the public stream and closes it again; null where nothing is watched. */
  tryStream: ((signal: AbortSignal) => Promise<string>) | null,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const attempt = async (what: string, remedy: string, work: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ ok: true, what: await work(), remedy: null });
      return true;
    } catch (error) {
      const message = messageOf(error);
      checks.push({ ok: false, what, remedy: remedy === '' ? message : `${message} ${remedy}` });
      return false;
    }
  };
  const signedIn = await attempt(`signs in at ${service}`, '', async () => {
    await session.signIn(signal);
    // Also proves that stored tokens still work.
    await session.call('ask for the session', signal, (agent) =>
      agent.com.atproto.server.getSession(undefined, { signal }),
    );
    return `signs in as @${session.handle ?? 'us'}${passwordKind(session.scope)}`;
  });
  if (!signedIn) return checks;
  await attempt('reads notifications', '', async () => {
    await session.call('read notifications', signal, (agent) =>
      agent.app.bsky.notification.listNotifications({ limit: 1 }, { signal }),
    );
    return 'reads notifications';
  });
  const term = search[0];
  if (term !== undefined)
    await attempt('searches posts', 'Remove `search` where the service has none.', async () => {
      await session.call('search', signal, (agent) =>
        agent.app.bsky.feed.searchPosts({ q: term, limit: 1 }, { signal }),
      );
      return `searches posts (${search.length} ${search.length === 1 ? 'term' : 'terms'})`;
    });
  if (tryStream)
    await attempt('opens the public stream', 'Look whether `jetstream` is right.', () => tryStream(signal));
  return checks;
}

/** An app password may post and read; only a privileged one reads direct messages, which nothing here does. */
function passwordKind(scope: string | null): string {
  if (scope === 'com.atproto.access')
    return ' with the main password (works; an app password is safer and can be revoked alone)';
  if (scope === 'com.atproto.appPassPrivileged')
    return ' with an app password that may read direct messages (works; that permission is not needed)';
  return scope === 'com.atproto.appPass' ? ' with an app password' : '';
}
