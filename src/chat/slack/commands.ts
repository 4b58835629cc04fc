import type { ItemState } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { oneLine } from '../../domain/text.ts';
import { resolveWhen } from '../../domain/times.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, ChatAction } from '../chat.ts';
import { COMMANDS, type CommandName } from '../kit/commands.ts';
import { claimMostUrgent } from '../kit/queue.ts';
import { TEAM_COMMANDS } from '../kit/team-commands.ts';
import { PAGE, QUIET_TITLE } from '../kit/words.ts';
import { shown, statsAnswer } from './answers.ts';
import { openItemForm } from './clicks.ts';
import { type Command, parseCommand } from './command.ts';
import { act, type Desk, type Listener, tell, words } from './desk.ts';
import { openIdea } from './ideas.ts';
import { listBlocks, sourceLines } from './lists.ts';
import type { Form } from './modals.ts';
import { muteAnswer, openSettings, unmuteAnswer } from './mutes.ts';
import type { Clicker } from './people.ts';
import { renderCard } from './render.ts';
import { bold, bullets, rich, section, text } from './rich.ts';
import { onTeamCommand } from './team.ts';
import type { Words } from './web.ts';

/** A slash command as it came in. */
export interface Asked {
  /** The command itself: `/potluck`. */
  readonly name: string;
  readonly raw: string;
  readonly clicker: Clicker;
  readonly to: Listener;
  readonly triggerId: string;
}

/** Answers a slash command, to the one who typed it only. The command is acknowledged already. */
export async function onCommand(desk: Desk, asked: Asked): Promise<void> {
  try {
    const answer = await answerTo(desk, asked, parseCommand(asked.raw));
    if (answer) await tell(desk, asked.to, answer);
  } catch (error) {
    desk.log.error({ why: messageOf(error) }, 'a slash command failed');
    await tell(desk, asked.to, words('Something went wrong inside Potluck. Please try again in a minute.'));
  }
}

/** Turns a page of a list: the answer for the message to be replaced with; null when the button is not ours. */
export async function pageAnswer(
  desk: Desk,
  clicker: Clicker,
  page: { readonly offset: number; readonly raw: string },
): Promise<Words | null> {
  const command = parseCommand(page.raw);
  if (command.verb !== 'list' && command.verb !== 'find') return null;
  return listAnswer(desk, clicker, command, page.raw, page.offset);
}

async function answerTo(desk: Desk, asked: Asked, command: Command): Promise<Words | null> {
  switch (command.verb) {
    case 'problem':
      return words(command.text);
    case 'help':
      return help(asked.name, command.about);
    case 'list':
    case 'find':
      return listAnswer(desk, asked.clicker, command, asked.raw, 0);
    case 'sources': {
      const lines = sourceLines(await desk.handlers().sources());
      return lines
        ? shown('Sources', [rich([section(bold('Where we listen')), lines])])
        : words('No source is connected yet.');
    }
    case 'show':
      return showAnswer(desk, command.item);
    case 'next':
      return nextAnswer(desk, asked.clicker);
    case 'who':
      // What is known of somebody is told in one way, however it is asked.
      await onTeamCommand(desk, asked.clicker, asked.to, 'person', command.words);
      return null;
    case 'stats':
      return statsAnswer(desk, command.window);
    case 'mute':
      return muteAnswer(desk, asked.clicker, command.words);
    case 'unmute':
      return unmuteAnswer(desk, asked.clicker, command.words);
    case 'idea':
      await openIdea(desk, asked, command.text);
      return null;
    case 'settings':
      await openSettings(desk, asked);
      return null;
    case 'team':
      await onTeamCommand(desk, asked.clicker, asked.to, command.name, command.raw);
      return null;
    default:
      return itemAnswer(desk, asked, command);
  }
}

function help(name: string, about: CommandName | null): Words {
  const lines: readonly (readonly [string, string])[] = about
    ? [COMMANDS[about]]
    : [
        ...Object.values(COMMANDS),
        ...Object.values(TEAM_COMMANDS).map(({ usage, does }) => [usage, does] as const),
      ];
  return shown('Potluck', [
    rich([
      section(bold('What you can say')),
      bullets(lines.map(([usage, does]) => section(bold(`${name} ${usage}`), text(` – ${does}`)))),
    ]),
  ]);
}

type ListCommand = Extract<Command, { verb: 'list' } | { verb: 'find' }>;

