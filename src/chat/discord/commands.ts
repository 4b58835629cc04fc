import type { ItemState } from '../../domain/item.ts';
import { isClosed, STATES } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { oneLine } from '../../domain/text.ts';
import { KINDS } from '../../domain/triage/verdict.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, ChatAction } from '../chat.ts';
import { soon } from '../kit/payloads.ts';
import { helpAnswer, homeAnswer, listAnswer, showAnswer, sourcesAnswer, statsAnswer } from './answers.ts';
import type { Choice } from './api.ts';
import { nextAnswer, openIdea, openItemForm } from './clicks.ts';
import type { Message } from './components.ts';
import { act, type Desk, words } from './desk.ts';
import type { UsedCommand } from './interaction.ts';
import { type Line, sayWhenDone } from './line.ts';
import { type SubCommand, TEAM_GROUP } from './manifest.ts';
import { muteAnswer, openSettings, unmuteAnswer } from './mutes.ts';
import { type Clicker, personId } from './people.ts';
import { authorWords } from './render.ts';
import { isReason, onDraft, snoozeAction } from './submits.ts';
import { teamAnswer, whoAnswer } from './team.ts';

/** A command as it came in. */
export interface Asked {
  readonly clicker: Clicker;
  readonly line: Line;
  readonly used: UsedCommand;
}

/** Answers `/potluck …`, to the one who typed it only. */
export async function onCommand(desk: Desk, asked: Asked): Promise<void> {
  const { clicker, line, used } = asked;
  const sub = (used.sub ?? '') as SubCommand | '';
  const itemId = Number(used.options.item ?? 0);
  const text = (name: string): string | null => {
    const value = used.options[name];
    return typeof value === 'string' && value.trim() !== '' ? value : null;
  };
  const say = (work: Promise<Message | null>): Promise<void> =>
    sayWhenDone(desk.clock, line, guarded(desk, work));
  if (used.group === TEAM_GROUP) return say(teamAnswer(desk, clicker, used));
  switch (sub) {
    case 'help':
      return line.say(helpAnswer());
    case 'home':
      return say(homeAnswer(desk, clicker));
    case 'list':
      return say(list(desk, asked));
    case 'find':
      return say(
        listAnswer(desk, clicker, { mine: false, query: { words: text('words') ?? '', order: 'recent' } }),
      );
    case 'show':
      return say(showAnswer(desk, itemId));
    case 'next':
      return say(nextAnswer(desk, clicker));
    case 'sources':
      return say(sourcesAnswer(desk));
    case 'who':
      return say(whoAnswer(desk, clicker, text('author') ?? ''));
    case 'stats':
      return say(statsAnswer(desk, used.options.window === 'week' ? 'week' : 'day'));
    case 'mute':
      return say(muteAnswer(desk, clicker, text('words')));
    case 'unmute':
      return say(unmuteAnswer(desk, clicker, text('words') ?? ''));
    case 'settings':
      return openSettings(desk, clicker, line);
    case 'idea':
      return openIdea(desk, line, text('text'));
    case 'draft':
    case 'dismiss':
    case 'snooze':
    case 'assign':
      return withForm(desk, asked, sub, itemId, text);
    case 'claim':
    case 'release':
    case 'reopen':
      return say(done(act(desk, clicker, { itemId, version: null }, { type: sub }), null));
    case 'note': {
      const note = text('text') ?? '';
      return say(done(act(desk, clicker, { itemId, version: null }, { type: 'note', text: note }), note));
    }
    case 'answered': {
      const raw = text('link');
      const url = safeUrl(raw);
      if (raw !== null && url === null)
        return line.say(words('That is not a link that starts with https://', raw));
      return say(done(act(desk, clicker, { itemId, version: null }, { type: 'mark-answered', url }), null));
    }
    default:
      return line.say(
        words('This Potluck does not know that command. Restart Discord to see those it knows.'),
      );
  }
}

/** A failure is an answer in words; what broke goes to the log. */
async function guarded(desk: Desk, work: Promise<Message | null>): Promise<Message | null> {
  try {
    return await work;
  } catch (error) {
    desk.log.error({ why: messageOf(error) }, 'a Discord command failed');
    return words('Something went wrong inside Potluck. Please try again in a minute.');
  }
}

/** What was typed comes back with a refusal: a command that failed must not cost the words. */
async function done(result: Promise<ActResult>, typed: string | null): Promise<Message> {
  const made = await result;
  return made.ok ? words(made.text) : words(made.refusal.text, typed);
}

/** Commands that ask by a form for what was left out. */
async function withForm(
  desk: Desk,
  { clicker, line, used }: Asked,
  sub: 'draft' | 'dismiss' | 'snooze' | 'assign',
  itemId: number,
  text: (name: string) => string | null,
): Promise<void> {
  const target = { itemId, version: null };
  const say = (work: Promise<Message>): Promise<void> => sayWhenDone(desk.clock, line, guarded(desk, work));
  const typed = text('text');
  if (sub === 'draft' && typed !== null) return say(onDraft(desk, clicker, target, typed));
  const action = formAction(desk, sub, used, text);
  if (action === null) return openItemForm(desk, clicker, line, sub, itemId, text('words'));
  if ('problem' in action) return line.say(words(action.problem, text('until')));
  return say(done(act(desk, clicker, target, action), text('words')));
}

