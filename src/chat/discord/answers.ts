import type { Card } from '../../domain/card.ts';
import { spanWords } from '../../domain/digest/words.ts';
import type { ItemEvent } from '../../domain/item.ts';
import type { Stats } from '../../domain/stats.ts';
import { oneLine } from '../../domain/text.ts';
import type { ListQuery, SourceHealth } from '../chat.ts';
import { COMMANDS } from '../kit/commands.ts';
import { TEAM_COMMANDS } from '../kit/team-commands.ts';
import { PAGE, QUIET_TITLE, SOURCE_STATES, TONES, WINDOW_WORDS } from '../kit/words.ts';
import { button, type Component, type Message, rows, textDisplay } from './components.ts';
import { answer, type Desk, paragraph, whyForbidden, words } from './desk.ts';
import { componentId } from './ids.ts';
import { COMMAND, OWN_COMMANDS, TEAM_GROUP } from './manifest.ts';
import { bold, fitsInline, line, link, small, when } from './markdown.ts';
import { type Clicker, personId } from './people.ts';
import { authorWords, renderCard } from './render.ts';

/** What people ask to see. Every answer is for their eyes alone. */

/** One item in a list: state, number, kind, who, what, owner. */
export function cardLine(card: Card): string {
  const owner = card.owner ? ` · with ${line(card.owner.name, 30)}` : '';
  const closing = card.closing ? ` · ${line(card.closing.line, 60)}` : '';
  const waiting = card.waitingSince === null ? '' : ` · ${when(card.waitingSince)}`;
  const open = fitsInline(card.url, 120) ? ` · ${link(card.url, 'post')}` : '';
  return `- ${TONES[card.tone]} **#${card.itemId}** ${line(card.kindLabel, 30)} · ${line(authorWords(card, 30), 40)} on ${line(card.source.label, 20)}: ${line(card.text, 60) || '(no text)'}${owner}${closing}${waiting}${open}`;
}

/** As many whole lines as fit. */
export function fitting(lines: readonly string[], limit: number): string {
  const kept: string[] = [];
  let size = 0;
  for (const each of lines) {
    size += each.length + 1;
    if (size > limit) break;
    kept.push(each);
  }
  return kept.join('\n');
}

/** What a list asks for; the paging buttons carry it. */
export interface ListAsked {
  readonly mine: boolean;
  readonly query: Omit<ListQuery, 'limit' | 'offset' | 'owner'>;
}

export async function listAnswer(
  desk: Desk,
  clicker: Clicker,
  asked: ListAsked,
  offset = 0,
): Promise<Message> {
  const owner = asked.mine ? { owner: personId(clicker.id) } : {};
  const { cards, total } = await desk.handlers().list({ ...asked.query, ...owner, offset, limit: PAGE });
  const searched = asked.query.words;
  if (total === 0)
    return words(
      searched === undefined
        ? asked.mine
          ? 'Nothing is with you.'
          : 'Nothing waits. 🎉'
        : `Nothing found for “${oneLine(searched, 100)}”.`,
    );
  const title =
    searched === undefined
      ? asked.mine
        ? 'With you'
        : asked.query.quiet === 'only'
          ? QUIET_TITLE
          : 'Most urgent first'
      : 'Found';
  const range = total > cards.length ? ` (${offset + 1}–${offset + cards.length} of ${total})` : '';
  const name = await desk.stash.put(JSON.stringify(asked));
  const turn = (to: number, label: string) => button(componentId('page', `${to}|${name}`), label);
  return answer([
    textDisplay(`${bold(title)}${range}`),
    textDisplay(fitting(cards.map(cardLine), 3_700) || '…'),
    ...rows([
      offset > 0 ? turn(Math.max(0, offset - PAGE), 'Earlier') : null,
      offset + cards.length < total ? turn(offset + PAGE, 'More') : null,
    ]),
  ]);
}

/** The page behind a button; words when the button has outlived what it carried. */
export async function pageAnswer(desk: Desk, clicker: Clicker, rest: string): Promise<Message> {
  const match = /^(\d{1,6})\|(.+)$/s.exec(rest);
  const kept = match ? await desk.stash.take(match[2] ?? '') : null;
  if (!match || kept === null) return words('That list is too old. Ask for it again.');
  return listAnswer(desk, clicker, JSON.parse(kept) as ListAsked, Number(match[1]));
}

export function helpAnswer(): Message {
  const lines = [
    ...Object.entries(OWN_COMMANDS).map(([name, what]) => `- **/${COMMAND} ${name}** – ${what}`),
    ...Object.entries(COMMANDS).map(([name, [, what]]) => `- **/${COMMAND} ${name}** – ${what}`),
    ...Object.entries(TEAM_COMMANDS).map(
      ([name, { does }]) => `- **/${COMMAND} ${TEAM_GROUP} ${name}** – ${does}`,
    ),
  ];
  return answer([textDisplay(`**What you can say**\n${lines.join('\n')}`)]);
}

function sourceLines(sources: readonly SourceHealth[]): string {
  return fitting(
    sources.map((source) => {
      const last = source.lastPostAt === null ? '' : ` · last post ${when(source.lastPostAt)}`;
      const detail = source.detail === null ? '' : ` – ${line(source.detail, 150)}`;
      const spent = source.spent ? ` · today ${line(source.spent, 80)}` : '';
      return `- ${bold(line(source.label, 60) || line(source.name, 40))} · ${SOURCE_STATES[source.state]}${last}${spent}${detail}`;
    }),
    2_000,
  );
}

