import { type Post, readableText, type Via } from '../post.ts';
import { isOurLink, nameOf } from './brand.ts';
import { findClosing, findHandover, isShortThanks, ourLastWord } from './closing.ts';
import { findComparison } from './comparison.ts';
import { type Reading, readLanguage } from './language.ts';
import { findHits, type Hit, type Mood } from './lexicon.ts';
import { findPriority } from './priority.ts';
import { findQuestions, type Questions } from './questions.ts';
import { findSpam } from './spam.ts';
import { quote, readWords, type Words } from './tokens.ts';
import type { Kind, Reason, SuggestedResponse, TriageContext, Verdict } from './verdict.ts';

/** Everything that the rules read in one post. */
interface Read {
  readonly words: Words;
  readonly reading: Reading;
  readonly hits: readonly Hit[];
  readonly questions: Questions;
  readonly handover: string | null;
  readonly problems: number;
  readonly praise: number;
}

/** Words beside thanks, or a smile, that still leave them the point of the post. */
const LONGEST_THANKS = 25;
const LONGEST_SMILE = 3;

const DIRECT: readonly Via[] = ['mention', 'reply', 'message', 'comment', 'quote'];

function wordsOf(hits: readonly Hit[], moods: readonly Mood[], wantNegated = false): readonly string[] {
  const found = hits
    .filter((hit) => moods.includes(hit.mood) && hit.negated === wantNegated)
    .map((hit) => hit.raw);
  return [...new Set(found)];
}

/** Safety words that somebody denies ("not dangerous") or only asks about do not make a complaint. */
function read(post: Post): Read {
  const words = readWords(readableText(post));
  const reading = readLanguage(words, post.lang);
  const hits = findHits(words, reading);
  const questions = findQuestions(words, reading);
  const count = (moods: readonly Mood[], negated = false): number => wordsOf(hits, moods, negated).length;
  const safety = questions.reasons.length > 0 ? 0 : count(['safety']);
  return {
    words,
    reading,
    hits,
    questions,
    handover: findHandover(words),
    // "no refund" is as serious as "refund"; "not happy" is a problem; somebody hurt counts twice.
    problems:
      count(['problem']) +
      count(['serious']) +
      count(['serious'], true) +
      2 * count(['severe']) +
      count(['praise'], true) +
      count(['hollow']) +
      safety,
    praise: count(['praise']),
  };
}

function quoted(raws: readonly string[]): string {
  return raws.slice(0, 3).map(quote).join(', ');
}

function complaintReason(hits: readonly Hit[]): Reason {
  const plain = wordsOf(hits, ['severe', 'serious', 'problem', 'safety', 'hollow']);
  if (plain.length > 0) return { code: 'complaint.lexicon', text: `sounds unhappy (${quoted(plain)})` };
  const turned = [...wordsOf(hits, ['praise'], true), ...wordsOf(hits, ['serious'], true)];
  return { code: 'complaint.negated', text: `sounds unhappy (not ${quoted(turned)})` };
}

/** The kinds that the words tell, the leading one first, each with its reason. */
function kindsByWords(known: Read, comparison: Reason | null): readonly (readonly [Kind, Reason])[] {
  const out: (readonly [Kind, Reason])[] = [];
  const { hits, problems, praise, questions } = known;
  const asks = questions.reasons.length > 0;
  const spoken = known.words.tokens.filter((token) => token.type === 'word').length;
  // At the end of a long text thanks are a way of saying goodbye.
  const thanks = spoken <= LONGEST_THANKS ? wordsOf(hits, ['thanks']) : [];
  const smiles = spoken <= LONGEST_SMILE && problems === 0 && !asks ? wordsOf(hits, ['smile']) : [];
  const complaint: readonly [Kind, Reason] | null =
    problems > 0 ? ['complaint', complaintReason(hits)] : null;
  const mostlyPraise =
    praise > problems && !hits.some((hit) => hit.mood === 'severe' || hit.mood === 'serious');
  if (complaint && !mostlyPraise) out.push(complaint);
  // Compliments around a question are politeness; the question leads.
  for (const reason of questions.reasons) out.push(['question', reason]);
  if (comparison) out.push(['comparison', comparison]);
  if (praise > 0 && (problems === 0 || praise >= problems))
    out.push([
      'praise',
      { code: 'praise.lexicon', text: `sounds pleased (${quoted(wordsOf(hits, ['praise']))})` },
    ]);
  else if (thanks.length > 0 && problems === 0 && !asks && known.handover === null)
    out.push(['praise', { code: 'praise.thanks', text: `says thanks (${quoted(thanks)})` }]);
  else if (smiles.length > 0)
    out.push(['praise', { code: 'praise.sign', text: `sends a good sign (${quoted(smiles)})` }]);
  if (complaint && mostlyPraise) out.push(complaint);
  return out;
}

function kindsByCircumstance(post: Post, context: TriageContext): readonly (readonly [Kind, Reason])[] {
  if (post.via === 'follow') return [['follow', { code: 'follow', text: 'follows us now' }]];
  const link = post.links.find((candidate) => isOurLink(candidate, context.brand));
  if (link)
    return [['link-share', { code: 'link-share.domain', text: `shares a link to us (${quote(link)})` }]];
  if (post.via === 'share')
    return [['link-share', { code: 'link-share.via', text: 'shares a post or page of ours' }]];
  return [];
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** The words that end a conversation, where nothing is asked, complained of or sent elsewhere; else null. */
function isClosing(known: Read): string | null {
  if (!isCalm(known)) return null;
  return findClosing(known.words, known.reading);
}

function isCalm(known: Read): boolean {
  return known.questions.reasons.length === 0 && known.problems === 0 && known.handover === null;
}

/** Whether the post ends what we answered: the words that do, or null. */
function closes(known: Read, earlier: readonly Post[]): string | null {
  if (earlier.length === 0 || !isCalm(known)) return null;
  const ourLast = ourLastWord(earlier, (before) => isClosing(read(before)) !== null);
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
    priority: findPriority(NOTHING, { ...CALM, closing: true }).priority,
    answerDue: false,
    suggested: 'thank',
    reasons: [reason],
  };
}

const NOTHING: Words = readWords('');
const CALM = {
  kinds: ['mention'],
  via: 'reply',
  severe: null,
  serious: null,
  safety: null,
  onlyAsks: false,
  inConversation: false,
  unanswered: 0,
  met: 0,
  aboutUs: true,
  foreign: false,
  closing: false,
} as const;

function mentionReason(known: Read, aboutUs: boolean): Reason {
  if (!aboutUs) return { code: 'mention.keyword', text: 'uses one of our search words' };
  if (known.words.tokens.length === 0) return { code: 'mention.empty', text: 'no words: look at it' };
  if (known.reading.foreign)
    return { code: 'mention.foreign', text: 'language not understood; a person should look' };
  return { code: 'mention', text: 'mentions us' };
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
 * Why a post matters, by rules alone: kinds, priority, whether an answer is due, what to do, and the reasons in words.
 * Pure. Looks at no more than the first `MAX_RULE_TEXT` units of the text, so the cost is bounded for any input.
 */
export function triage(post: Post, context: TriageContext): Verdict {
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
  const comparison = findComparison(known.words, context.brand, addressed);
  const spam = known.problems === 0 ? findSpam(known.words, post.links, context.brand) : null;
  const told: (readonly [Kind, Reason])[] = spam
    ? [['spam', { code: 'spam', text: spam }]]
    : [
        ...(post.via === 'follow' ? [] : kindsByWords(known, comparison)),
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
    closing: false,
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
