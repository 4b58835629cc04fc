import type { Problem } from './config.ts';
import { placeOf } from './domain/routing.ts';
import { neverReached } from './domain/routing-order.ts';
import type { Rule } from './domain/routing-rule.ts';
import { patternProblem } from './patterns.ts';

/** What of the rest of the configuration rules speak of. */
export interface RoutesSetting {
  /** The connected ones. */
  readonly chats: readonly string[];
  readonly sources: readonly string[];
  /** Whether the team says when it works. */
  readonly hours: boolean;
}

/** What is wrong with the rules beyond their shape: where they lead, whom they name, and whether they can apply. */
export function checkRoutes(
  rules: readonly Rule[],
  { chats, sources, hours }: RoutesSetting,
  problems: Problem[],
): void {
  const connected = `Connected: ${chats.join(', ')}.`;
  const shadows = neverReached(rules);
  // What colleagues find by themselves comes from the chat itself.
  const known = new Set([...sources, ...chats.map((chat) => `chat:${chat}`)]);
  for (const [index, rule] of rules.entries()) {
    const path = `routes.${index}`;
    for (const place of rule.to ?? []) {
      const { chat } = placeOf(place);
      if (!chats.includes(chat))
        problems.push({
          path: `${path}.to`,
          message: `leads to “${place}”, but ${chat} is not connected. ${connected}`,
        });
    }
    for (const { id } of [...(rule.owner ? [rule.owner] : []), ...(rule.watchers ?? [])]) {
      if (!chats.includes(placeOf(id).chat))
        problems.push({
          path: `${path}.${rule.owner?.id === id ? 'owner' : 'watchers'}`,
          message: `names “${id}”, but ${placeOf(id).chat} is not connected. ${connected}`,
        });
    }
    for (const [at, name] of (rule.when.sources ?? []).entries()) {
      if (!known.has(name))
        problems.push({ path: `${path}.when.sources.${at}`, message: `“${name}” is none of your sources.` });
    }
    for (const [at, pattern] of (rule.when.patterns ?? []).entries()) {
      const problem = patternProblem(pattern);
      if (problem)
        problems.push({
          path: `${path}.when.patterns.${at}`,
          message: `“${pattern}” is no regular expression that Potluck can use: position ${problem.position}: ${problem.message}.`,
        });
    }
    if (rule.when.working !== undefined && !hours)
      problems.push({
        path: `${path}.when.working`,
        message: 'asks when the team works, but team.hours is not set.',
      });
    const earlier = shadows.get(index);
    if (earlier !== undefined)
      problems.push({
        path,
        message: `can never apply: rule ${earlier + 1} takes everything that rule ${index + 1} would. Move it up, or give rule ${earlier + 1} “continue: true”.`,
      });
  }
}
