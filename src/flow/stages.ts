import type { Answer, Done } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import type { Actor, Person } from '../domain/item.ts';
import { workingOf } from '../domain/plan.ts';
import { type Place, placeOf, ruleList } from '../domain/routing.ts';
import type { RuleContext } from '../domain/routing-fits.ts';
import type { Rule } from '../domain/routing-rule.ts';
import { STAGES, type Stage, shares } from '../domain/stage.ts';
import { isWorking, type WorkingTime } from '../domain/working-time.ts';
import type { Queries, Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import { engage, type Moved, silence } from './engage.ts';
import type { Policy } from './policy.ts';
import { createRouter, type Router } from './routes.ts';
import { type Accepted, acceptedPlans, readStage, saveStage } from './stage-store.ts';

/** What another process changed is seen within this time. */
const FRESH_MS = 2_000;
const DAY_MS = 86_400_000;
/** Over which the share of each source is counted. */
const SHARE_MS = 28 * DAY_MS;

/** A source as far as its stage goes. */
export interface StagedSource {
  readonly name: string;
  /** "Bluesky". */
  readonly label: string;
  /** Where it begins: what potluck.yaml says. */
  readonly stage: Stage;
  /** How old an unanswered post may be that comes before the team when the source is engaged, in milliseconds. */
  readonly engageWithinMs: number;
}

export interface StagesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly sources: readonly StagedSource[];
  /** Those of potluck.yaml. */
  readonly rules: readonly Rule[];
  readonly defaults: readonly Place[];
  /** `working` is null where the team does not say when it works: then the hours of accepted plans hold. */
  readonly context: Omit<RuleContext, 'working'> & { readonly working: ((at: number) => boolean) | null };
  /** Our own names, folded: they tell no complaint from another. */
  readonly own: ReadonlySet<string>;
  readonly changed: (itemIds: readonly number[]) => void;
  /** Something is to be proposed: called after a source came to `plan`. */
  readonly planned: (source: string) => Promise<void>;
}

/** How far the team is with each source, and the rules that follow from it. */
export interface Stages {
  of(queries: Pick<Queries, 'setting'>, source: string): Promise<Stage>;
  /** The rules as they stand: those of potluck.yaml and those that managers accepted, at most two seconds old. */
  router(): Promise<Router>;
  /** What managers accepted, by source. */
  accepted(): Promise<readonly Accepted[]>;
  source(name: string): StagedSource | null;
  /** The rules as last read. */
  routerNow(): Router;
  /** The hours of the sources with an accepted plan, as last read: always the same map. */
  readonly hours: ReadonlyMap<string, WorkingTime>;
  /**
   * Cards an hour for a channel that potluck.yaml says nothing of, as last read: what managers accepted for the sources that
   * lead to it, and at least the usual number while there are sources without a plan.
   */
  budget(place: Place, usual: number): number;
  /** Reads what managers accepted, in this process or another. */
  refresh(): Promise<void>;
  /** Changes the stage and what follows for the items that are there. `also` happens in the same transaction. */
  change(
    source: StagedSource,
    stage: Stage,
    by: Person,
    also?: (queries: Queries) => Promise<string | null>,
  ): Promise<Answer>;
  readonly part: DeskPart;
}

