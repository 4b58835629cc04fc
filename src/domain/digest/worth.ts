import { once, percentile, type Raw, waits } from '../stats.ts';
import type { Kind } from '../triage/verdict.ts';
import type { CouncilFacts, DigestFacts } from './facts.ts';
import { countOf, type DigestFigure, figure, type Pair, share, whole } from './figures.ts';
import { many, spanWords } from './words.ts';

/** What the work is worth to one of those who decide about it. */
export interface Value {
  readonly title: string;
  readonly figures: readonly DigestFigure[];
}

/**
 * The five things that engagement brings and nobody can weigh, each by something that can be counted. None of them is the
 * thing itself; all of them move with it.
 */
export function intangibles(
  facts: DigestFacts,
  council: CouncilFacts,
  { now, before }: Pair,
): readonly DigestFigure[] {
  const median = now.stats.medianToAnswerMs;
  const claims = keptClaims(now.raw);
  const first = firstByUs(now.raw, council.answeredBefore);
  const crowd = whole(facts.crowds);
  const crowdBefore = whole(facts.crowdsBefore);
  return [
    figure(
      {
        id: 'trust',
        label: 'Trust and respect',
        unit: 'share',
        note: median === null ? null : `half of all answers within ${spanWords(median)}`,
        means: 'of the conversations that came before the team this week, those answered by now or within it',
      },
      answeredShare(now.raw),
      answeredShare(before.raw),
    ),
    figure(
      {
        id: 'word-of-mouth',
        label: 'Positive word of mouth',
        note: many(council.advocates.length, 'advocate'),
        means: 'conversations in which somebody praised us or passed something of ours on',
      },
      goodWords(now.raw),
      goodWords(before.raw),
    ),
    figure(
      {
        id: 'credibility',
        label: 'Credibility',
        unit: 'share',
        note: claims.of === 0 ? null : `${claims.kept} of ${claims.of} claims kept`,
        means:
          'of the questions that we answered, those that nobody else had written to before us; a claim is kept when whoever took it did not give it back',
      },
      first,
      null,
    ),
    figure(
      {
        id: 'knowledge',
        label: 'Customer knowledge',
        unit: 'share',
        note: crowd.people === 0 ? null : `${crowd.known} of ${many(crowd.people, 'person', 'people')}`,
        means: 'of the people who wrote, those whom we had met before',
      },
      share(crowd.known, crowd.people),
      share(crowdBefore.known, crowdBefore.people),
    ),
    figure(
      {
        id: 'clarity',
        label: 'Clarity of message',
        unit: 'share',
        note:
          council.voice.sent === 0
            ? null
            : `${council.voice.clear} of ${many(council.voice.sent, 'answer')} sent from here`,
        means:
          'of the answers sent through Potluck, those whose wording keeps to the voice: no pitch, no press release, no canned apology, no blame',
      },
      share(council.voice.clear, council.voice.sent),
      null,
    ),
  ];
}

/** The three values that are argued up the chain. */
export function values(facts: DigestFacts, council: CouncilFacts, pair: Pair): readonly Value[] {
  return [
    { title: 'Customer service', figures: service(pair) },
    { title: 'Sales', figures: sales(facts, council, pair) },
    { title: 'Public relations', figures: relations(pair) },
  ];
}

function service({ now, before }: Pair): readonly DigestFigure[] {
  return [
    figure(
      { id: 'service.answered', label: 'Answers given', means: 'through Potluck, on the network, or marked' },
      now.stats.answered,
      before.stats.answered,
    ),
    figure(
      {
        id: 'service.complaints',
        label: 'Complaints answered',
        unit: 'share',
        note: `${ofKind(now.raw, 'complaint').length} came`,
        means: 'of the complaints that came before the team, those answered in the same week',
      },
      answeredShare(now.raw, 'complaint'),
      answeredShare(before.raw, 'complaint'),
    ),
    figure(
      {
        id: 'service.complaint-wait',
        label: 'A complaint waited',
        unit: 'ms',
        means: 'median time to answer of complaints',
      },
      medianOf(now.raw, 'complaint'),
      medianOf(before.raw, 'complaint'),
    ),
  ];
}

