import type { Notice, NoticeBlock, NoticeButton } from './notice.ts';
import type { Plan, PlannedHours, PlannedRule } from './plan.ts';
import type { Place } from './routing.ts';
import type { Rule } from './routing-rule.ts';
import { many } from './text.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY = 86_400_000;

/** What came of a proposal, in words; null while it waits for a manager. */
export type PlanOutcome = string | null;

/**
 * A proposal as people read it.
 *
 * @param round which proposal for this source it is: a button of an older one does nothing
 * @param undo what the button asks that takes back what is accepted; null where nothing is
 */
export function planNotice(
  plan: Plan,
  label: string,
  zone: string,
  round: number,
  outcome: PlanOutcome,
  undo: string | null = null,
): Notice {
  const buttons: NoticeButton[] = [
    { press: `plan:accept:${plan.source}:${round}`, label: 'Accept', style: 'primary' },
    { press: `plan:later:${plan.source}:${round}`, label: 'Not yet' },
  ];
  const proposal: NoticeBlock[] = [
    { type: 'heading', text: 'Proposed' },
    ...(outcome === null ? [] : [{ type: 'text', text: outcome } as const]),
    { type: 'list', lines: proposalLines(plan, zone).map((text) => ({ text })) },
    ...ruleBlocks(plan.rules),
    {
      type: 'small',
      text: 'Accepted, it holds together with potluck.yaml: rules there come first, then these, then what potluck.yaml says of everything else. team.hours and budgets (attention) that potluck.yaml names stand above those proposed here.',
    },
  ];
  return {
    title: `How to go on with ${label}`,
    tone: outcome === null ? 'yellow' : 'grey',
    blocks: [...heardBlocks(plan, zone), ...proposal],
    buttons: outcome === null ? buttons : undo === null ? [] : [{ press: undo, label: 'Take back' }],
    mention: [],
  };
}

function heardBlocks(plan: Plan, zone: string): NoticeBlock[] {
  const days = Math.max(1, Math.round((plan.to - plan.from) / DAY));
  const warning: NoticeBlock[] = plan.enough
    ? []
    : [
        {
          type: 'text',
          text: `That is little: ${many(plan.posts, 'post')} in ${many(days, 'day')}. Listen for a week at least before you decide.`,
        },
      ];
  const kinds = plan.kinds
    .slice(0, 6)
    .map(
      ({ kind, count, due }) =>
        `${kind} ${percent(count, plan.conversations - plan.filtered)} (${due} to answer)`,
    );
  const languages = plan.languages
    .slice(0, 4)
    .map(({ language, count }) => `${language || 'unknown'} ${percent(count, plan.posts)}`);
  const lines = [
    `When (${zone}): ${peaks(plan.byHour, hourWords, 3)}; ${peaks(plan.byWeekday, (day) => DAYS[day] ?? '', 3)}`,
    ...(kinds.length > 0 ? [`About: ${kinds.join(', ')}`] : []),
    ...(languages.length > 0 ? [`Languages: ${languages.join(', ')}`] : []),
    `Authors: ${plan.authors}; the five who write most wrote ${Math.round(plan.topAuthors * 100)} %`,
  ];
  return [
    { type: 'heading', text: `Heard in ${many(days, 'day')}` },
    ...warning,
    {
      type: 'figures',
      figures: [
        { label: 'posts', value: String(plan.posts) },
        { label: 'conversations', value: String(plan.conversations) },
        { label: 'want an answer', value: String(plan.due) },
        { label: 'filtered', value: String(plan.filtered), note: 'spam, muted, nothing asked' },
      ],
    },
    { type: 'list', lines: lines.map((text) => ({ text })) },
  ];
}