export async function sourcesAnswer(desk: Desk): Promise<Message> {
  const sources = await desk.handlers().sources();
  return sources.length === 0
    ? words('No source is connected yet.')
    : answer([textDisplay(`**Where we listen**\n${sourceLines(sources)}`)]);
}

/** A card as it stands, with its buttons, for one person. */
export async function showAnswer(desk: Desk, itemId: number): Promise<Message> {
  const card = await desk.handlers().card(itemId);
  return card ? renderCard(card) : words(`There is no #${itemId}.`);
}

/** What happened to an item, newest last. */
export async function historyAnswer(desk: Desk, itemId: number): Promise<Message> {
  const events = await desk.handlers().history(itemId);
  if (events.length === 0) return words(`Nothing has happened to #${itemId} yet.`);
  const lines = events.slice(-20).map((event: ItemEvent) => {
    return `- ${when(event.at, 'f')} · ${line(event.type.replaceAll('-', ' '), 40)} by ${line(event.actor.name, 40) || 'somebody'}`;
  });
  return answer([textDisplay(`**#${itemId}: what happened so far**\n${fitting(lines, 3_500)}`)]);
}

function flowLine(stats: Stats): string {
  const filtered = stats.filtered === 0 ? '' : ` · ${stats.filtered} filtered out without a card`;
  return `- **${stats.opened} new** · ${stats.answered} answered · ${stats.dismissed} dismissed${filtered}`;
}

function waitingLine(stats: Stats): string {
  if (stats.waiting === 0) return '- Nobody waits for an answer';
  const since =
    stats.oldestWaitingSince === null ? '' : `, the longest since ${when(stats.oldestWaitingSince)}`;
  return `- **${stats.waiting} waiting**${since}`;
}

/** The figures of a window with their meaning below them. */
function statsText(stats: Stats, sources: readonly SourceHealth[]): string {
  const label = (name: string): string => sources.find((each) => each.name === name)?.label ?? name;
  const list = (title: string, entries: readonly (readonly [string, number])[]): readonly string[] =>
    entries.length === 0
      ? []
      : [
          `- **${title}:** ${entries
            .slice(0, 8)
            .map(([name, count]) => `${line(name, 30)} ${count}`)
            .join(' · ')}`,
        ];
  const median = stats.medianToAnswerMs;
  const p90 = stats.p90ToAnswerMs;
  return [
    flowLine(stats),
    waitingLine(stats),
    median === null
      ? '- **Time to answer:** nothing was answered that somebody had waited for'
      : `- **Time to answer:** half of them within ${spanWords(median)}${p90 === null ? '' : `, nine of ten within ${spanWords(p90)}`}`,
    ...list(
      'By kind',
      stats.byKind.map(({ kind, count }) => [kind.replace('-', ' '), count]),
    ),
    ...list(
      'By source',
      stats.bySource.map(({ source, count }) => [label(source), count]),
    ),
    ...list(
      'Answers by',
      stats.byPerson.map(({ name, answered }) => [name, answered]),
    ),
    small(
      'New: conversations that came before the team. Answered: through Potluck, on the network, or marked. Time to answer: from the customer’s first unanswered post to our answer.',
    ),
  ].join('\n');
}

export async function statsAnswer(desk: Desk, window: 'day' | 'week'): Promise<Message> {
  const [stats, sources] = await Promise.all([desk.handlers().stats(window), desk.handlers().sources()]);
  return answer([textDisplay(`${bold(WINDOW_WORDS[window])}\n${statsText(stats, sources)}`)]);
}

const SHOWN = 5;

/** "home": what is with somebody, what waits, the day, and where we listen. */
export async function homeAnswer(desk: Desk, clicker: Clicker): Promise<Message> {
  const handlers = desk.handlers();
  const owner = personId(clicker.id);
  const [mine, queue, counts, sources, stats, forbidden] = await Promise.all([
    handlers.list({ owner, states: ['claimed', 'snoozed'], limit: SHOWN }),
    handlers.list({ states: ['open'], limit: SHOWN }),
    handlers.counts(),
    handlers.sources(),
    handlers.stats('day'),
    whyForbidden(desk, clicker, 'settings'),
  ]);
  const more = (total: number): string => (total > SHOWN ? ` (${SHOWN} of ${total})` : '');
  const part = (title: string, cards: readonly Card[], total: number, none: string): Component =>
    textDisplay(`${bold(title)}${more(total)}\n${fitting(cards.map(cardLine), 1_200) || none}`);
  return answer([
    part('With you', mine.cards, mine.total, 'Nothing. Take the next one?'),
    part('Nobody has these yet', queue.cards, queue.total, 'Nothing waits. 🎉'),
    paragraph(
      `${counts.open} open · ${counts.claimed} claimed · ${counts.snoozed} snoozed · ${counts.answered} answered · ${counts.dismissed} dismissed\n**The last 24 hours**\n${flowLine(stats)}\n${waitingLine(stats)}`,
      500,
    ),
    textDisplay(
      `**Where we listen**\n${fitting(sourceLines(sources).split('\n'), 700) || 'No source is connected yet.'}`,
    ),
    ...rows([
      button(componentId('next'), 'Claim the most urgent', 'primary'),
      button(componentId('idea'), 'New human post'),
      forbidden === null ? button(componentId('settings'), 'Settings…') : null,
    ]),
  ]);
}
