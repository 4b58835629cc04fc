import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { type Actor, wasFiltered } from '../domain/item.ts';
import type { Notice } from '../domain/notice.ts';
import { HEARD_MS, type Heard, makePlan, type Plan } from '../domain/plan.ts';
import { type Explicit, holdingLines, planNotice } from '../domain/plan-notice.ts';
import type { Place } from '../domain/routing.ts';
import { languageOf } from '../domain/routing-fits.ts';
import type { Rule } from '../domain/routing-rule.ts';
import { messageOf } from '../errors.ts';
import type { Queries, Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import type { Leases } from './leases.ts';
import type { Notices } from './notices.ts';
import type { Policy } from './policy.ts';
import {
  type Accepted,
  forgetAccepted,
  type Proposal,
  readAccepted,
  readProposal,
  readStage,
  saveAccepted,
  saveProposal,
} from './stage-store.ts';
import { mayChange, placesLed, type StagedSource, type Stages, unknownSource } from './stages.ts';

/** “Not yet” is asked again after this time. */
const ASK_AGAIN_MS = 7 * 86_400_000;
/** Posts and items that are looked at: more say the same. */
const MAX_HEARD = 10_000;

export interface PlansDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly stages: Pick<Stages, 'of' | 'change' | 'source' | 'refresh'>;
  readonly sources: readonly StagedSource[];
  readonly notices: Notices;
  /** What potluck.yaml says by itself, and where it leads what no rule names a channel for. */
  readonly explicit: Explicit;
  readonly defaults: readonly Place[];
  /** Where proposals go. */
  readonly places: readonly Place[];
  readonly rules: readonly Rule[];
  readonly zone: string;
  readonly leases: Pick<Leases, 'hold'>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Proposes how to go on with sources in stage `plan`. */
export interface Plans {
  /** Tells proposals that are due. May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
  /** Proposes now, if nothing is proposed already. */
  propose(source: string): Promise<void>;
  readonly part: DeskPart;
}

export function createPlans(deps: PlansDeps): Plans {
  const { store, clock, stages } = deps;

  async function propose(name: string): Promise<void> {
    const source = stages.source(name);
    if (!source || (await stages.of(store, name)) !== 'plan') return;
    const waiting = await standing(store, name);
    if (waiting) return waiting.open ? tell(source, waiting) : undefined;
    const plan = await planOf(deps, name);
    const proposal = await store.transaction(`source:${name}`, async (queries) => {
      // Another process was quicker, or somebody changed the stage.
      if ((await stages.of(queries, name)) !== 'plan' || (await standing(queries, name))) return null;
      const round = ((await readProposal(queries, name))?.round ?? 0) + 1;
      const next: Proposal = { round, open: true, askAgainAt: 0, outcome: null, plan };
      await saveProposal(queries, name, next);
      return next;
    });
    if (proposal) await tell(source, proposal);
  }

  /**
   * The proposal that holds: open, or put off to a time to come; null when it is time for one. One of an earlier turn in
   * this stage does not hold. An open one is told by every tick: once under its key, and not lost by a crash in between.
   */
  async function standing(queries: Pick<Queries, 'setting'>, name: string): Promise<Proposal | null> {
    const [proposal, set] = [await readProposal(queries, name), await readStage(queries, name)];
    if (!proposal || proposal.plan.to < (set?.at ?? 0)) return null;
    return proposal.open || proposal.askAgainAt > clock.now() ? proposal : null;
  }

  async function tell(source: StagedSource, proposal: Proposal, accepted?: Accepted | null): Promise<void> {
    const key = `plan/${source.name}/${proposal.round}`;
    await deps.notices.tell(key, deps.places, noticeOf(source, proposal, accepted));
  }

  function noticeOf(
    { label, name }: StagedSource,
    { plan, round, outcome }: Proposal,
    accepted?: Accepted | null,
  ): Notice {
    const undo = accepted ? `plan:undo:${name}:${accepted.at}` : null;
    return planNotice(plan, `${label} (${name})`, deps.zone, round, outcome, undo);
  }

  /** What holds of an accepted plan, in words. */
  function held(accepted: Accepted): string {
    const places = placesLed(accepted.rules, deps.defaults);
    const lines = holdingLines(accepted, places, deps.explicit);
    return [`Accepted by ${accepted.by.name}.`, ...lines.map((line) => `${line}.`)].join(' ');
  }

  /** Closes the proposal that a button was pressed on; null when that is not the open one. */
  async function close(
    queries: Queries,
    name: string,
    round: number,
    change: Pick<Proposal, 'askAgainAt' | 'outcome'>,
  ): Promise<Proposal | null> {
    const before = await readProposal(queries, name);
    if (!before?.open || before.round !== round) return null;
    const closed = { ...before, ...change, open: false };
    await saveProposal(queries, name, closed);
    return closed;
  }

  async function accept(source: StagedSource, round: number, actor: Actor): Promise<Answer> {
    let closed: Proposal | null = null;
    const outcome = `Accepted by ${actor.name}.`;
    const answer = await stages.change(source, 'engage', actor, async (queries) => {
      if ((await stages.of(queries, source.name)) !== 'plan') return GONE;
      closed = await close(queries, source.name, round, { askAgainAt: 0, outcome });
      if (!closed) return GONE;
      await saveAccepted(queries, closed.plan, clock.now(), actor);
      return null;
    });
    if (!answer.ok || !closed) return answer;
    const accepted = await readAccepted(store, source.name);
    await tell(source, closed, accepted);
    return accepted ? { ...answer, text: `${answer.text} ${held(accepted)}` } : answer;
  }

  /** Takes back what was accepted at an instant: what has a card keeps it, and the stage stays as it is. */
  async function undo(source: StagedSource, at: number, actor: Actor): Promise<Answer> {
    const proposal = await store.transaction(`source:${source.name}`, async (queries) => {
      const [accepted, last] = [
        await readAccepted(queries, source.name),
        await readProposal(queries, source.name),
      ];
      if (accepted?.at !== at) return null;
      await forgetAccepted(queries, source.name);
      // A newer proposal has an outcome of its own.
      if (!last || last.open || last.outcome === null) return { told: null };
      const told: Proposal = { ...last, outcome: `${last.outcome} Taken back by ${actor.name}.` };
      await saveProposal(queries, source.name, told);
      return { told };
    });
    if (!proposal) return { ok: false, text: 'That plan does not hold any more.' };
    await stages.refresh();
    if (proposal.told) await tell(source, proposal.told);
    const stage = await stages.of(store, source.name);
    return {
      ok: true,
      text: `The plan for ${source.label} (${source.name}) is taken back: potluck.yaml alone holds. What has a card keeps it, and the stage stays “${stage}”; in stage “plan” Potluck proposes anew.`,
    };
  }

  async function later(source: StagedSource, round: number, actor: Actor): Promise<Answer> {
    const askAgainAt = clock.now() + ASK_AGAIN_MS;
    const outcome = `Not yet, said ${actor.name}. Potluck asks again in a week, with what it heard until then.`;
    const closed = await store.transaction(`source:${source.name}`, (queries) =>
      close(queries, source.name, round, { askAgainAt, outcome }),
    );
    if (!closed) return { ok: false, text: GONE };
    await tell(source, closed);
    return { ok: true, text: outcome };
  }

  async function pressed(rest: string, actor: Actor): Promise<Answer> {
    const [what = '', name = '', round = ''] = rest.split(':');
    const source = stages.source(name);
    if (!source) return unknownSource(name, deps.sources);
    const may = mayChange(deps.policy, actor);
    if (!may.ok) return may;
    if (what === 'accept') return accept(source, Number(round), actor);
    if (what === 'undo') return undo(source, Number(round), actor);
    if (what === 'later') return later(source, Number(round), actor);
    return { ok: false, text: GONE };
  }

  async function shown(name: string): Promise<Answer> {
    const source = stages.source(name);
    if (!source) return unknownSource(name, deps.sources);
    const [stage, proposal, accepted] = await Promise.all([
      stages.of(store, name),
      readProposal(store, name),
      readAccepted(store, name),
    ]);
    const words = accepted
      ? held(accepted)
      : `Nothing is accepted for ${source.label} yet; potluck.yaml alone holds.`;
    const open = stage === 'plan' && proposal?.open ? proposal : null;
    const told = open ?? {
      round: 0,
      open: false,
      askAgainAt: 0,
      outcome: words,
      plan: await planOf(deps, name),
    };
    return { ok: true, text: words, notice: noticeOf(source, told, accepted) };
  }

  return {
    propose,
    async tick() {
      if (!(await deps.leases.hold('plans'))) return;
      for (const { name } of deps.sources) {
        try {
          await propose(name);
        } catch (error) {
          // One source that cannot be planned now does not keep the others waiting.
          deps.log.warn({ source: name, error: messageOf(error) }, 'a plan could not be proposed');
        }
      }
    },
    part: {
      commands: { plan: ({ source = '' }) => shown(source.trim()) },
      presses: { plan: (rest, { actor }) => pressed(rest, actor) },
    },
  };
}

const GONE = 'This proposal is not open any more.';

/** The plan that follows from what the ledger holds of a source now. */
async function planOf(deps: PlansDeps, source: string): Promise<Plan> {
  const { store, clock, rules, zone, places } = deps;
  const to = clock.now();
  const { answers } = await store.window(to - HEARD_MS, to + 1);
  const people = new Set(answers.map(({ by }) => by)).size;
  return makePlan(await heardOf(store, source, to), { zone, rules, places, people });
}

async function heardOf(store: Store, source: string, to: number): Promise<Heard> {
  const posts = (await store.recentPosts({ source, limit: MAX_HEARD })).filter(({ ours }) => !ours);
  const begun = new Map<string, number>();
  // Newest first: what is set last is the earliest.
  for (const { conversationId, createdAt } of posts) begun.set(conversationId, createdAt);
  const items = await store.items({ source, order: 'recent', limit: MAX_HEARD });
  return {
    source,
    to,
    posts: posts.map((post) => ({
      at: post.createdAt,
      language: languageOf(post).split(/[-_]/)[0] ?? '',
      author: post.author.id,
    })),
    items: items.flatMap((item) => {
      const at = begun.get(item.conversationId);
      if (at === undefined || item.origin !== 'conversation') return [];
      return [{ at, kinds: item.kinds, due: item.answerDue, filtered: wasFiltered(item) }];
    }),
  };
}
