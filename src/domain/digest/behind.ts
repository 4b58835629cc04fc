import { dismissalsOf, makeStats, noiseOf, once, type Raw, type Target } from '../stats.ts';
import { handledOf } from './figures.ts';

/** What can be asked for: a figure by its name, or a row of a table by its place in it. */
const ASKED =
  /^(new|answered|dismissed|noise|median|p90|target|listening|(?:source|person|reason|kind)\.\d{1,3})$/;

/**
 * The items behind a figure of a window, the newest first (behind a time: who waited longest first); null for a name
 * that no figure has. Who waits right now is no matter of a window: ask for `unanswered` elsewhere.
 *
 * @param raw of exactly that window
 */
export function itemsBehind(asked: string, raw: Raw, target: Target): readonly number[] | null {
  if (!ASKED.test(asked)) return null;
  const [name, place = ''] = asked.split('.');
  const newest = (moments: readonly { readonly itemId: number }[]): readonly number[] =>
    once(moments.map((moment) => ({ at: 0, source: '', kinds: [], ...moment })).toReversed()).map(
      ({ itemId }) => itemId,
    );
  switch (name) {
    case 'new':
      return newest(once(raw.opened));
    case 'answered':
      return newest(raw.answers);
    case 'dismissed':
      return newest(dismissalsOf(raw));
    case 'noise':
      return newest([...raw.filtered, ...noiseOf(raw)].sort((one, other) => one.at - other.at));
    case 'median':
    case 'p90':
      return newest(
        raw.answers
          .filter(({ waitedMs }) => waitedMs !== null)
          .toSorted((one, other) => (one.waitedMs ?? 0) - (other.waitedMs ?? 0)),
      );
    case 'target':
      return newest(raw.answers.filter((answer) => target(answer) === false));
    case 'listening':
      return [...handledOf(raw)].toReversed();
    default:
      return newest(rowOf(name ?? '', Number(place), raw));
  }
}

/** A row's place is as stable as the past: the same window always sorts the same. */
function rowOf(table: string, place: number, raw: Raw): readonly { readonly itemId: number }[] {
  const stats = makeStats(0, 0, raw);
  const opened = once(raw.opened);
  switch (table) {
    case 'source': {
      const source = stats.bySource[place]?.source;
      return opened.filter((each) => each.source === source);
    }
    case 'kind': {
      const kind = stats.byKind[place]?.kind;
      return opened.filter((each) => kind !== undefined && (each.kinds[0] ?? 'mention') === kind);
    }
    case 'person': {
      const name = stats.byPerson[place]?.name;
      return raw.answers.filter((each) => each.by === name);
    }
    default: {
      const reason = stats.byReason[place]?.reason;
      return dismissalsOf(raw).filter((each) => each.reason === reason);
    }
  }
}
