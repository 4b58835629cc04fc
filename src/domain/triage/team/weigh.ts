import type { Reason } from '../verdict.ts';
import { type About, type Example, exampleOf } from './example.ts';
import { MAX_SHIFT, shiftOf, type TeamHead } from './head.ts';
import { roleShift, type TeamRole } from './roles.ts';

/** What a team has beside the rules: what it is for, and what its clicks taught. */
export interface Team {
  readonly role: TeamRole | null;
  /** Null while nothing is learnt, or learning is off. */
  readonly head: TeamHead | null;
}

/** By how many points the team's role and its clicks moved a priority. */
export interface Moved {
  readonly role: number;
  readonly team: number;
}

/** From here on it is urgent, and no business of a team's habits. */
const URGENT = 80;
/** Danger, money, law: what these say is never made less of. */
const GRAVE = new Set(['priority.severe', 'priority.safety', 'priority.serious']);

/** A post and what the rules and the routes made of it. */
export type Judged = About & { readonly reasons: readonly Reason[] };

/** Never urgent because of it, never less where the rules found something grave, and never below 1. */
function move({ kinds, priority, reasons }: Judged, from: number, points: number): number {
  if (priority >= URGENT || priority <= 0 || kinds.includes('spam')) return from;
  const grave = reasons.some(({ code }) => GRAVE.has(code));
  const least = grave ? from : Math.min(1, from);
  return Math.max(least, Math.min(Math.max(from, URGENT - 1), Math.round(from + points)));
}

/** The priority with what the team's role adds. */
export function withRole(judged: Judged, role: TeamRole | null): number {
  const { priority, kinds, text } = judged;
  return role ? move(judged, priority, roleShift(role, kinds, text).points) : priority;
}

/** The priority with what its clicks taught. @param example of the post, its priority being that with the role */
export function withHead(judged: Judged, head: TeamHead | null, example: Example): number {
  if (!head) return example.priority;
  const shift = Math.max(-MAX_SHIFT, Math.min(MAX_SHIFT, shiftOf(head, example)));
  return move(judged, example.priority, shift);
}

/**
 * The priority of a post for this very team: never urgent because of it, never less where the rules found something grave.
 * It moves in the list and is hidden by nothing.
 */
export function weigh(
  judged: Judged,
  { role, head }: Team,
): { readonly priority: number; readonly moved: Moved } {
  const forRole = withRole(judged, role);
  const next = head ? withHead(judged, head, exampleOf({ ...judged, priority: forRole })) : forRole;
  return { priority: next, moved: { role: forRole - judged.priority, team: next - forRole } };
}
