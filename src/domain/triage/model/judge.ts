import { type Features, featuresOf, visitFeatures } from './features.ts';
import { NAME_MARK, type Piece, readPieces } from './pieces.ts';
import type { Head, HeadName, Model } from './weights.ts';

/** What the heads make of a text: how likely each is, 0 to 1; complaint, praise and question share a whole with "none of them". */
export interface Moods {
  readonly complaint: number;
  readonly praise: number;
  readonly question: number;
  /** That something of the author's does not work; by itself, and often together with a complaint or a question. */
  readonly trouble: number;
}

/** Words quoted for a head. */
const MOST_WORDS = 3;
/** Longest run of words quoted as one. */
const LONGEST_RUN = 4;

function score(head: Head, { indices, values }: Features): number {
  const { weights, scale, bias } = head;
  const mask = weights.length - 1;
  let sum = 0;
  for (let at = 0; at < indices.length; at++)
    sum += (weights[(indices[at] ?? 0) & mask] ?? 0) * (values[at] ?? 0);
  return sum * scale + bias;
}

/** Log-odds of complaint, praise and question against "none of them", in this order. */
export function scoresOf(model: Model, found: Features): readonly [number, number, number] {
  return [score(model.complaint, found), score(model.praise, found), score(model.question, found)];
}

function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** What complaint, praise, question and trouble say to a text. Pure; bounded as `features` is. Meant for English: ask nobody else. */
export function judge(model: Model, text: string): Moods {
  const found = featuresOf(readPieces(text));
  const [complaint, praise, question] = scoresOf(model, found);
  const top = Math.max(complaint, praise, question, 0);
  const [a, b, c, none] = [complaint - top, praise - top, question - top, -top].map(Math.exp) as [
    number,
    number,
    number,
    number,
  ];
  const all = a + b + c + none;
  return {
    complaint: a / all,
    praise: b / all,
    question: c / all,
    trouble: probability(score(model.trouble, found)),
  };
}

/** How likely a text compares, 0 to 1. Names of brands in it must be masked by `NAME_MARK`. */
export function judgeComparison(model: Model, masked: string): number {
  return probability(score(model.comparison, featuresOf(readPieces(masked))));
}

// Words that carry no meaning alone; within a run they may stand ("not the first time").
const SMALL = new Set(
  'a an the and or but of to in on at for with by from as is are was were be been being am do does did has have had it its this that these those there here i me my mine we us our you your u he him his she her they them their so than then if when while just very really too also about into out up down over all any some more most will would can could should may might not no s t re ve ll d m 0'.split(
    ' ',
  ),
);

/** What each piece adds to a head's score: its own n-grams, and its share of those it stands in with others. */
function contributions(head: Head, pieces: readonly Piece[]): Float64Array {
  const sums = new Map<number, number>();
  visitFeatures(pieces, (index, weight) => sums.set(index, (sums.get(index) ?? 0) + weight));
  const found = new Float64Array(pieces.length);
  const mask = head.weights.length - 1;
  visitFeatures(pieces, (index, weight, from, to) => {
    const sum = sums.get(index) ?? weight;
    const share = ((head.weights[index & mask] ?? 0) * weight) / Math.sqrt(sum) / Math.max(1, to - from);
    for (let at = from; at < to; at++) found[at] = (found[at] ?? 0) + share;
  });
  return found;
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

function isSmall(piece: Piece | undefined): boolean {
  return piece === undefined || SMALL.has(piece.word) || piece.word === NAME_MARK;
}

/** Neighbouring words that speak for the head. */
function runsOf(pieces: readonly Piece[], found: Float64Array): readonly Run[] {
  const runs: Run[] = [];
  const speaks = (at: number): boolean => pieces[at]?.type === 'word' && (found[at] ?? 0) > 0;
  let from = 0;
  while (from < pieces.length) {
    let to = from;
    let weight = 0;
    while (to < pieces.length && to - from < LONGEST_RUN && speaks(to)) weight += found[to++] ?? 0;
    const next = Math.max(to, from + 1);
    // "won the" says no more than "won".
    while (from < to && isSmall(pieces[from])) from++;
    while (to > from && isSmall(pieces[to - 1])) to--;
    if (to > from) runs.push({ from, to, weight });
    from = next;
  }
  return runs;
}

/** The words of the text that weighed most for a head, as they were written, in their order; at most three. */
export function wordsFor(model: Model, name: HeadName, text: string): readonly string[] {
  const pieces = readPieces(text);
  const runs = runsOf(pieces, contributions(model[name], pieces));
  const top = [...runs].sort((one, other) => other.weight - one.weight).slice(0, MOST_WORDS);
  // What weighs little beside the first would only confuse.
  const kept = top.filter((run) => run.weight * 2.5 >= (top[0]?.weight ?? 0));
  return kept
    .sort((one, other) => one.from - other.from)
    .map((run) => text.slice(pieces[run.from]?.from ?? 0, pieces[run.to - 1]?.to ?? 0));
}
