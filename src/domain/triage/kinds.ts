import type { Post } from '../post.ts';
import { isOurLink } from './brand.ts';
import type { Hit } from './lexicon.ts';
import { type Read, wordsOf } from './reading.ts';
import { quote } from './tokens.ts';
import type { Kind, Reason, TriageContext } from './verdict.ts';

/** Words beside thanks, or a smile, that still leave them the point of the post. */
const LONGEST_THANKS = 25;
const LONGEST_SMILE = 3;

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

/** The kinds that the words tell, the leading one first, each with its reason. */
export function kindsByWords(known: Read, comparison: Reason | null): readonly Told[] {
  const out: Told[] = [];
  const { hits, problems, praise, questions } = known;
  const asks = questions.reasons.length > 0;
  const spoken = known.words.tokens.filter((token) => token.type === 'word').length;
  // At the end of a long text thanks are a way of saying goodbye.
  const thanks = spoken <= LONGEST_THANKS ? wordsOf(hits, ['thanks']) : [];
  const smiles = spoken <= LONGEST_SMILE && problems === 0 && !asks ? wordsOf(hits, ['smile']) : [];
  const complaint: Told | null = problems > 0 ? ['complaint', complaintReason(hits)] : null;
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
