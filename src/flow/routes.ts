import type { Quiet } from '../domain/item.ts';
import { type NamedRule, type Place, type Routing, route } from '../domain/routing.ts';
import type { RuleContext, Subject } from '../domain/routing-fits.ts';
import type { Verdict } from '../domain/triage/verdict.ts';

/** What the rules make of a post. */
export type Router = (subject: Subject) => Routing;

/** The rules as a function. */
export function createRouter(
  rules: readonly NamedRule[],
  defaults: readonly Place[],
  context: RuleContext,
): Router {
  return (subject) => route(subject, rules, defaults, context);
}

/** The verdict with what the rules changed of it, and their reasons. */
export function byRules(verdict: Verdict, { priority, by }: Routing): Verdict {
  const reasons = by
    .filter(({ notable }) => notable)
    .map(({ words }) => ({ code: 'route', text: `by ${words}` }));
  return { ...verdict, priority, reasons: [...verdict.reasons, ...reasons] };
}

/** Why nobody is told of an item, if so. */
export function quietOf(routing: Pick<Routing, 'digestOnly'>): Quiet | null {
  return routing.digestOnly ? 'rule' : null;
}
