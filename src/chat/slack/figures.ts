import { spanWords } from '../../domain/digest/words.ts';
import type { Stats } from '../../domain/stats.ts';
import { oneLine } from '../../domain/text.ts';
import type { SourceHealth } from '../chat.ts';
import { bold, bullets, italic, type RichPart, section, text, when } from './rich.ts';

/** The figures of a window with their meaning beside them. */
export function statsParts(stats: Stats, sources: readonly SourceHealth[]): readonly RichPart[] {
  const label = (name: string): string => sources.find((each) => each.name === name)?.label ?? name;
  const list = (entries: readonly (readonly [string, number])[]): string =>
    entries
      .slice(0, 8)
      .map(([name, count]) => `${oneLine(name, 40)} ${count}`)
      .join(' · ');
  const lines: readonly (readonly [string, string])[] = [
    ['By kind: ', list(stats.byKind.map(({ kind, count }) => [kind.replace('-', ' '), count]))],
    ['By source: ', list(stats.bySource.map(({ source, count }) => [label(source), count]))],
    ['Answers by: ', list(stats.byPerson.map(({ name, answered }) => [name, answered]))],
  ];
  const median = stats.medianToAnswerMs;
  const p90 = stats.p90ToAnswerMs;
  return [
    bullets([
      flowLine(stats),
      waitingLine(stats),
      median === null
        ? section(bold('Time to answer: '), text('nothing was answered that somebody had waited for'))
        : section(
            bold('Time to answer: '),
            text(
              `half of them within ${spanWords(median)}${p90 === null ? '' : `, nine of ten within ${spanWords(p90)}`}`,
            ),
          ),
      ...lines.flatMap(([name, words]) => (words === '' ? [] : [section(bold(name), text(words))])),
    ]),
    section(
      italic(
        'New: conversations that came before the team. Answered: through Potluck, on the network, or marked. Time to answer: from the customer’s first unanswered post to our answer.',
      ),
    ),
  ];
}

/** What came and what became of it. */
export function flowLine(stats: Stats): ReturnType<typeof section> {
  const filtered = stats.filtered === 0 ? '' : ` · ${stats.filtered} filtered out without a card`;
  return section(
    bold(`${stats.opened} new`),
    text(` · ${stats.answered} answered · ${stats.dismissed} dismissed${filtered}`),
  );
}

/** What waits right now, and since when. */
export function waitingLine(stats: Stats): ReturnType<typeof section> {
  if (stats.waiting === 0) return section(text('Nobody waits for an answer'));
  return section(
    bold(`${stats.waiting} waiting`),
    ...(stats.oldestWaitingSince === null
      ? []
      : [text(', the longest since '), when(stats.oldestWaitingSince)]),
  );
}