async function listAnswer(
  desk: Desk,
  clicker: Clicker,
  command: ListCommand,
  raw: string,
  offset: number,
): Promise<Words> {
  const handlers = desk.handlers();
  const page = { offset, limit: PAGE };
  if (command.verb === 'find') {
    const found = await handlers.list({ ...page, words: command.words, order: 'recent' });
    if (found.total === 0) return words(`Nothing found for “${oneLine(command.words, 100)}”.`);
    return shown('Found', listBlocks('Found', found.cards, { offset, total: found.total, raw }));
  }
  let source: string | null = null;
  if (command.source !== null) {
    const sources = await handlers.sources();
    const wanted = command.source.toLowerCase();
    source =
      sources.find((each) => each.name.toLowerCase() === wanted || each.label.toLowerCase() === wanted)
        ?.name ?? null;
    if (source === null) {
      const known = sources.map((each) => each.name).join(', ');
      return words(
        `I know no state, kind or source “${oneLine(command.source, 60)}”.${known ? ` Sources: ${known}.` : ''}`,
      );
    }
  }
  const states: readonly ItemState[] =
    command.states.length > 0 ? command.states : command.mine ? ['claimed', 'snoozed'] : ['open', 'claimed'];
  const found = await handlers.list({
    ...page,
    states,
    ...(command.kinds.length > 0 ? { kinds: command.kinds } : {}),
    ...(source === null ? {} : { source }),
    ...(command.mine ? { owner: desk.people.personId(clicker.id) } : {}),
    ...(command.quiet ? { quiet: 'only' } : {}),
    order: 'urgency',
  });
  if (found.total === 0) return words(command.mine ? 'Nothing is with you.' : 'Nothing waits. 🎉');
  const title = command.mine ? 'With you' : command.quiet ? QUIET_TITLE : 'Most urgent first';
  return shown(title, listBlocks(title, found.cards, { offset, total: found.total, raw }));
}

async function showAnswer(desk: Desk, item: number): Promise<Words> {
  const card = await desk.handlers().card(item);
  if (!card) return words(`There is no #${item}.`);
  const message = renderCard(card);
  return { text: message.text, blocks: message.blocks };
}

/** Claims the most urgent open item for somebody. */
export function claimNext(desk: Desk, clicker: Clicker): Promise<ActResult | null> {
  return claimMostUrgent(desk.handlers(), (card) =>
    act(desk, clicker, { itemId: card.itemId, version: card.version }, { type: 'claim' }),
  );
}

async function nextAnswer(desk: Desk, clicker: Clicker): Promise<Words> {
  const result = await claimNext(desk, clicker);
  if (result === null) return words('Nothing waits for anybody. 🎉');
  if (!result.ok) return words(result.refusal.text);
  const message = renderCard(result.card);
  return { text: message.text, blocks: message.blocks };
}

type ItemCommand = Exclude<Extract<Command, { item: number }>, { verb: 'show' }>;

async function itemAnswer(desk: Desk, asked: Asked, command: ItemCommand): Promise<Words | null> {
  const wanted = await actionFor(desk, asked.clicker, command);
  if ('form' in wanted) {
    await openItemForm(desk, wanted.form, { ...asked, target: { itemId: command.item } });
    return null;
  }
  if ('problem' in wanted) return words(wanted.problem);
  const result = await act(desk, asked.clicker, { itemId: command.item, version: null }, wanted);
  // What was typed comes back with a refusal: a command that failed must not cost the words.
  const typed = wanted.type === 'draft' || wanted.type === 'note' ? wanted.text : null;
  return result.ok ? words(result.text) : words(result.refusal.text, typed);
}

async function actionFor(
  desk: Desk,
  clicker: Clicker,
  command: ItemCommand,
): Promise<ChatAction | { readonly form: Form } | { readonly problem: string }> {
  switch (command.verb) {
    case 'claim':
    case 'release':
    case 'reopen':
      return { type: command.verb };
    case 'note':
      return { type: 'note', text: command.text ?? '' };
    case 'draft':
      return command.text === null ? { form: 'draft' } : { type: 'draft', text: command.text };
    case 'answered': {
      const url = safeUrl(command.url);
      if (command.url !== null && url === null)
        return { problem: 'That is not a link that starts with https://' };
      return { type: 'mark-answered', url };
    }
    case 'dismiss':
      return command.reason === null
        ? { form: 'dismiss' }
        : { type: 'dismiss', reason: command.reason, words: command.words };
    case 'snooze': {
      if (command.when === null) return { form: 'snooze' };
      const { tz } = await desk.people.profile(clicker);
      return { type: 'snooze', until: resolveWhen(command.when, desk.clock.now(), tz) };
    }
    case 'assign': {
      if (command.user === null) return { form: 'assign' };
      const { name } = await desk.people.profile({ id: command.user });
      return { type: 'assign', to: { id: desk.people.personId(command.user), name } };
    }
  }
}