function proposalLines({ hours, cardsPerHour, load, due }: Plan, zone: string): string[] {
  return [
    `Hours: ${hoursWords(hours)} (${zone}); ${Math.round(hours.share * 100)} % of ${due > 0 ? 'what wants an answer' : 'the posts'} comes then`,
    `Budget: ${cardsPerHour} cards an hour, which is enough in nine of ten of those hours`,
    `Load: about ${many(load.perWeek, 'answer')} a week, ${load.each} for ${load.people === 1 ? 'the one person who answers' : `each of the ${load.people} who answered lately`}`,
  ];
}

function ruleBlocks(rules: readonly PlannedRule[]): NoticeBlock[] {
  if (rules.length === 0)
    return [{ type: 'text', text: 'Routes: potluck.yaml decides already what there is to decide.' }];
  return [
    { type: 'text', text: 'Routes, as they would stand in potluck.yaml:' },
    { type: 'quote', text: rules.map((rule) => `- ${yamlOf(rule)}`).join('\n') },
  ];
}

/** What potluck.yaml says by itself: it wins over a plan. */
export interface Explicit {
  /** `team.hours` is there. */
  readonly hours: boolean;
  /** Whether it names a budget for a place, or one for all. */
  readonly budget: (place: Place) => boolean;
}

/** What of an accepted plan holds, line by line, and what potluck.yaml says instead. */
export function holdingLines(
  plan: { readonly rules: readonly Rule[]; readonly hours: PlannedHours; readonly cardsPerHour: number },
  places: readonly Place[],
  explicit: Explicit,
): readonly string[] {
  const named = [...new Set(places.filter(explicit.budget).map(({ chat, channel }) => `${chat}:${channel}`))];
  const above = named.length > 0 ? `; for ${named.join(', ')} potluck.yaml (attention) holds instead` : '';
  return [
    plan.rules.length === 0
      ? 'Routes: none of its own; potluck.yaml decides'
      : `Routes: ${many(plan.rules.length, 'rule')}, after those of potluck.yaml with a condition and before its last ones without`,
    explicit.hours
      ? `Hours: ${hoursWords(plan.hours)} were accepted; team.hours in potluck.yaml hold instead`
      : `Hours: ${hoursWords(plan.hours)}, for rules, targets and reminders`,
    `Budget: ${plan.cardsPerHour} cards an hour${above}`,
  ];
}

/** "Mon–Fri 9:00–17:00". */
export function hoursWords({ days, from, to }: PlannedHours): string {
  const runs: number[][] = [];
  // A week begins on Monday, whatever day has number 0.
  for (const day of [...days].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7))) {
    const run = runs.at(-1);
    if (run && ((run.at(-1) ?? 0) + 1) % 7 === day && day !== 1) run.push(day);
    else runs.push([day]);
  }
  const words = runs.map((run) => {
    const [first = 0] = run;
    const last = run.at(-1) ?? first;
    return first === last ? DAYS[first] : `${DAYS[first]}–${DAYS[last]}`;
  });
  return `${words.join(', ')} ${from}:00–${to}:00`;
}

/** The busiest slots, most first: "17–18 h (12 %), …". */
function peaks(counts: readonly number[], name: (slot: number) => string, most: number): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const busy = counts
    .map((count, slot) => ({ count, slot }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.slot - b.slot)
    .slice(0, most);
  return (
    busy.map(({ count, slot }) => `${name(slot)} (${percent(count, total)})`).join(', ') || 'nothing yet'
  );
}

function hourWords(hour: number): string {
  return `${hour}–${hour + 1} h`;
}

function percent(part: number, all: number): string {
  return `${all === 0 ? 0 : Math.round((part / all) * 100)} %`;
}

/** A value as people write it in YAML, in one line. */
export function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${yamlOf(one)}`)
      .join(', ')} }`;
  // What looks like anything else (true, null, 12, web:product) stands in quotes, as JSON is YAML, too.
  const plain =
    typeof value === 'string' &&
    /^[a-z]+(-[a-z]+)*$/.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/.test(value);
  return plain ? value : JSON.stringify(value);
}
