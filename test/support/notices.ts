import type { Answer } from '../../src/chat/chat.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { DEFAULT_PERMISSIONS } from '../../src/domain/permission.ts';
import { DEFAULT_TARGETS, serviceSchema } from '../../src/domain/service.ts';
import type { WorkingTime } from '../../src/domain/working-time.ts';
import { attentionDesk, createAttention } from '../../src/flow/attention.ts';
import type { DeskPart } from '../../src/flow/desk.ts';
import { createIncidents, incidentDesk } from '../../src/flow/incidents.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { createPersonDesk } from '../../src/flow/person-desk.ts';
import { createPlans } from '../../src/flow/plans.ts';
import { createPolicy } from '../../src/flow/policy.ts';
import { createPrivacyDesk } from '../../src/flow/privacy-desk.ts';
import { createStages, type Stages } from '../../src/flow/stages.ts';
import { createThanks } from '../../src/flow/thanks.ts';
import { findsPattern } from '../../src/patterns.ts';
import type { Source } from '../../src/sources/source.ts';
import { openStore } from '../../src/store/open.ts';
import { testClock } from './clock.ts';
import { type Flow, flow, HOUR, MINUTE, theirs } from './flow.ts';
import { scriptedSource } from './flow-source.ts';
import { ana, mia } from './items.ts';

/** What people of the team and outside are called and write, in everything that is said. */
export interface Wording {
  /** Of customers; each gets a number of their own. */
  readonly author: string;
  /** Added to what they write. */
  readonly words: string;
  /** Of those on call. */
  readonly colleague: string;
  /** The id of whoever is on call first. */
  readonly onCall: string;
}

export const FRIENDLY: Wording = {
  author: 'Mira',
  words: 'after two weeks',
  colleague: 'Ben',
  onCall: 'web:ben',
};

/** A team with everything that tells something, and what it was told. */
export interface TalkingTeam extends Flow {
  /** What was told to its one channel, `team` of the web room, oldest first. */
  readonly spoken: readonly Notice[];
  /** What somebody is answered who asks for something. */
  ask(command: string, options?: Readonly<Record<string, string>>): Promise<Answer>;
}

const TEAM = [{ chat: 'web', channel: 'team' }];
const OFFICE: WorkingTime = {
  zone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: new Set(),
};
const LIDS = [
  'my lid cracked',
  'the lid cracked in its first week',
  'lid cracked again, cheap glass',
  'cracked lid, glass everywhere',
  'same here: the lid cracked',
];

/**
 * A weekend and two days of a team, as the flow itself tells it: hand-over, urgent call, incident, roll-up, proposal of a
 * plan, morning summary, reminders up to the managers.
 *
 * @param draw draws the chart of a digest; default no picture at all
 */
