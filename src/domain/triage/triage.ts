import type { Post, Via } from '../post.ts';
import { isOurLink, nameOf } from './brand.ts';
import { findClosing, isShortThanks, ourLastWord } from './closing.ts';
import { findComparison } from './comparison.ts';
import { kindsByCircumstance, kindsByWords, mentionReason, type Told } from './kinds.ts';
import type { Mood } from './lexicon.ts';
import type { Model } from './model/weights.ts';
import { opinionOn } from './opinion.ts';
import { CLOSING_PRIORITY, findPriority } from './priority.ts';
import { type Read, read, wordsOf } from './reading.ts';
import { findSpam } from './spam.ts';
import { quote } from './tokens.ts';
import type { Kind, Reason, SuggestedResponse, Triage, TriageContext, Verdict } from './verdict.ts';

const DIRECT: readonly Via[] = ['mention', 'reply', 'message', 'comment', 'quote'];

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** The words that end a conversation, where nothing is asked, complained of or sent elsewhere; else null. */
function isClosing(known: Read): string | null {
  if (!isCalm(known)) return null;
  return findClosing(known.words, known.reading);
}

/** No closing is long, and earlier posts may be: they are not worth reading whole. */
function isShortClosing(before: Post): boolean {
  return before.text.length <= 600 && isClosing(read(before)) !== null;
}

function isCalm(known: Read): boolean {
  return known.questions.reasons.length === 0 && known.problems === 0 && known.handover === null;
}

/** Whether the post ends what we answered: the words that do, or null. */
function closes(known: Read, earlier: readonly Post[]): string | null {
  if (earlier.length === 0 || !isCalm(known)) return null;
  const ourLast = ourLastWord(earlier, isShortClosing);
  if (!ourLast) return null;
  const thanks = wordsOf(known.hits, ['thanks'])[0];
  if (thanks !== undefined && isShortThanks(known.words, ourLast)) return thanks;
  return findClosing(known.words, known.reading);
}

/** Posts of the same customer since our last one. */
function unansweredBefore(post: Post, earlier: readonly Post[]): number {
  let count = 0;
  for (let at = earlier.length - 1; at >= 0 && count < 10; at--) {
    const before = earlier[at];
    if (!before || before.ours) break;
    if (before.author.id === post.author.id && before.via !== 'follow') count++;
  }
  return count;
}

const SUGGESTED: Readonly<Record<Kind, SuggestedResponse>> = {
  complaint: 'fix',
  question: 'answer',
  comparison: 'join-in',
  praise: 'thank',
  'link-share': 'thank',
  follow: 'thank',
  mention: 'join-in',
  spam: 'join-in',
};

interface Due {
  readonly due: boolean;
  readonly reason: Reason | null;
}

/** Whether a person of ours owes an answer. Not every mention wants one, but silence must have a reason in words. */
function answerDue(known: Read, kinds: readonly Kind[], aboutUs: boolean): Due {
  const no = (code: string, text: string): Due => ({ due: false, reason: { code, text } });
  if (kinds[0] === 'spam') return { due: false, reason: null };
  if (kinds[0] === 'follow') return no('due.follow', 'a follow wants no answer');
  if (!aboutUs) return no('due.not-about-us', 'does not name us: no answer due');
  const wants = kinds.some(
    (kind) => kind === 'complaint' || kind === 'question' || kind === 'comparison' || kind === 'praise',
  );
  const written = known.words.tokens.some((token) => token.type === 'word' || token.type === 'emoji');
  if (kinds.includes('link-share') && !wants && !written)
    return no('due.bare-share', 'shares a link without a word to us: no answer due');
  if (known.handover !== null)
    return {
      due: true,
      reason: {
        code: 'handover.message',
        text: `has sent us something: the turn is ours (${quote(known.handover)})`,
      },
    };
  return { due: true, reason: null };
}

