import { type Example, HEAD_SIZE, MIDDLE, WORDS } from './example.ts';
import { NO_TRIALS, type Trials, tried, trustOf } from './trust.ts';

/**
 * What a team's clicks say beyond the rules: a logistic regression that begins where the rules end. The rules' priority
 * stands in its sum as it is, so that what is learnt is only the difference; a team that agrees with the rules teaches
 * nothing. Each weight has a step of its own (AdaGrad), smaller with all it has learnt.
 */
export interface TeamHead {
  readonly weights: Float32Array;
  /** Sums of squared slopes, by weight. */
  readonly squares: Float32Array;
  /** How readily this team takes anything: it moves no post before another. */
  readonly bias: number;
  readonly biasSquare: number;
  /**
   * What is known beside the words weighs so much in the usual post: where all are questions from one place, that they
   * are moves none of them.
   */
  readonly centre: number;
  readonly wanted: number;
  readonly unwanted: number;
  /** How well it foresaw the clicks, beside the rules alone. */
  readonly trials: Trials;
  /** How far it is trusted because of that, from 0 to 1. */
  readonly trust: number;
}

/** What somebody's click says of a post. */
export interface Lesson {
  readonly example: Example;
  readonly wanted: boolean;
  /** 1 is a plain click. */
  readonly weight: number;
}

/** Most that the head moves a priority, in points. */
export const MAX_SHIFT = 15;
/** Points of priority that make it e times likelier that a team takes a post, before anything is learnt. */
const POINTS_A_UNIT = 10;
const POINTS_MOVED = 20;
const STEP = 3;
const BIAS_STEP = 1;
/** Clicks over which the usual post is reckoned. */
const CENTRE_SPAN = 50;
/** Weights fall back by this share of themselves whenever they are touched: old habits fade. */
const DECAY = 0.002;

/** A head that was taught nothing. */
export function newHead(): TeamHead {
  return {
    weights: new Float32Array(HEAD_SIZE),
    squares: new Float32Array(HEAD_SIZE),
    bias: 0,
    biasSquare: 0,
    centre: 0,
    wanted: 0,
    unwanted: 0,
    trials: NO_TRIALS,
    trust: 0,
  };
}

/** How many clicks it was taught by. */
export function lessonsOf(head: Pick<TeamHead, 'wanted' | 'unwanted'>): number {
  return head.wanted + head.unwanted;
}

/** What a post weighs: its words, and what is known beside them. */
function sums(
  weights: Float32Array,
  { indices, values }: Example,
): { readonly words: number; readonly beside: number } {
  let words = 0;
  let beside = 0;
  for (let at = 0; at < indices.length; at++) {
    const slot = indices[at] ?? 0;
    const part = (weights[slot] ?? 0) * (values[at] ?? 0);
    if (slot < WORDS) words += part;
    else beside += part;
  }
  return { words, beside };
}

/**
 * Points in a head's sum, before it is known how far it can be trusted: always less than {@link MAX_SHIFT}, and of two sums
 * the higher one has more, so that the order among many that are moved far is kept.
 */
function pointsOf(total: number): number {
  const points = total * POINTS_MOVED;
  return points / (1 + Math.abs(points) / MAX_SHIFT);
}

/** By how many points the head moves a priority: at most {@link MAX_SHIFT} either way, not rounded. */
export function shiftOf(head: TeamHead, example: Example): number {
  const { words, beside } = sums(head.weights, example);
  return head.trust * pointsOf(words + beside - head.centre);
}

/** What one unit of weight moves, in points, at the trust that the head has now. */
export function pointsAUnit(head: TeamHead): number {
  return head.trust * POINTS_MOVED;
}

function squash(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/**
 * The head after these lessons, in their order; the given one stays as it is. In one go or one by one makes no
 * difference. The same lessons in the same order give the same head, to the last bit.
 */
export function teach(head: TeamHead, lessons: readonly Lesson[]): TeamHead {
  const weights = head.weights.slice();
  const squares = head.squares.slice();
  let { bias, biasSquare, centre, wanted, unwanted, trials } = head;
  for (const { example, wanted: isWanted, weight } of lessons) {
    const { words, beside } = sums(weights, example);
    const total = words + beside;
    // Judged before it is learnt: nobody marks their own homework.
    trials = tried(trials, { prior: example.priority, shift: pointsOf(total - centre), wanted: isWanted });
    const odds = (example.priority - MIDDLE) / POINTS_A_UNIT + bias + total;
    centre += (beside - centre) / Math.min(CENTRE_SPAN, wanted + unwanted + 1);
    const slope = (squash(odds) - (isWanted ? 1 : 0)) * weight;
    for (let at = 0; at < example.indices.length; at++) {
      const slot = example.indices[at] ?? 0;
      const part = slope * (example.values[at] ?? 0);
      const square = (squares[slot] ?? 0) + part * part;
      squares[slot] = square;
      weights[slot] = (weights[slot] ?? 0) * (1 - DECAY) - (STEP * part) / (1 + Math.sqrt(square));
    }
    biasSquare = Math.fround(biasSquare + slope * slope);
    bias = Math.fround(bias - (BIAS_STEP * slope) / (1 + Math.sqrt(biasSquare)));
    if (isWanted) wanted += 1;
    else unwanted += 1;
  }
  return { weights, squares, bias, biasSquare, centre, wanted, unwanted, trials, trust: trustOf(trials) };
}