export function createStages(deps: StagesDeps): Stages {
  const { store, clock } = deps;
  const byName = new Map(deps.sources.map((source) => [source.name, source]));
  let known: { readonly at: number; readonly plans: Promise<readonly Accepted[]> } | null = null;
  let latest: readonly Accepted[] = [];
  const hours = new Map<string, WorkingTime>();

  async function of(queries: Pick<Queries, 'setting'>, name: string): Promise<Stage> {
    const source = byName.get(name);
    // What is no configured source (a chat, say) has no stages.
    if (!source) return 'engage';
    return (await readStage(queries, name))?.stage ?? source.stage;
  }

  const readAll = (queries: Pick<Queries, 'setting'>): Promise<readonly Accepted[]> =>
    acceptedPlans(
      queries,
      deps.sources.map(({ name }) => name),
    );

  function accepted(): Promise<readonly Accepted[]> {
    const now = clock.now();
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.plans;
    const plans = readAll(store);
    known = { at: now, plans };
    plans.then(
      (all) => {
        if (known?.plans === plans) take(all);
      },
      // A failure is not remembered: the next one asks again.
      () => {
        if (known?.plans === plans) known = null;
      },
    );
    return plans;
  }

  const routerFor = (plans: readonly Accepted[]): Router => planRouter(deps, plans);

  function take(plans: readonly Accepted[]): void {
    latest = plans;
    const next = plannedHours(plans, deps.context.zone);
    // The same object as before where nothing changed: what was reckoned for it stays good.
    for (const name of [...hours.keys()]) if (!next.has(name)) hours.delete(name);
    for (const [name, working] of next)
      if (JSON.stringify(hours.get(name)?.week) !== JSON.stringify(working.week)) hours.set(name, working);
  }

  function budget(place: Place, usual: number): number {
    const leading = latest.filter(({ rules }) =>
      placesLed(rules, deps.defaults).some(
        ({ chat, channel }) => chat === place.chat && channel === place.channel,
      ),
    );
    const planned = leading.reduce((sum, { cardsPerHour }) => sum + cardsPerHour, 0);
    if (leading.length === 0) return usual;
    // What has no plan may lead here, too, and had the usual budget until now.
    return latest.length < deps.sources.length ? Math.max(usual, planned) : planned;
  }

  const change: Stages['change'] = async (source, stage, by, also) => {
    let moved: Moved = { changed: [], left: 0 };
    // The lock of deliveries: no post slips between the old stage and the new one.
    const answer = await store.transaction(`source:${source.name}`, async (queries): Promise<Answer> => {
      const now = clock.now();
      const before = await of(queries, source.name);
      const refused = (await also?.(queries)) ?? null;
      if (refused !== null) return { ok: false, text: refused };
      if (before === stage)
        return { ok: false, text: `${source.label} (${source.name}) is in stage “${stage}” already.` };
      await saveStage(queries, source.name, stage, now, by);
      if (stage === 'engage') {
        const router = routerFor(await readAll(queries));
        moved = await engage(queries, source.name, now, source.engageWithinMs, router, deps.own);
      } else if (before === 'engage') moved = await silence(queries, source.name, now, stage);
      return { ok: true, text: changeWords(source, stage, moved) };
    });
    known = null;
    // What follows from a plan holds before the cards that follow from it are shown.
    await accepted();
    if (moved.changed.length > 0) deps.changed(moved.changed);
    return answer;
  };

  async function overview(): Promise<Answer> {
    const now = clock.now();
    const volumes = shares(await store.volumes(now - SHARE_MS, now + 1));
    const lines = await Promise.all(
      deps.sources.map(async ({ name, label }) => {
        const part = volumes.find(({ source }) => source === name);
        const volume = part ? `${Math.round(part.share * 100)} % of what customers wrote` : 'nothing yet';
        return { text: `${label} (${name}): ${await of(store, name)} · ${volume}` };
      }),
    );
    const notice = {
      title: 'How far we are with each source',
      tone: 'grey' as const,
      blocks: [
        { type: 'list' as const, lines },
        { type: 'small' as const, text: 'Shares are of the posts of the last four weeks.' },
      ],
      buttons: [],
      mention: [],
    };
    return { ok: true, text: notice.title, notice };
  }

  async function asked(options: Readonly<Record<string, string>>, actor: Actor): Promise<Answer> {
    const name = options.source?.trim() ?? '';
    if (name === '') return overview();
    const source = byName.get(name);
    if (!source) return unknownSource(name, deps.sources);
    const wanted = options.stage?.trim() ?? '';
    if (wanted === '') {
      const set = await readStage(store, name);
      const who = set ? `, set by ${set.by.name}` : ', by potluck.yaml';
      return { ok: true, text: `${source.label} (${name}) is in stage “${await of(store, name)}”${who}.` };
    }
    const stage = STAGES.find((one) => one === wanted);
    if (!stage) return { ok: false, text: `“${wanted}” is no stage: listen, plan or engage.` };
    const may = mayChange(deps.policy, actor);
    if (!may.ok) return may;
    const answer = await change(source, stage, actor);
    if (answer.ok && stage === 'plan') await deps.planned(name);
    return answer;
  }

  return {
    of,
    accepted,
    change,
    router: async () => routerFor(await accepted()),
    source: (name) => byName.get(name) ?? null,
    routerNow: () => routerFor(latest),
    hours,
    budget,
    async refresh() {
      known = null;
      await accepted();
    },
    part: { commands: { stage: (options, { actor }) => asked(options, actor) } },
  };
}

/** Whether somebody may change settings, in the role that their chat or the policy gave them. */
export function mayChange(policy: Policy, { role, ...person }: Actor): Done {
  return policy.may({ ...person, role: role === 'manager' ? 'manager' : 'responder' }, 'settings');
}

/** The hours of the sources that have an accepted plan. */
export function plannedHours(plans: readonly Accepted[], zone: string): ReadonlyMap<string, WorkingTime> {
  return new Map(plans.map((plan) => [plan.source, workingOf(plan.hours, zone)]));
}

/** The rules of potluck.yaml and of accepted plans, whose hours hold where the team says none. */
export function planRouter(
  { rules, defaults, context }: Pick<StagesDeps, 'rules' | 'defaults' | 'context'>,
  plans: readonly Accepted[],
): Router {
  const { zone, working } = context;
  const hours = plannedHours(plans, zone);
  const planned = (at: number, source: string): boolean => isWorking(hours.get(source) ?? null, at);
  return createRouter(ruleList(rules, plans), defaults, { ...context, working: working ?? planned });
}

/** Where rules bring cards; where they name no channel, the default ones get them. */
export function placesLed(rules: readonly Rule[], defaults: readonly Place[]): readonly Place[] {
  const named = rules.flatMap(({ to }) => (to ?? []).map(placeOf));
  return named.length > 0 ? named : defaults;
}

export function unknownSource(name: string, sources: readonly StagedSource[]): Answer {
  const names = sources.map((source) => source.name).join(', ');
  return { ok: false, text: `“${name.slice(0, 60)}” is none of your sources: ${names}.` };
}

function changeWords({ label, name, engageWithinMs }: StagedSource, stage: Stage, moved: Moved): string {
  const here = `${label} (${name})`;
  switch (stage) {
    case 'listen':
      return `Potluck only listens to ${here} now: everything is counted for the digest, and nobody is told.`;
    case 'plan':
      return `Potluck listens to ${here} and proposes how to go on in the team’s channels.`;
    case 'engage': {
      const hours = Math.round(engageWithinMs / 3_600_000);
      const got = `${moved.changed.length} unanswered of the last ${hours} hours come before the team, the most urgent first`;
      const left = moved.left === 0 ? '' : `; what is older stays in the quiet list: ${moved.left}`;
      return `${here} is engaged: ${got}${left}.`;
    }
  }
}
