import { type Finder, findAll, finder } from './phrases.ts';
import { fold, quote, rawBetween, readWords, type Token, type Words } from './tokens.ts';
import type { Brand } from './verdict.ts';

/** A brand made ready for looking up; built once for each brand object. */
interface Compiled {
  readonly names: Finder<string>;
  readonly competitors: Finder<string>;
  /** Names run together as handles and tags write them: `simmerandco`. */
  readonly nameTags: readonly string[];
  readonly competitorTags: ReadonlyMap<string, string>;
  readonly domains: readonly string[];
}

const READY = new WeakMap<Brand, Compiled>();
/** A shorter name would be found in half of all handles. */
const SHORTEST_TAG = 4;

function joined(name: string): string {
  return readWords(name)
    .tokens.map((token) => token.word)
    .join('');
}

function phrases(names: readonly string[]) {
  // A comma would separate list entries.
  return names.map((name) => ({ phrases: name.replaceAll(/[,\n*]/g, ' '), value: name }));
}

function compile(brand: Brand): Compiled {
  const known = READY.get(brand);
  if (known) return known;
  const compiled: Compiled = {
    names: finder(phrases(brand.names)),
    competitors: finder(phrases(brand.competitors)),
    nameTags: brand.names.map(joined).filter((tag) => tag.length >= SHORTEST_TAG),
    competitorTags: new Map(
      brand.competitors
        .map((name) => [joined(name), name] as const)
        .filter(([tag]) => tag.length >= SHORTEST_TAG),
    ),
    domains: brand.domains
      .map((domain) => domain.toLowerCase().replace(/^www\./, ''))
      .filter((domain) => domain !== ''),
  };
  READY.set(brand, compiled);
  return compiled;
}

function bare(word: string): string {
  return word.replaceAll(/[._-]/g, '');
}

/** The same words, each without an English possessive: "Potsmith's" names Potsmith. */
function withoutPossessives(words: Words): Words {
  if (!words.tokens.some(isPossessive)) return words;
  const tokens = words.tokens.map((token) =>
    isPossessive(token) ? { ...token, word: token.word.slice(0, -2) } : token,
  );
  return { ...words, tokens };
}

function isPossessive({ type, word }: Token): boolean {
  return type === 'word' && word.endsWith("'s");
}

function findNames(names: Finder<string>, words: Words) {
  return findAll(names, withoutPossessives(words));
}

/** Where our name stands, as written; null when the text does not name us. */
export function nameOf(words: Words, brand: Brand): string | null {
  const { names, nameTags } = compile(brand);
  const found = findNames(names, words)[0];
  if (found) return rawBetween(words, found.from, found.to);
  for (const token of words.tokens) {
    if (token.type !== 'handle' && token.type !== 'tag') continue;
    const word = bare(token.word);
    if (nameTags.some((tag) => word.startsWith(tag))) return token.raw;
  }
  return null;
}

/** Where tokens name us or a competitor: from (inclusive) to (exclusive), in order, none within another. */
function namesIn(words: Words, brand: Brand): readonly { readonly from: number; readonly to: number }[] {
  const { names, competitors, nameTags, competitorTags } = compile(brand);
  const found = [...findNames(names, words), ...findNames(competitors, words)].map(({ from, to }) => ({
    from,
    to,
  }));
  words.tokens.forEach((token, at) => {
    if (token.type !== 'handle' && token.type !== 'tag') return;
    const word = bare(token.word);
    if (competitorTags.has(word) || nameTags.some((tag) => word.startsWith(tag)))
      found.push({ from: at, to: at + 1 });
  });
  return found.sort((one, other) => one.from - other.from || other.to - one.to);
}

/**
 * The text with our names and the competitors' replaced by `mark`, so that a rule learnt of "Pepsi is better than Coke"
 * holds for pots.
 *
 * @param words the words of this very text
 */
export function maskNames(text: string, words: Words, brand: Brand, mark: string): string {
  let out = '';
  let done = 0;
  for (const { from, to } of namesIn(words, brand)) {
    const start = words.tokens[from]?.at ?? 0;
    const last = words.tokens[to - 1];
    if (!last || start < done) continue;
    out += `${text.slice(done, start)}${mark}`;
    done = last.at + last.raw.length;
  }
  return out + text.slice(done);
}

/** Configured competitors that the text names, as written, with the token where each stands. */
export function competitorsOf(
  words: Words,
  brand: Brand,
): readonly { readonly raw: string; readonly at: number }[] {
  const { competitors, competitorTags } = compile(brand);
  const found = findNames(competitors, words).map((hit) => ({
    raw: rawBetween(words, hit.from, hit.to),
    at: hit.from,
  }));
  words.tokens.forEach((token, at) => {
    if ((token.type === 'handle' || token.type === 'tag') && competitorTags.has(bare(token.word)))
      found.push({ raw: token.raw, at });
  });
  return found;
}

/** Whether a link leads to one of our hosts, or below one. */
export function isOurLink(link: string, brand: Brand): boolean {
  const { domains } = compile(brand);
  const rest = fold(link.slice(0, 300)).replace(/^https?:\/\//, '');
  const host = (rest.split(/[/?#:]/)[0] ?? '').replace(/^www\./, '');
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** Names in words, for a reason. */
export function quoteAll(raws: readonly string[]): string {
  return [...new Set(raws)].slice(0, 3).map(quote).join(', ');
}