function sales(facts: DigestFacts, council: CouncilFacts, { now, before }: Pair): readonly DigestFigure[] {
  const [crowd, crowdBefore] = [whole(facts.crowds), whole(facts.crowdsBefore)];
  return [
    figure(
      {
        id: 'sales.comparisons',
        label: 'Held against others',
        means: 'conversations that compare us with somebody else',
      },
      countOf(now.raw, 'comparison'),
      countOf(before.raw, 'comparison'),
    ),
    figure(
      { id: 'sales.new-people', label: 'New people', means: 'people who wrote for the first time' },
      crowd.people - crowd.known,
      crowdBefore.people - crowdBefore.known,
    ),
    figure(
      {
        id: 'sales.questions',
        label: 'Questions answered',
        unit: 'share',
        note: `${ofKind(now.raw, 'question').length} came`,
        means: 'of the questions that came before the team, those answered in the same week',
      },
      answeredShare(now.raw, 'question'),
      answeredShare(before.raw, 'question'),
    ),
    figure(
      {
        id: 'sales.advocates',
        label: 'Advocates',
        means: 'people who praised us, passed us on or answered for us, lately and more than once',
      },
      council.advocates.length,
      null,
    ),
  ];
}

function relations({ now, before }: Pair): readonly DigestFigure[] {
  const balance = (raw: Raw): number | null => {
    const praise = countOf(raw, 'praise');
    return share(praise, praise + countOf(raw, 'complaint'));
  };
  return [
    figure(
      { id: 'pr.praise', label: 'Praise', means: 'conversations in which somebody praised us' },
      countOf(now.raw, 'praise'),
      countOf(before.raw, 'praise'),
    ),
    figure(
      {
        id: 'pr.balance',
        label: 'Praise of both',
        unit: 'share',
        note: `${many(countOf(now.raw, 'complaint'), 'complaint')}`,
        means: 'praise as a share of praise and complaints',
      },
      balance(now.raw),
      balance(before.raw),
    ),
    figure(
      { id: 'pr.shares', label: 'Passed on', means: 'conversations in which somebody shared a link of ours' },
      countOf(now.raw, 'link-share'),
      countOf(before.raw, 'link-share'),
    ),
  ];
}

function ofKind(raw: Raw, kind: Kind | undefined) {
  return once(raw.opened).filter(({ kinds }) => kind === undefined || kinds.includes(kind));
}

/** Of what came before the team, what was answered in the same window. */
function answeredShare(raw: Raw, kind?: Kind): number | null {
  const opened = ofKind(raw, kind);
  const answered = new Set(raw.answers.map(({ itemId }) => itemId));
  return share(opened.filter(({ itemId }) => answered.has(itemId)).length, opened.length);
}

function medianOf(raw: Raw, kind: Kind): number | null {
  return percentile(waits(raw.answers.filter(({ kinds }) => kinds.includes(kind))), 0.5);
}

function goodWords(raw: Raw): number {
  return once([...raw.opened, ...raw.filtered]).filter(
    ({ kinds }) => !kinds.includes('spam') && (kinds.includes('praise') || kinds.includes('link-share')),
  ).length;
}

function firstByUs(raw: Raw, others: ReadonlySet<number>): number | null {
  const questions = once(raw.answers).filter(({ kinds }) => kinds.includes('question'));
  return share(questions.filter(({ itemId }) => !others.has(itemId)).length, questions.length);
}

/** Conversations that somebody took, and those that were not given back afterwards. */
function keptClaims(raw: Raw): { readonly kept: number; readonly of: number } {
  const last = new Map<number, boolean>();
  for (const { itemId, type } of raw.holdings) {
    // What was taken before the window and given back in it was a claim of another week.
    if (type === 'release' && !last.has(itemId)) continue;
    last.set(itemId, type === 'claim');
  }
  return { kept: [...last.values()].filter(Boolean).length, of: last.size };
}
