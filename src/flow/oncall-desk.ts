import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { momentWords } from '../domain/calendar-words.ts';
import type { Person } from '../domain/item.ts';
import type { NoticeBlock, NoticeButton } from '../domain/notice.ts';
import { holds, names, type OnCallPlan, type Swap } from '../domain/oncall.ts';
import { parseSpan, SPAN_EXAMPLES } from '../domain/span-words.ts';
import type { Store } from '../store/store.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import { takePress, zoneOf } from './oncall.ts';
import type { LayerState, Roster } from './roster.ts';

const DAY_MS = 86_400_000;
/** Where a hand-over is not in sight, a swap that says nothing ends after a week. */
const WEEK_MS = 7 * DAY_MS;
const NINE = 9 * 60;

export interface OnCallDeskDeps {
  readonly store: Pick<Store, 'swaps' | 'addSwap' | 'undoSwap'>;
  readonly clock: Clock;
  /** Null where nobody is on call. */
  readonly duty: { readonly plan: OnCallPlan; readonly roster: Roster } | null;
  readonly zone: string;
  /** Something changed that a hand-over may have to tell. */
  readonly changed: () => Promise<void>;
}

const NOBODY: Answer = {
  ok: true,
  text: 'Nobody is on call: whoever claims an item has it. A rotation is set up under “oncall” in potluck.yaml.',
};

