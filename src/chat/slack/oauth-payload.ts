import { z } from 'zod';

const team = z.object({ id: z.string() });
const payload = z.object({
  authorizations: z
    .array(z.object({ team_id: z.string().nullish() }))
    .optional()
    .catch(undefined),
  view: z.object({ app_installed_team_id: z.string().nullish() }).nullish().catch(undefined),
  team_id: z.string().nullish().catch(undefined),
  team: team.nullish().catch(undefined),
  message: z.object({ team: z.string().nullish() }).nullish().catch(undefined),
  user: z.object({ team_id: z.string().nullish() }).nullish().catch(undefined),
});

/**
 * The workspaces that a payload may be meant for, the most certain first. In a channel that two companies share, the
 * person's own workspace is another one than that of the app.
 */
export function teamsOf(body: unknown): readonly string[] {
  const read = payload.safeParse(body);
  if (!read.success) return [];
  const { data } = read;
  const ids = [
    data.authorizations?.[0]?.team_id,
    data.view?.app_installed_team_id,
    data.team_id,
    data.team?.id,
    data.message?.team,
    data.user?.team_id,
  ];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

const ending = z.object({
  event: z.union([
    z.object({ type: z.literal('app_uninstalled') }),
    // Only users' tokens may have been revoked, of which there are none.
    z.object({ type: z.literal('tokens_revoked'), tokens: z.object({ bot: z.array(z.string()).min(1) }) }),
  ]),
});

/** Whether this is the news that the app, or its bot's token, was removed. */
export function endsInstallation(body: unknown): boolean {
  return ending.safeParse(body).success;
}

/** When it happened, in seconds since 1970; the future where Slack does not say. */
export function eventSeconds(body: unknown): number {
  const read = z.object({ event_time: z.number() }).safeParse(body);
  return read.success ? read.data.event_time : Number.POSITIVE_INFINITY;
}
