import type { Person } from './item.ts';
import type { Notice } from './notice.ts';
import { fitWords, type RuleContext, type Subject } from './routing-fits.ts';
import type { Rule } from './routing-rule.ts';

/** Where a card is shown. */
export interface Place {
  readonly chat: string;
  readonly channel: string;
}

/** A rule with what people call it: "rule 3". */
export interface NamedRule {
  readonly rule: Rule;
  readonly label: string;
}

/** What the rules make of a post. */
export interface Routing {
  /** No place twice, in the order of the rules. */
  readonly places: readonly Place[];
  readonly owner: Person | null;
  /** 0 to 100. */
  readonly priority: number;
  /** A rule says which priority it is, whatever else is known; absent: none does. */
  readonly fixed?: true;
  readonly watchers: readonly Person[];
  /** A rule says that nobody is told of it; then there are no places. */
  readonly digestOnly: boolean;
  /** Which rules fitted, by their position, in order, each in words: "rule 3: comparison → product". */
  readonly by: readonly {
    readonly rule: number;
    readonly words: string;
    /** It did more than to say where the card goes. */
    readonly notable: boolean;
  }[];
}

/** The web room's channels while a team has no rules of its own. */
export const DEFAULT_ROUTES: readonly Rule[] = [
  { when: { kinds: ['comparison'] }, to: ['web:product'], continue: true },
  { when: { kinds: ['complaint'] }, to: ['web:complaints'], continue: false },
  { when: { kinds: ['question'] }, to: ['web:questions'], continue: false },
  { when: { kinds: ['praise'] }, to: ['web:praise'], continue: false },
  { when: {}, to: ['web:mentions'], continue: false },
];

/**
 * What becomes of a post, by rules that are looked at in their order:
 *
 * - The first rule that fits ends the list; with `continue` those after it are looked at, too. What an earlier rule says
 *   is never undone by a later one.
 * - **to**: the places of all rules that fitted. Each chat that none of them leads to takes it in its default channels.
 * - **owner**: of the first that names one. **watchers**: of all.
 * - **priority**: the first number stands in for triage's; what others add and take away is added up on it, and the sum
 *   kept within 0 and 100. Conditions always see what triage said.
 * - **digestOnly** ends the list, and nothing goes to the default channels. Where rules before it named places, those get
 *   the card all the same: somebody asked for it.
 *
 * @param defaults where it goes in each chat that no rule sent it to
 */
export function route(
  subject: Subject,
  rules: readonly NamedRule[],
  defaults: readonly Place[],
  context: RuleContext,
): Routing {
  const places = new Map<string, Place>();
  const watchers = new Map<string, Person>();
  const by: Routing['by'][number][] = [];
  let owner: Person | null = null;
  let base: number | null = null;
  let shift = 0;
  let silent = false;
  for (const [position, { rule, label }] of rules.entries()) {
    const why = fitWords(rule.when, subject, context);
    if (!why) continue;
    for (const name of rule.to ?? []) places.set(name, placeOf(name));
    for (const person of rule.watchers ?? []) watchers.set(person.id, person);
    owner ??= rule.owner ?? null;
    if (typeof rule.priority === 'number') base ??= rule.priority;
    else if (rule.priority !== undefined) shift += Number(rule.priority);
    const notable = (rule.owner ?? rule.priority ?? rule.watchers ?? rule.digestOnly) !== undefined;
    by.push({ rule: position, words: ruleWords(rule, label, why), notable });
    silent = rule.digestOnly === true;
    if (!rule.continue) break;
  }
  const reached = new Set([...places.values()].map(({ chat }) => chat));
  const rest = silent ? [] : defaults.filter(({ chat }) => !reached.has(chat));
  return {
    places: [...places.values(), ...rest],
    owner,
    priority: Math.max(0, Math.min(100, (base ?? subject.verdict.priority) + shift)),
    ...(base === null ? {} : { fixed: true }),
    watchers: [...watchers.values()],
    digestOnly: silent && places.size === 0,
    by,
  };
}

/** "rule 3 (Product team): comparison → product, priority +20". */
function ruleWords(rule: Rule, label: string, why: readonly string[]): string {
  const effects = [
    ...(rule.to ?? []).map((place) => placeOf(place).channel),
    ...(rule.owner ? [rule.owner.name] : []),
    ...(rule.priority === undefined ? [] : [`priority ${rule.priority}`]),
    ...(rule.watchers ? [`told: ${rule.watchers.map(({ name }) => name).join(', ')}`] : []),
    ...(rule.digestOnly ? ['digest only'] : []),
  ];
  const name = rule.name ? ` (${rule.name})` : '';
  return `${label}${name}: ${why.join(', ') || 'everything'} → ${effects.join(', ')}`;
}

/** `web:product` as a place. */
export function placeOf(name: string): Place {
  const colon = name.indexOf(':');
  return { chat: name.slice(0, colon), channel: name.slice(colon + 1) };
}

/** Rules of one plan that a manager accepted while the bot runs. */
export interface AcceptedRules {
  readonly source: string;
  readonly rules: readonly Rule[];
}

/**
 * The rules in the order in which they hold: those of potluck.yaml, then those that managers accepted, then what
 * potluck.yaml says of everything else (its last rules without a condition), so that an accepted rule can apply at all.
 */
export function ruleList(policy: readonly Rule[], accepted: readonly AcceptedRules[] = []): NamedRule[] {
  const named = policy.map((rule, index) => ({ rule, label: `rule ${index + 1}` }));
  const split = policy.findLastIndex((rule) => !takesAll(rule)) + 1;
  const plans = accepted.flatMap(({ source, rules }) =>
    rules.map((rule, index) => ({ rule, label: `rule ${index + 1} of the plan for ${source}` })),
  );
  return [...named.slice(0, split), ...plans, ...named.slice(split)];
}

/** Whether it has no condition. */
export function takesAll({ when }: Rule): boolean {
  return Object.values(when).every((condition) => condition === undefined);
}

/**
 * What the owner and the watchers that rules name are told in the thread of the card, once: in the first channel of their
 * own chat that has one.
 */
export function routeNotices({ places, owner, watchers, by }: Routing): {
  readonly place: Place;
  readonly notice: Notice;
}[] {
  const people = [...(owner ? [owner] : []), ...watchers];
  const chats = new Set(people.map(({ id }) => placeOf(id).chat));
  return [...chats].flatMap((chat) => {
    const place = places.find((one) => one.chat === chat);
    if (!place) return [];
    const ids = people.map(({ id }) => id).filter((id) => placeOf(id).chat === chat);
    const mention = [...new Set(ids)];
    const title = owner && mention.includes(owner.id) ? `Assigned to ${owner.name}` : 'For you to know';
    const text = by.map(({ words }) => `By ${words}`).join('\n');
    return [
      { place, notice: { title, tone: 'grey', blocks: [{ type: 'small', text }], buttons: [], mention } },
    ];
  });
}
