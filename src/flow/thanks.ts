import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { addDays, type Day, dayIn, minutesIn, weekdayOf } from '../domain/calendar.ts';
import type { Notice } from '../domain/notice.ts';
import type { Place } from '../domain/routing.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import { type Advocate, listAdvocates } from './advocates.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import type { Notices } from './notices.ts';

const LISTED = 20;
/** Proposals of one week: thanks in a row sound like a campaign. */
const A_WEEK = 2;
/** Nobody is thanked twice a season. */
const AGAIN_MS = 90 * 24 * 60 * 60_000;
/** On weekdays between these minutes of the team's day. */
const FROM = 9 * 60;
const UNTIL = 16 * 60;

export interface ThanksDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sources: ReadonlyMap<string, Source>;
  readonly notices: Notices;
  readonly places: readonly Place[];
  /** The team's time zone. */
  readonly zone: string;
}

/** The list of advocates, and thanks that the team may say: proposed, never sent. */
export interface ThanksDesk extends DeskPart {
  /** Proposes thanks when it is time. May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
}

export function createThanks(deps: ThanksDeps): ThanksDesk {
  const { store, clock } = deps;

  async function list(): Promise<Answer> {
    const all = await listAdvocates(deps, clock, LISTED);
    if (all.length === 0)
      return {
        ok: true,
        text: 'Nobody yet. Who praises us repeatedly, answers what others ask, or passes our links on will be here.',
      };
    const lines = all.map((each) => ({ text: advocateLine(each), url: each.url }));
    const notice: Notice = {
      title: 'Advocates',
      tone: 'grey',
      blocks: [
        { type: 'list', lines },
        {
          type: 'small',
          text: 'By what they did, once a conversation: praise and shared links count one, answers to others two, and half of it after 90 days.',
        },
      ],
      buttons: [],
      mention: [],
    };
    return { ok: true, text: 'Advocates', notice };
  }

  async function tick(): Promise<void> {
    const now = clock.now();
    const today = dayIn(now, deps.zone);
    const minutes = minutesIn(now, deps.zone);
    const weekday = weekdayOf(today);
    if (weekday === 0 || weekday === 6 || minutes < FROM || minutes >= UNTIL) return;
    const next = (await listAdvocates(deps, clock, LISTED)).find(
      ({ acquaintance, lastAt }) =>
        !acquaintance?.noContact &&
        (!acquaintance?.thanks ||
          (now - acquaintance.thanks.at > AGAIN_MS && lastAt > acquaintance.thanks.at)),
    );
    const [author] = next?.authors ?? [];
    if (!next || !author || !(await store.claimSlot('thanks', today, now))) return;
    const monday = addDays(today, 1 - weekday);
    for (let nth = 1; nth <= A_WEEK; nth++) {
      if (!(await store.claimSlot('thanks', `${monday}/${nth}`, now))) continue;
      const id = await store.acquaint(author);
      await store.saveThanks(id, { at: now, by: null });
      return deps.notices.tell(keyOf(id, today), deps.places, proposal(next, id, today));
    }
  }

  async function press(rest: string, { actor }: DeskAsked): Promise<Answer> {
    const match = /^(take|later):(\d{1,15}):(\d{4}-\d{2}-\d{2})$/.exec(rest);
    const [, what, number, day = ''] = match ?? [];
    if (!match) return { ok: false, text: 'This button is of another version of Potluck.' };
    const id = Number(number);
    const outcome = await store.transaction(`thanks:${id}`, async (queries) => {
      const there = await queries.acquaintance(id);
      if (!there) return { text: 'That person is no longer stored.' };
      if (there.noContact) return { text: 'They do not want to hear from us.' };
      if (there.thanks?.by) return { text: `${there.thanks.by} took that already.` };
      const by = what === 'take' ? actor.name : 'Nobody for now';
      await queries.saveThanks(id, { at: there.thanks?.at ?? clock.now(), by });
      return { by };
    });
    if ('text' in outcome) return { ok: false, text: outcome.text };
    const said =
      what === 'take'
        ? `${actor.name} says thank you.`
        : `Not now, said ${actor.name}. In some months again.`;
    await deps.notices.tell(keyOf(id, day), deps.places, settled(await proposed(id), said));
    return {
      ok: true,
      text:
        what === 'take'
          ? 'It is yours. Thank them on the network, in your own words.'
          : 'All right, not now.',
    };
  }

  async function proposed(id: number): Promise<Advocate | null> {
    const all = await listAdvocates(deps, clock, LISTED * 5);
    return all.find(({ acquaintance }) => acquaintance?.authors.some((each) => each.id === id)) ?? null;
  }

  return {
    commands: { advocates: list },
    presses: { thanks: press },
    tick,
  };
}

/** Numbers alone: nothing of anybody's name stays in a key. */
function keyOf(id: number, day: Day): string {
  return `thanks/${id}/${day}`;
}

function advocateLine({ called, labels, reasons, acquaintance }: Advocate): string {
  const shy = acquaintance?.noContact ? ' (do not contact)' : '';
  return `${called} on ${labels.join(' and ')} – ${reasons.join(', ')}${shy}`;
}

function proposal(advocate: Advocate, id: number, day: Day): Notice {
  return {
    title: 'Say thank you?',
    tone: 'yellow',
    blocks: [
      { type: 'list', lines: [{ text: advocateLine(advocate), url: advocate.url }] },
      { type: 'small', text: 'A few words of a person, on the network. Nothing is sent by itself.' },
    ],
    buttons: [
      { press: `thanks:take:${id}:${day}`, label: 'Claim', style: 'primary' },
      { press: `thanks:later:${id}:${day}`, label: 'Not now' },
    ],
    mention: [],
  };
}

function settled(advocate: Advocate | null, said: string): Notice {
  const lines = advocate ? [{ text: advocateLine(advocate), url: advocate.url }] : [];
  return {
    title: 'Say thank you',
    tone: 'green',
    blocks: [...(lines.length > 0 ? [{ type: 'list', lines } as const] : []), { type: 'text', text: said }],
    buttons: [],
    mention: [],
  };
}
