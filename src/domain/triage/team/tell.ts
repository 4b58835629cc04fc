import type { Kind, Reason } from '../verdict.ts';
import { type About, namedOf, weighWords } from './example.ts';
import { pointsAUnit, type TeamHead } from './head.ts';
import { roleShift, type TeamRole } from './roles.ts';
import type { Moved } from './weigh.ts';

/** From so many points on the card says what was learnt. */
const WORTH_SAYING = 3;

/** A word, or what else is known of a post, and what it moves now, in points. */
export interface Cause {
  readonly what: string;
  readonly points: number;
}

const NAMES: Readonly<Record<string, string>> = {
  'author:known': 'people we know',
  'author:new': 'people we do not know yet',
  due: 'what wants an answer',
  'not-due': 'what wants no answer',
};

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  complaint: 'complaints',
  question: 'questions',
  comparison: 'comparisons',
  praise: 'praise',
  'link-share': 'shared links',
  follow: 'follows',
  mention: 'mentions',
  spam: 'spam',
};

/** `kind:praise` → "praise". Null for what would tell nobody anything. */
function nameOf(name: string): string | null {
  const [sort = '', value = ''] = name.split(/:(.*)/s);
  if (sort === 'kind') return KIND_NAMES[value as Kind] ?? null;
  if (sort === 'source') return `posts from ${value}`;
  if (sort === 'lang') return value === 'none' ? null : `posts in “${value}”`;
  return NAMES[name] ?? null;
}

/** What moves a post for this team now, the strongest first: its words, and what is known beside them. */
export function causesOf(about: About, head: TeamHead, limit: number): readonly Cause[] {
  const unit = pointsAUnit(head);
  const words = weighWords(about.text, head.weights)
    .filter(({ word }) => /[\p{L}\p{N}]/u.test(word) && [...word].length > 2)
    .map(({ word, weight }) => ({ what: `what says “${word}”`, points: weight * unit }));
  const named = namedOf(about).flatMap(({ name, slot, value }) => {
    const what = nameOf(name);
    return what === null ? [] : [{ what, points: (head.weights[slot] ?? 0) * value * unit }];
  });
  return [...words, ...named]
    .filter(({ points }) => Math.abs(points) >= 0.5)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, limit);
}

/** "+4", "−6". */
export function pointsWords(points: number): string {
  const whole = Math.round(points);
  return whole < 0 ? `−${-whole}` : `+${whole}`;
}

/** "usually takes what says “dishwasher” (+4); usually dismisses praise (−6)". */
export function causeWords(causes: readonly Cause[]): string {
  return causes
    .map(
      ({ what, points }) => `usually ${points > 0 ? 'takes' : 'dismisses'} ${what} (${pointsWords(points)})`,
    )
    .join('; ');
}

/** Why the team's role and its clicks moved a priority; reasons that carry their points. */
export function movedReasons(
  about: About,
  moved: Moved,
  team: { readonly role: TeamRole | null; readonly head: TeamHead | null },
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (moved.role !== 0 && team.role) {
    const { called } = roleShift(team.role, about.kinds, about.text);
    const text = `your team is for ${team.role}: ${called} ${moved.role > 0 ? 'come sooner' : 'come later'}`;
    reasons.push({ code: 'team.role', text, points: moved.role });
  }
  if (moved.team !== 0 && team.head) {
    const same = causesOf(about, team.head, 8).filter(({ points }) => points > 0 === moved.team > 0);
    const what = same.slice(0, 2).map((cause) => cause.what);
    const text = `your team usually ${moved.team > 0 ? 'takes' : 'dismisses'} ${what.join(' and ') || 'posts like this'}`;
    reasons.push({ code: 'team.learnt', text, points: moved.team });
  }
  return reasons;
}

/** Whether a reason is worth a line on the card: what the role does to everything is not, nor a point or two. */
export function onCard({ code, points = 0 }: Reason): boolean {
  return code !== 'team.role' && (code !== 'team.learnt' || Math.abs(points) >= WORTH_SAYING);
}
