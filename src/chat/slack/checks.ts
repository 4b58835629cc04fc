import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import { slackCode } from './failures.ts';
import { botScopes } from './manifest.ts';
import type { SlackWeb } from './web.ts';

/** What the doctor says about Slack: sign-in, scopes, Socket Mode, the default channel, managers; a line each, with the remedy. */
export async function slackChecks(
  web: SlackWeb,
  {
    channel,
    managerGroups,
  }: { readonly channel?: string | undefined; readonly managerGroups: readonly string[] },
  signal: AbortSignal,
  { socket }: { readonly socket: boolean },
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const good = (what: string): void => void checks.push({ ok: true, what, remedy: null });
  const bad = (what: string, remedy: string): void => void checks.push({ ok: false, what, remedy });
  try {
    const identity = await web.authTest(signal);
    good(`Slack: signs in to ${identity.team || identity.teamId} as ${identity.user || identity.userId}`);
    const { scopes } = identity;
    if (scopes !== null) {
      const missing = botScopes().filter((scope) => !scopes.includes(scope));
      if (missing.length === 0) good('Slack: has every scope it needs');
      else
        bad(
          `Slack: lacks ${missing.join(', ')}`,
          'Update the app from manifests/slack.json, then “Install App” → “Reinstall to Workspace”.',
        );
    }
    if (channel !== undefined)
      await web.history(channel, { oldestMs: 0 }, signal).then(
        () => good(`Slack: can read and write in ${channel}`),
        (error: unknown) => bad(`Slack: cannot use ${channel}`, messageOf(error)),
      );
    for (const group of managerGroups)
      await web.groupMembers(group, signal).then(
        (users) => good(`Slack: ${users.length} managers by the user group ${group}`),
        (error: unknown) => bad(`Slack: cannot read the user group ${group}`, groupRemedy(error)),
      );
  } catch (error) {
    bad('Slack: signs in', messageOf(error));
  }
  if (socket)
    await web.connectionsOpen(signal).then(
      () => good('Slack: the app token opens Socket Mode'),
      (error: unknown) =>
        bad(
          'Slack: the app token opens Socket Mode',
          `${messageOf(error)} SLACK_APP_TOKEN must be an app-level token (xapp-…) with connections:write, and Socket Mode must be on.`,
        ),
    );
  return checks;
}

/** The scope is not in the manifest: only teams that name managers by user group need it. */
export function groupRemedy(error: unknown): string {
  return slackCode(error) === 'missing_scope'
    ? 'Add the bot scope usergroups:read under “OAuth & Permissions” and install the app again, or name people in its place (chats.slack.managers, oncall.layers).'
    : messageOf(error);
}
