import { competitorsOf, nameOf, quoteAll } from './brand.ts';
import type { Opinion } from './opinion.ts';
import { findAll, finder } from './phrases.ts';
import { quote, rawBetween, type Words } from './tokens.ts';
import type { Brand, Reason } from './verdict.ts';

const CUES = finder([
  {
    value: true,
    phrases: `better than, worse than, cheaper than, faster than, nicer than, easier than, as good as, not as good as, superior to, inferior to, than, vs, versus, compared to, compared with, compare, compares, comparing, comparison, instead of, rather than, alternative*, switch*, moving to, moved to, moved from, move to, went with, going with, go with, going back to, going to get, back to, prefer, preferred, unlike, replaced my, replace my, upgrade from, upgraded from, or, over, beats, outperform*, difference between, torn between, choose between, deciding between, which one, which is, similar to, same as, left you for, leaving for, competitor*, rival*,
      mejor que, peor que, en vez de, en lugar de, comparado, comparad*, cambiar a, me cambio, me paso a, prefiero, melhor que, melhor do que, pior que, em vez de, ao inves, comparado, comparand*, prefiro, trocar, troquei, mieux que, meilleur que, moins bien, plutot que, au lieu de, compare a, par rapport a, je prefere, besser als, schlechter als, statt, anstatt, lieber, vergleich*, verglichen, im gegensatz, gewechselt, wechsle, wechseln, oder, als, meglio di, peggio di, invece di, rispetto a, preferisco, paragon*, beter dan, slechter dan, in plaats van, vergelek*, liever, overgestapt, daha iyi, yerine, lepsz* niz, gorsz* niz, zamiast, czy, лучше чем, хуже чем, вместо, по сравнению, лучше, أفضل من, احسن من, أحسن من, بدل, مقارنة, से बेहतर, की तुलना, lebih baik dari, dibanding*`,
  },
]);
const SPACELESS_CUES = [
  'より',
  'と比べ',
  '比較',
  '乗り換え',
  'どっち',
  'どちら',
  '比',
  '还是',
  '還是',
  '不如',
  '보다',
  '비교',
  '갈아',
];

// Everyday words that compare only now and then: here the trained head may know better.
const WEAK = new Set([
  'or',
  'over',
  'back',
  'which',
  'switch',
  'switched',
  'switching',
  'als',
  'oder',
  'czy',
]);

interface Cue {
  readonly word: string;
  readonly weak: boolean;
}

function cueIn(words: Words): Cue | null {
  const cues = findAll(CUES, words).map(({ from, to }) => ({
    word: rawBetween(words, from, to),
    weak: WEAK.has(words.tokens[from]?.word ?? ''),
  }));
  const found = cues.find((cue) => !cue.weak) ?? cues[0];
  if (found || words.folded === '') return found ?? null;
  const spaceless = SPACELESS_CUES.find((entry) => words.folded.includes(entry));
  return spaceless ? { word: spaceless, weak: false } : null;
}

/** Whether the post compares us with a configured competitor, with the words that show it. */
export function findComparison(
  words: Words,
  brand: Brand,
  addressed: boolean,
  opinion: Opinion | null,
): Reason | null {
  const competitors = competitorsOf(words, brand);
  if (competitors.length === 0) return null;
  const named = quoteAll(competitors.map((competitor) => competitor.raw));
  const cue = cueIn(words);
  if (cue && !(cue.weak && opinion?.doubts('comparison')))
    return { code: 'comparison.words', text: `compares with a competitor (${named}, ${quote(cue.word)})` };
  if (addressed || nameOf(words, brand) !== null)
    return { code: 'comparison.named', text: `names a competitor beside us (${named})` };
  if (!opinion?.says('comparison')) return null;
  const text = `reads like a comparison with ${named}${opinion.words('comparison')}`;
  return { code: 'comparison.reads', text };
}