/** What people ask about who is responsible, and change. */
export function createOnCallDesk(deps: OnCallDeskDeps): DeskPart {
  const { store, clock, duty, zone } = deps;
  if (!duty) return { commands: { oncall: async () => NOBODY } };
  const { roster } = duty;

  async function show(): Promise<Answer> {
    const states = await roster.now();
    const blocks = states.flatMap((state): NoticeBlock[] => [
      ...(states.length > 1 ? [{ type: 'heading', text: state.layer.name } as const] : []),
      { type: 'text', text: stateWords(state) },
    ]);
    const first = states.find(({ standing }) => standing && standing.people.length > 0)?.standing;
    const coming = await comingSwaps();
    const lines = coming.map(({ swap, span }) => ({
      text: `${swap.person.name} stands in (${swap.layer}) ${momentWords(span.from, zone)} – ${momentWords(span.to, zone)}, arranged by ${swap.by.name}`,
    }));
    if (lines.length > 0)
      blocks.push({ type: 'heading', text: 'Arranged' }, { type: 'list', lines: lines.slice(0, 10) });
    const buttons: NoticeButton[] = [
      ...(first ? [{ press: takePress(first), label: 'Take over' }] : []),
      ...coming.slice(0, 3).map(({ swap }) => ({
        press: `oncall:undo:${swap.id}`,
        label: `Undo: ${swap.person.name}`.slice(0, 60),
      })),
    ];
    const text = first ? `On call: ${names(first.people)}.` : 'Nobody is on call right now.';
    return {
      ok: true,
      text,
      notice: { title: 'Who is on call', tone: 'grey', blocks, buttons, mention: [] },
    };
  }

  async function comingSwaps(): Promise<readonly { swap: Swap; span: { from: number; to: number } }[]> {
    const now = clock.now();
    return (await store.swaps(now)).flatMap((swap) => {
      const span = holds(swap);
      return span && !swap.undone && span.to > now ? [{ swap, span }] : [];
    });
  }

  function stateWords({ layer, standing, trouble }: LayerState): string {
    if (trouble !== null) return `Nobody can say: ${trouble}`;
    const at = (moment: number): string => momentWords(moment, zoneOf(layer, zone));
    const next = standing.next ? ` Next: ${names(standing.next.people)}, from ${at(standing.next.at)}.` : '';
    if (standing.people.length === 0) return `Nobody right now.${next}`;
    const until = standing.until === null ? '' : ` until ${at(standing.until)} (${zoneOf(layer, zone)})`;
    const swap = standing.swap ? ` Arranged by ${standing.swap.by.name}.` : '';
    return `${names(standing.people)}${until}.${swap}${next}`;
  }

  async function mayChange({ actor }: DeskAsked): Promise<Answer | null> {
    if (actor.role === 'manager' || (await roster.takesPart(actor.id))) return null;
    return {
      ok: false,
      text: 'Only those who take turns, and managers, change who is on call. The list is in potluck.yaml: “oncall”.',
    };
  }

  /** Which layer is meant: the one named first in the words, else the asker's own, else the first. */
  async function layerOf(words: string, asker: Person): Promise<{ state: LayerState; words: string } | null> {
    const states = await roster.now();
    const [first = '', ...rest] = words.trim().split(/\s+/);
    const named = states.find(({ layer }) => layer.name === first.toLowerCase());
    if (named) return { state: named, words: rest.join(' ') };
    const own = states.find(({ standing }) => standing?.people.some(({ ids }) => ids.includes(asker.id)));
    const state = own ?? states[0];
    return state ? { state, words } : null;
  }

  async function arrange(person: Person, words: string, asked: DeskAsked): Promise<Answer> {
    const refused = await mayChange(asked);
    if (refused) return refused;
    const found = await layerOf(words, asked.actor);
    if (!found) return NOBODY;
    const { layer, standing } = found.state;
    const now = clock.now();
    const place = zoneOf(layer, zone);
    const span = parseSpan(found.words, {
      now,
      zone: place,
      handOver: layer.roster.from === 'rotation' ? layer.roster.rotation.minutes : NINE,
      until: standing?.until ?? now + WEEK_MS,
    });
    if (!span)
      return {
        ok: false,
        text: `From when until when? For instance: ${SPAN_EXAMPLES}. Nothing was changed.`,
      };
    const colleague = roster.colleague(person);
    if (span.from === now && standing && standing.people.length === 1 && standing.until !== null) {
      const [has] = standing.people;
      if (has?.id === colleague.id && standing.until >= span.to)
        return { ok: false, text: `${colleague.name} is on call then already.` };
    }
    const by = { id: asked.actor.id, name: asked.actor.name };
    const swap = await store.addSwap({
      layer: layer.name,
      person: { id: person.id, name: colleague.name },
      from: span.from,
      until: span.to,
      by,
      at: now,
    });
    await deps.changed();
    return {
      ok: true,
      text: `${colleague.name} is on call (${layer.name}) from ${span.from === now ? 'now' : momentWords(span.from, place)} until ${momentWords(span.to, place)} (${place}).`,
      notice: {
        title: `${colleague.name} is on call`,
        tone: 'grey',
        blocks: [
          {
            type: 'text',
            text: `${layer.name}, from ${span.from === now ? 'now' : momentWords(span.from, place)} until ${momentWords(span.to, place)} (${place}).`,
          },
        ],
        buttons: [{ press: `oncall:undo:${swap.id}`, label: 'Undo' }],
        mention: [],
      },
    };
  }

  /** A chat tells whom a mention means; a name alone is looked for among those of the plan. */
  async function swapWith(person: Person | null, when: string, asked: DeskAsked): Promise<Answer> {
    if (person) return arrange(person, when, asked);
    const named = roster.named(when);
    return named
      ? arrange(named.person, named.rest, asked)
      : { ok: false, text: 'Who takes it? For instance: oncall swap @somebody today' };
  }

  async function undo(swapId: number | null, asked: DeskAsked): Promise<Answer> {
    const refused = await mayChange(asked);
    if (refused) return refused;
    const coming = await comingSwaps();
    const mine = coming.filter(
      ({ swap }) =>
        asked.actor.role === 'manager' || swap.by.id === asked.actor.id || swap.person.id === asked.actor.id,
    );
    const found =
      swapId === null ? (mine.at(-1) ?? coming.at(-1)) : coming.find(({ swap }) => swap.id === swapId);
    if (!found)
      return { ok: false, text: 'There is nothing to take back: it is over, or was taken back before.' };
    const by = { id: asked.actor.id, name: asked.actor.name };
    if (!(await store.undoSwap(found.swap.id, by, clock.now())))
      return { ok: false, text: 'Somebody else has just taken it back.' };
    await deps.changed();
    return {
      ok: true,
      text: `Taken back: ${found.swap.person.name} no longer stands in (${found.swap.layer}).`,
    };
  }

  async function takeOver(rest: string, asked: DeskAsked): Promise<Answer> {
    const [name = '', since = ''] = rest.split(':');
    const state = (await roster.now()).find(({ layer }) => layer.name === name);
    if (!state?.standing || String(state.standing.since ?? 0) !== since)
      return { ok: false, text: 'That duty is over, or has changed hands. Ask again who is on call.' };
    return arrange(asked.actor, name, asked);
  }

  return {
    commands: {
      oncall: async ({ action, who, 'who.name': whoName, when = '' }, asked) => {
        switch (action) {
          case 'swap':
            return swapWith(who ? { id: who, name: whoName ?? who } : null, when, asked);
          case 'take':
            return arrange(asked.actor, when, asked);
          case 'undo':
            return undo(null, asked);
          default:
            return show();
        }
      },
    },
    presses: {
      oncall: async (rest, asked) => {
        const take = /^take:([a-z][a-z0-9-]{0,29}:\d{1,16})$/.exec(rest);
        if (take?.[1]) return takeOver(take[1], asked);
        const back = /^undo:(\d{1,12})$/.exec(rest);
        if (back?.[1]) return undo(Number(back[1]), asked);
        return rest === '' ? show() : { ok: false, text: 'This button is of another version of Potluck.' };
      },
    },
  };
}