/** The action when everything was said; null when a form has to ask. */
function formAction(
  desk: Desk,
  sub: 'draft' | 'dismiss' | 'snooze' | 'assign',
  used: UsedCommand,
  text: (name: string) => string | null,
): ChatAction | { readonly problem: string } | null {
  if (sub === 'dismiss') {
    const reason = text('reason');
    return reason !== null && isReason(reason) ? { type: 'dismiss', reason, words: text('words') } : null;
  }
  if (sub === 'snooze') {
    const until = text('until');
    return until === null ? null : snoozeAction(desk, until);
  }
  if (sub === 'assign') {
    const user = text('person');
    return user === null
      ? null
      : { type: 'assign', to: { id: personId(user), name: used.names[user] ?? user } };
  }
  return null;
}

async function list(desk: Desk, { clicker, used }: Asked): Promise<Message> {
  const mine = used.options.mine === true;
  const state = STATES.find((each) => each === used.options.state);
  const kind = KINDS.find((each) => each === used.options.kind);
  const source = await sourceNamed(desk, used.options.source);
  if (source === undefined) {
    const known = (await desk.handlers().sources()).map((each) => each.name).join(', ');
    return words(
      `I know no source “${oneLine(String(used.options.source), 60)}”.${known ? ` Sources: ${known}.` : ''}`,
    );
  }
  const fallback: readonly ItemState[] = mine ? ['claimed', 'snoozed'] : ['open', 'claimed'];
  return listAnswer(desk, clicker, {
    mine,
    query: {
      states: state ? [state] : fallback,
      ...(kind ? { kinds: [kind] } : {}),
      ...(source === null ? {} : { source }),
      ...(used.options.quiet === true ? { quiet: 'only' as const } : {}),
      order: 'urgency',
    },
  });
}

/** The name of a source as typed or chosen: null when none was asked for, undefined when there is none such. */
async function sourceNamed(desk: Desk, typed: unknown): Promise<string | null | undefined> {
  if (typeof typed !== 'string' || typed.trim() === '') return null;
  const wanted = typed.trim().toLowerCase();
  const sources = await desk.handlers().sources();
  return sources.find((each) => each.name.toLowerCase() === wanted || each.label.toLowerCase() === wanted)
    ?.name;
}

/** How many suggestions are worth reading; Discord takes 25. */
const SUGGESTED = 20;

/** Which items a command can be about, so that nobody is offered what would be refused. */
const STATES_FOR: Readonly<Record<string, readonly ItemState[]>> = {
  claim: ['open', 'snoozed'],
  release: ['claimed', 'snoozed'],
  reopen: ['answered', 'dismissed'],
  show: STATES,
  note: STATES,
};

/** Suggestions for an option that is being typed; none rather than too late. Never throws. */
export async function suggestions(
  desk: Desk,
  clicker: Clicker,
  used: UsedCommand,
): Promise<readonly Choice[]> {
  return (await soon(desk.clock, allSuggestions(desk, clicker, used))) ?? [];
}

async function allSuggestions(desk: Desk, clicker: Clicker, used: UsedCommand): Promise<readonly Choice[]> {
  const typed = String(used.options[used.focused ?? ''] ?? '').trim();
  try {
    const asked = await desk.people.asked(desk.handlers(), clicker, null);
    if (!asked.ok) return [];
    switch (used.focused) {
      case 'item':
        return await items(desk, clicker, used.sub ?? '', typed);
      case 'author':
        return await authors(desk, typed);
      case 'source':
        return (await desk.handlers().sources())
          .filter((each) => `${each.name} ${each.label}`.toLowerCase().includes(typed.toLowerCase()))
          .slice(0, SUGGESTED)
          .map((each) => ({ name: label(`${each.label} (${each.name})`), value: each.name.slice(0, 100) }));
      default:
        return [];
    }
  } catch (error) {
    desk.log.warn({ why: messageOf(error) }, 'no suggestions for a Discord command');
    return [];
  }
}

/** Shown as plain text by Discord: 1 to 100 characters. */
function label(text: string): string {
  return oneLine(text, 100) || '…';
}

/** Items by number or by words; one's own first where that is what the command is for. */
async function items(desk: Desk, clicker: Clicker, sub: string, typed: string): Promise<readonly Choice[]> {
  const handlers = desk.handlers();
  const states = STATES_FOR[sub] ?? (['open', 'claimed', 'snoozed'] as const);
  const number = /^#?(\d{1,12})$/.exec(typed)?.[1];
  const exact = number === undefined ? null : await handlers.card(Number(number));
  const order = states.every((state) => isClosed({ state })) ? 'recent' : 'urgency';
  const words = typed === '' || number !== undefined ? {} : { words: typed };
  const [mine, all] = await Promise.all([
    handlers.list({ states, owner: personId(clicker.id), limit: 5, order, ...words }),
    handlers.list({ states, limit: 50, order, ...words }),
  ]);
  const found = [...(exact ? [exact] : []), ...mine.cards, ...all.cards].filter(
    (card) => states.includes(card.state) && (number === undefined || String(card.itemId).startsWith(number)),
  );
  const unique = [...new Map(found.map((card) => [card.itemId, card])).values()];
  return unique.slice(0, SUGGESTED).map((card) => ({
    name: label(`#${card.itemId} ${card.kindLabel} · ${authorWords(card, 25)}: ${oneLine(card.text, 60)}`),
    value: card.itemId,
  }));
}

async function authors(desk: Desk, typed: string): Promise<readonly Choice[]> {
  if (typed === '') return [];
  const people = await desk.handlers().people(typed);
  return people.slice(0, SUGGESTED).map((person) => ({
    name: label(`${person.name} ${person.handle === person.name ? '' : person.handle} · ${person.label}`),
    value: oneLine(person.handle || person.name, 100) || '…',
  }));
}