/** The verdict on a plain thanks, "ok" or 👍 after our answer. */
function closed(known: Read, anchor: string): Verdict {
  const thanks = wordsOf(known.hits, ['thanks'])[0];
  const pleased = thanks !== undefined || wordsOf(known.hits, ['praise', 'smile']).length > 0;
  const reason: Reason = pleased
    ? {
        code: 'closing.thanks',
        text: `just says thanks after our answer: no answer due (${quote(thanks ?? anchor)})`,
      }
    : { code: 'closing.agrees', text: `just agrees after our answer: no answer due (${quote(anchor)})` };
  return {
    kinds: [pleased ? 'praise' : 'mention'],
    priority: CLOSING_PRIORITY,
    answerDue: false,
    suggested: 'thank',
    reasons: [reason],
  };
}

/** Whether the post speaks to us or of us. A search word alone finds much that is neither. */
function isAboutUs(post: Post, known: Read, context: TriageContext): boolean {
  if (post.via !== 'keyword') return true;
  if (context.brand.names.length === 0) return true;
  if (context.earlier.some((before) => before.ours)) return true;
  if (post.links.some((link) => isOurLink(link, context.brand))) return true;
  return nameOf(known.words, context.brand) !== null;
}

/**
 * Triage by rules together with the trained heads; by rules alone where there are none.
 *
 * @param model what `readModel` made of `models/triage.bin`
 */
export function createTriage(model: Model | null): Triage {
  return (post, context) => triageWith(model, post, context);
}

/** Triage by rules alone. */
export const triage: Triage = createTriage(null);

/**
 * Why a post matters: kinds, priority, whether an answer is due, what to do, and the reasons in words. Pure. Looks at no
 * more than the first `MAX_RULE_TEXT` units of the text, so the cost is bounded for any input.
 */
function triageWith(model: Model | null, post: Post, context: TriageContext): Verdict {
  if (post.ours)
    return {
      kinds: ['mention'],
      priority: 0,
      answerDue: false,
      suggested: 'join-in',
      reasons: [{ code: 'ours', text: 'written by us' }],
    };
  const known = read(post);
  const anchor = closes(known, context.earlier);
  if (anchor !== null) return closed(known, anchor);

  const aboutUs = isAboutUs(post, known, context);
  const addressed = DIRECT.includes(post.via);
  const opinion = post.via === 'follow' ? null : opinionOn(model, post, known, context.brand);
  const comparison = findComparison(known.words, context.brand, addressed, opinion);
  const spam = known.problems === 0 ? findSpam(known.words, post.links, context.brand) : null;
  const told: Told[] = spam
    ? [['spam', { code: 'spam', text: spam }]]
    : [
        ...(post.via === 'follow' ? [] : kindsByWords(known, comparison, opinion)),
        ...kindsByCircumstance(post, context),
      ];
  if (told.length === 0) told.push(['mention', mentionReason(known, aboutUs)]);
  const kinds = unique(told.map(([kind]) => kind));
  const first = (moods: readonly Mood[], negated = false): string | null =>
    wordsOf(known.hits, moods, negated)[0] ?? null;
  const { priority, reasons } = findPriority(known.words, {
    kinds,
    via: post.via,
    severe: kinds.includes('complaint') ? first(['severe']) : null,
    serious: first(['serious']) ?? first(['serious'], true),
    safety: first(['safety']),
    onlyAsks: known.questions.onlyAsks,
    inConversation: context.earlier.some((before) => before.ours),
    unanswered: unansweredBefore(post, context.earlier),
    met: context.met,
    aboutUs,
    foreign: told[0]?.[1].code === 'mention.foreign',
  });
  const { due, reason } = answerDue(known, kinds, aboutUs);
  return {
    kinds,
    priority,
    answerDue: due,
    suggested:
      known.handover !== null && kinds[0] === 'mention' ? 'answer' : SUGGESTED[kinds[0] ?? 'mention'],
    reasons: [...told.map(([, why]) => why), ...(reason ? [reason] : []), ...reasons],
  };
}
