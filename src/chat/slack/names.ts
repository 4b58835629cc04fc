import { messageOf } from '../../errors.ts';
import type { Named, NamedState } from '../chat.ts';
import { groupRemedy } from './checks.ts';
import { slackCode } from './failures.ts';
import type { SlackWeb } from './web.ts';

/** Whether the workspace has these people, user groups and channels, one after the other: Slack counts each question. */
export async function slackNames(
  web: SlackWeb,
  teamId: string,
  now: number,
  named: readonly Named[],
  signal: AbortSignal,
): Promise<readonly NamedState[]> {
  const states: NamedState[] = [];
  for (const each of named) {
    signal.throwIfAborted();
    states.push(await stateOf(web, teamId, now, each, signal));
  }
  return states;
}

async function stateOf(
  web: SlackWeb,
  teamId: string,
  now: number,
  { what, id }: Named,
  signal: AbortSignal,
): Promise<NamedState> {
  try {
    if (what === 'person') return await personState(web, teamId, id);
    if (what === 'group') {
      const { length } = await web.groupMembers(id, signal);
      if (length > 0) return { state: 'there', name: id };
      return {
        state: 'missing',
        remedy: 'Nobody is in that user group: put people into it (Slack → People).',
      };
    }
    await web.history(id, { oldestMs: now }, signal);
    return { state: 'there', name: id };
  } catch (error) {
    return refused(what, error);
  }
}

async function personState(web: SlackWeb, teamId: string, id: string): Promise<NamedState> {
  const [team, user] = id.split('/');
  if (!user || !/^[UW][A-Z0-9]{1,30}$/.test(user))
    return {
      state: 'missing',
      remedy: `Write it as slack:${teamId}/U0123ABCD: in Slack, the person’s profile → ⋮ → “Copy member ID”.`,
    };
  if (team !== teamId)
    return {
      state: 'missing',
      remedy: `It is of the workspace ${team}, and the app is in ${teamId}: write slack:${teamId}/…`,
    };
  const { name, left } = await web.user(user);
  if (!left) return { state: 'there', name };
  return {
    state: 'missing',
    remedy: `${name} was deactivated in Slack: put somebody else in that place, or take it out.`,
  };
}

const COPY =
  'Copy the id again: in Slack, the person’s profile → ⋮ → “Copy member ID”; it stands behind the workspace’s: slack:T…/U…';

function refused(what: Named['what'], error: unknown): NamedState {
  const code = slackCode(error);
  if (what === 'person' && (code === 'user_not_found' || code === 'user_not_visible'))
    return { state: 'missing', remedy: COPY };
  if (what === 'group' && code === 'no_such_subteam')
    return {
      state: 'missing',
      remedy: 'Copy the id again: Slack → People → User groups → ⋮; it begins with S.',
    };
  if (what === 'channel' && code !== null && code !== 'missing_scope')
    return { state: 'missing', remedy: messageOf(error) };
  return { state: 'unknown', remedy: what === 'group' ? groupRemedy(error) : messageOf(error) };
}
