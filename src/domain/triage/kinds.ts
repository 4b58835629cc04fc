import type { Post } from '../post.ts';
import { isOurLink } from './brand.ts';
import type { Hit } from './lexicon.ts';
import type { Opinion } from './opinion.ts';
import { type Read, wordsOf } from './reading.ts';
import { quote } from './tokens.ts';
import type { Kind, Reason, TriageContext } from './verdict.ts';

/** Words beside thanks, or a smile, that still leave them the point of the post. */
const LONGEST_THANKS = 25;
const LONGEST_SMILE = 3;

/** How likely a complaint must be where the lists found praise and nothing wrong. */
const IRONY = 0.75;

/** A kind and why. */
export type Told = readonly [Kind, Reason];

function quoted(raws: readonly string[]): string {
  return raws.slice(0, 3).map(quote).join(', ');
}

function complaintReason(hits: readonly Hit[]): Reason {
  const plain = wordsOf(hits, ['severe', 'serious', 'problem', 'safety']);
  if (plain.length > 0) return { code: 'complaint.lexicon', text: `sounds unhappy (${quoted(plain)})` };
  const turned = [...wordsOf(hits, ['praise'], true), ...wordsOf(hits, ['serious'], true)];
  return { code: 'complaint.negated', text: `sounds unhappy (not ${quoted(turned)})` };
}

// Said of anything, in any mood: where one of these is all that the lists found, the trained head may know better. What
// tells of a fault ("can't log in", "broken") always counts: the head learnt from talk, and not from customers.
const EVERYDAY = new Set(
  'bad damn fuck fucks fucked fucking shit shitty hate hates hated hating stupid dumb worst worse terrible horrible awful joke angry trash crap crappy garbage pissed upset idiot idiots moron morons gross nasty wtf mess bs lying lies lied pathetic shame embarrassing ugh smh sucks sucked nightmare avoid regret fault ridiculous rude failure depressing offensive offended junk rubbish mediocre damned insulting chaos disaster'.split(
    ' ',
  ),
);

function isPhrase(raw: string): boolean {
  return raw.includes(' ');
}

/** Whether a single everyday word is all that sounds unhappy. */
function isMild({ hits, problems, words }: Read): boolean {
  if (problems !== 1) return false;
  const hit = hits.find(({ mood, negated }) => mood === 'problem' && !negated);
  if (!hit) return false;
  const spoken = [hit.from, hit.from + 1].map((at) => words.tokens[at]?.word ?? '');
  return spoken.some((word) => EVERYDAY.has(word)) && hit.raw.split(' ').length <= 2;
}

/** Whether something is wrong: by the lists, and where these are silent or mild, by the trained head. */
function complaintIn(known: Read, opinion: Opinion | null): Told | null {
  if (known.problems > 0 && !(isMild(known) && opinion?.doubts('complaint')))
    return ['complaint', complaintReason(known.hits)];
  const head = (['trouble', 'complaint'] as const).find((each) => opinion?.says(each));
  if (!opinion || !head) return null;
  const praise = wordsOf(known.hits, ['praise']);
  // It takes more to hear irony in a word of praise; and the lists know phrases ("not bad at all") better.
  if (praise.some(isPhrase) || (praise.length > 0 && opinion.likely(head) < IRONY)) return null;
  const what = head === 'trouble' ? 'something that does not work' : 'a complaint';
  return [
    'complaint',
    {
      code: head === 'trouble' ? 'complaint.trouble' : 'complaint.reads',
      text: `reads like ${what}${opinion.words(head)}`,
    },
  ];
}

function praiseIn(known: Read, complaint: Told | null, opinion: Opinion | null): Told | null {
  const { hits, questions } = known;
  const problems = complaint ? Math.max(1, known.problems) : 0;
  const asks = questions.reasons.length > 0;
  const spoken = known.words.tokens.filter((token) => token.type === 'word').length;
  // At the end of a long text thanks are a way of saying goodbye.
  const thanks = spoken <= LONGEST_THANKS ? wordsOf(hits, ['thanks']) : [];
  const smiles = spoken <= LONGEST_SMILE && problems === 0 && !asks ? wordsOf(hits, ['smile']) : [];
  const told = (code: string, text: string): Told => ['praise', { code, text }];
  const found = wordsOf(hits, ['praise']);
  // A single word is said of anything, a phrase of ours is not.
  const mild = found.length === 1 && !found.some(isPhrase) && opinion?.doubts('praise');
  const praise = mild ? 0 : known.praise;
  if (praise > 0 && (problems === 0 || praise >= problems))
    return told('praise.lexicon', `sounds pleased (${quoted(found)})`);
  if (thanks.length > 0 && problems === 0 && !asks && known.handover === null)
    return told('praise.thanks', `says thanks (${quoted(thanks)})`);
  if (smiles.length > 0) return told('praise.sign', `sends a good sign (${quoted(smiles)})`);
  // Thanks are how requests end, too: they were judged above, by their place.
  const polite = hits.some(({ mood }) => mood === 'thanks' || mood === 'neutral');
  if (problems === 0 && !asks && !polite && opinion?.says('praise'))
    return told('praise.reads', `reads like praise${opinion.words('praise')}`);
  return null;
}

/** The kinds that the words tell, the leading one first, each with its reason. */
export function kindsByWords(
  known: Read,
  comparison: Reason | null,
  opinion: Opinion | null,
): readonly Told[] {
  const out: Told[] = [];
  const { hits, problems, praise, questions } = known;
  const complaint = complaintIn(known, opinion);
  const mostlyPraise =
    praise > problems && !hits.some((hit) => hit.mood === 'severe' || hit.mood === 'serious');
  if (complaint && !mostlyPraise) out.push(complaint);
  // Compliments around a question are politeness; the question leads.
  for (const reason of questions.reasons) out.push(['question', reason]);
  if (questions.reasons.length === 0 && opinion?.says('question'))
    out.push([
      'question',
      { code: 'question.reads', text: `reads like a question${opinion.words('question')}` },
    ]);
  if (comparison) out.push(['comparison', comparison]);
  const pleased = praiseIn(known, complaint, opinion);
  if (pleased) out.push(pleased);
  if (complaint && mostlyPraise) out.push(complaint);
  return out;
}

/** The kinds that tell themselves without words: follows and shares. */
export function kindsByCircumstance(post: Post, context: TriageContext): readonly Told[] {
  if (post.via === 'follow') return [['follow', { code: 'follow', text: 'follows us now' }]];
  const link = post.links.find((candidate) => isOurLink(candidate, context.brand));
  if (link)
    return [['link-share', { code: 'link-share.domain', text: `shares a link to us (${quote(link)})` }]];
  if (post.via === 'share')
    return [['link-share', { code: 'link-share.via', text: 'shares a post or page of ours' }]];
  return [];
}

/** Why something that is nothing else is a mention: nothing is ever dropped. */
export function mentionReason(known: Read, aboutUs: boolean): Reason {
  if (!aboutUs) return { code: 'mention.keyword', text: 'uses one of our search words' };
  if (known.words.tokens.length === 0) return { code: 'mention.empty', text: 'no words: look at it' };
  if (known.reading.foreign)
    return { code: 'mention.foreign', text: 'language not understood; a person should look' };
  return { code: 'mention', text: 'mentions us' };
}
