import type { Post } from '../post.ts';

/** What a post is about. Several may hold at once; the first is the leading one. */
export const KINDS = [
  'complaint',
  'question',
  'comparison',
  'praise',
  'link-share',
  'follow',
  'mention',
  'spam',
] as const;
export type Kind = (typeof KINDS)[number];

/** The three ways a company reacts (thanks, fixes, takes part), with answering a question split from fixing. */
export const RESPONSES = ['thank', 'fix', 'answer', 'join-in'] as const;
export type SuggestedResponse = (typeof RESPONSES)[number];

/** One reason, in words a marketer understands: "asks something (starts with 'how')". */
export interface Reason {
  /** Stable, for tests and statistics: `question.wh-word`, `complaint.lexicon`, `priority.waiting`. */
  readonly code: string;
  readonly text: string;
  /** What it added to the priority, or took away; absent where it did neither. */
  readonly points?: number;
}

/** Why a post matters. */
export interface Verdict {
  readonly kinds: readonly Kind[];
  /** 0 (can wait for ever) to 100 (now). */
  readonly priority: number;
  /** Whether a person of ours owes an answer. */
  readonly answerDue: boolean;
  readonly suggested: SuggestedResponse;
  /** Why each of the above; never empty. */
  readonly reasons: readonly Reason[];
}

/** Who we are, so that triage can tell a mention from a comparison. */
export interface Brand {
  /** Names people use for us. */
  readonly names: readonly string[];
  readonly competitors: readonly string[];
  /** Our own host names, for link shares: `potluck.example`. */
  readonly domains: readonly string[];
}

/** What triage may look at besides the post itself. */
export interface TriageContext {
  readonly brand: Brand;
  /** The posts of the same conversation written before this one, oldest first, possibly cut to the newest ones. */
  readonly earlier: readonly Post[];
  /** How many conversations we had with this author before. */
  readonly met: number;
}

/** One function from post and context to verdict: the door through which a better triage comes. */
export type Triage = (post: Post, context: TriageContext) => Verdict;