export async function talkingTeam(
  { author, words, colleague, onCall }: Wording = FRIENDLY,
  draw: (svg: string) => Promise<Uint8Array> = () => Promise.reject(new Error('no pictures here')),
): Promise<TalkingTeam> {
  // Friday evening in Berlin.
  const clock = testClock(Date.UTC(2026, 4, 29, 18));
  const store = await openStore('file::memory:', { clock });
  const kept = createNotices({ store, clock, nudge: () => {} });
  const rotation = (name: string, id: string) => ({
    from: 'rotation' as const,
    rotation: {
      people: [{ id, name, ids: [id], email: null }],
      zone: 'Europe/Berlin',
      start: '2026-01-05',
      days: 7,
      minutes: 540,
    },
  });
  const policy = createPolicy({
    managers: [mia],
    permissions: DEFAULT_PERMISSIONS,
    approval: null,
    blocked: [],
  });
  const changed: number[] = [];
  const tell = (ids: readonly number[]): void => void changed.push(...ids);
  const sources: readonly Source[] = [
    { ...scriptedSource({ name: 'blog' }), label: 'Blog' },
    { ...scriptedSource({ name: 'forum' }), label: 'Forum' },
  ];
  const labelOf = (name: string): string => sources.find((each) => each.name === name)?.label ?? name;
  const staged = [
    { name: 'blog', label: 'Blog', stage: 'engage' as const, engageWithinMs: 24 * HOUR },
    { name: 'forum', label: 'Forum', stage: 'plan' as const, engageWithinMs: 24 * HOUR },
  ];
  const log = { warn: () => {} };
  const leases = { hold: async () => true };
  const stages: Stages = createStages({
    store,
    clock,
    policy,
    sources: staged,
    rules: [],
    defaults: TEAM,
    own: new Set(['potluck']),
    context: { finds: findsPattern, zone: 'Europe/Berlin', working: null },
    changed: tell,
    planned: (source) => plans.propose(source),
  });
  const plans = createPlans({
    store,
    clock,
    policy,
    stages,
    sources: staged,
    explicit: { hours: false, budget: () => false },
    defaults: TEAM,
    notices: kept,
    places: TEAM,
    rules: [],
    zone: 'Europe/Berlin',
    leases,
    log,
  });
  const incidents = createIncidents({ store, clock, notices: kept, own: new Set(['potluck']), labelOf });
  const attention = createAttention({
    chat: 'web',
    store,
    clock,
    notices: kept,
    budget: () => 5,
    labelOf,
    names: [],
  });
  const desk: DeskPart[] = [];
  const world = await flow({
    clock,
    store,
    sources,
    zone: 'Europe/Berlin',
    router: stages.router,
    stageOf: stages.of,
    desk,
    digests: { draw, zone: 'Europe/Berlin' },
    duty: {
      zone: 'Europe/Berlin',
      places: TEAM,
      plan: {
        mention: 'urgent',
        layers: [
          { name: 'first', roster: rotation(colleague, onCall), hours: null },
          { name: 'second', roster: rotation(`${colleague} II`, 'web:cleo'), hours: null },
        ],
      },
      service: { targets: DEFAULT_TARGETS, working: OFFICE },
      steps: serviceSchema.parse({}),
    },
  });
  const people = {
    store,
    clock,
    sources: world.sources,
    zone: 'Europe/Berlin',
    view: world.view,
    changed: tell,
    newId: () => `id-${clock.now()}-${changed.length}`,
  };
  desk.push(
    createPersonDesk(people),
    createPrivacyDesk(people),
    createThanks({ ...people, notices: kept, places: TEAM }),
    stages.part,
    plans.part,
    attentionDesk({ store, view: world.view, channels: () => ['team'] }),
    incidentDesk({ store, view: world.view, act: world.act, incidents, changed: tell }),
  );

  const says = (source: string, id: string, text: string, ago = 0) =>
    theirs(id, 0, {
      source,
      conversationId: id,
      text: `${text} ${words}`,
      createdAt: clock.now() - ago,
      url: `https://${source}.example/${id}`,
      author: { id, name: `${author} ${id}`, handle: `${author}-${id}`, url: null, avatarUrl: null },
    });
  await world.ingest(LIDS.map((lid, at) => says('blog', `l${at}`, `complaint ${lid}`, (9 - at) * MINUTE)));
  await world.ingest([says('blog', 'hot', 'complaint p=95: it burns!')]);
  for (let at = 0; at < 4; at++)
    await world.ingest([says('blog', `q${at}`, `question ${at}: does it fit?`, at * MINUTE)]);
  for (let at = 0; at < 12; at++)
    await world.ingest([says('forum', `f${at}`, 'question: where?', at * HOUR)]);
  await world.duty.watch();
  await incidents.level();
  await attention.level('team', clock.now());
  await plans.tick();
  // Monday, nine in the morning: somebody takes one and forgets it.
  await clock.advance(Date.UTC(2026, 5, 1, 7) - clock.now());
  await world.duty.serve();
  await world.does(ana, (await world.item('q0')).id, { type: 'claim' });
  while (clock.now() < Date.UTC(2026, 5, 2, 14)) {
    await clock.advance(2 * HOUR);
    for (let step = 0; step < 2; step++) await world.duty.serve();
  }
  const spoken = (await store.newestNotices('web', 100)).map(({ notice }) => notice).reverse();
  const asked = { actor: { id: mia.id, name: mia.name, surface: mia.surface }, channel: 'team', tz: null };
  return {
    ...world,
    spoken,
    ask: (command, options = {}) => world.handlers('web', ['team']).run(command, options, asked),
  };
}
