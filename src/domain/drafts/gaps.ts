/** Gaps in a draft: what a person must still fill in. */

/** Rare brackets, so that no text of anybody's is taken for a gap. */
const GAP = /⟦([^⟦⟧\n]{0,60})⟧/gu;

/** `⟦product⟧`: shown to everybody who reads the draft, and in the way of sending it. */
export function gap(what: string): string {
  return `⟦${what}⟧`;
}

/** What is still to be filled in, each once, in the order of the text. */
export function gapsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(GAP)].map(([, what = '']) => what))];
}

/** Why a text cannot be sent yet, in words; null when nothing is missing. */
export function gapProblem(text: string): string | null {
  const gaps = gapsIn(text);
  if (gaps.length === 0) return null;
  return `Fill in ${gaps.map((what) => gap(what)).join(' and ')} first.`;
}
