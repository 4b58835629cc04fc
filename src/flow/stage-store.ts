import { z } from 'zod';
import type { Person } from '../domain/item.ts';
import type { Plan, PlannedHours } from '../domain/plan.ts';
import type { AcceptedRules } from '../domain/routing.ts';
import { ruleSchema } from '../domain/routing-rule.ts';
import { type Stage, stageSchema } from '../domain/stage.ts';
import type { Queries } from '../store/store.ts';

/** What the database keeps of a source's stage. All of it is written by Potluck itself; what cannot be read counts as absent. */
type Kept = Pick<Queries, 'setting' | 'saveSetting'>;

const personSchema = z.object({ id: z.string(), name: z.string() });

/** The stage as somebody set it while the bot runs. */
const setSchema = z.object({ stage: stageSchema, at: z.number(), by: personSchema });
export type StageSet = z.output<typeof setSchema>;

/** The latest proposal. `askAgainAt` is set once somebody said “not yet”. */
const proposalSchema = z.object({
  round: z.number().int(),
  /** Told so that it is not told again: false between “not yet” and the next one. */
  open: z.boolean(),
  askAgainAt: z.number(),
  outcome: z.string().nullable(),
  plan: z.custom<Plan>((value) => typeof value === 'object' && value !== null),
});
export type Proposal = z.output<typeof proposalSchema>;

const acceptedSchema = z.object({
  at: z.number(),
  by: personSchema,
  rules: z.array(z.unknown()),
  hours: z.custom<PlannedHours>((value) => typeof value === 'object' && value !== null),
  cardsPerHour: z.number(),
});

/** What a manager accepted of a plan: it holds together with potluck.yaml. */
export interface Accepted extends AcceptedRules {
  readonly at: number;
  readonly by: Person;
  readonly hours: PlannedHours;
  readonly cardsPerHour: number;
  /** Rules of it that this version does not understand. */
  readonly lost: number;
}

async function read<Value>(
  queries: Pick<Queries, 'setting'>,
  name: string,
  schema: z.ZodType<Value>,
): Promise<Value | null> {
  const text = await queries.setting(name);
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** The stage that somebody set; null while potluck.yaml decides. */
export function readStage(queries: Pick<Queries, 'setting'>, source: string): Promise<StageSet | null> {
  return read(queries, `stage/${source}`, setSchema);
}

export async function saveStage(
  queries: Kept,
  source: string,
  stage: Stage,
  at: number,
  by: Person,
): Promise<void> {
  const value: StageSet = { stage, at, by: { id: by.id, name: by.name } };
  await queries.saveSetting(`stage/${source}`, JSON.stringify(value));
}

export function readProposal(queries: Pick<Queries, 'setting'>, source: string): Promise<Proposal | null> {
  return read(queries, `plan/${source}`, proposalSchema);
}

export async function saveProposal(queries: Kept, source: string, proposal: Proposal): Promise<void> {
  await queries.saveSetting(`plan/${source}`, JSON.stringify(proposal));
}

/** Rules that a later version no longer understands are left out. */
export async function readAccepted(
  queries: Pick<Queries, 'setting'>,
  source: string,
): Promise<Accepted | null> {
  const kept = await read(queries, `accepted/${source}`, acceptedSchema);
  if (!kept) return null;
  const rules = kept.rules.flatMap((rule) => {
    const parsed = ruleSchema.safeParse(rule);
    return parsed.success ? [parsed.data] : [];
  });
  return { ...kept, source, rules, lost: kept.rules.length - rules.length };
}

/** What holds beside potluck.yaml, in the order of the sources. */
export async function acceptedPlans(
  queries: Pick<Queries, 'setting'>,
  sources: readonly string[],
): Promise<readonly Accepted[]> {
  const all = await Promise.all(sources.map((name) => readAccepted(queries, name)));
  return all.filter((plan) => plan !== null);
}

/** Takes back what was accepted. */
export async function forgetAccepted(queries: Kept, source: string): Promise<void> {
  await queries.saveSetting(`accepted/${source}`, 'null');
}

export async function saveAccepted(queries: Kept, plan: Plan, at: number, by: Person): Promise<void> {
  const { source, rules, hours, cardsPerHour } = plan;
  const value = { at, by: { id: by.id, name: by.name }, rules, hours, cardsPerHour };
  await queries.saveSetting(`accepted/${source}`, JSON.stringify(value));
}
