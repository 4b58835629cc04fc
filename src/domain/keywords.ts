/** A text is searched no further than this, in UTF-16 units, as in {@link findWord}: a hostile post must not cost more than a long one. */
const MAX_SEARCHED = 20_000;
/** Links of one post that are looked at. */
const MAX_LINKS = 50;
/** A host name has at most 253 characters: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
const MAX_HOST = 253;

/** Which keyword a post contains, as it was configured, and where. */
export interface KeywordHit {
  readonly word: string;
  readonly by: 'word' | 'tag' | 'link';
}

/** Thousands of keywords made ready for looking up. */
export interface Keywords {
  /** How many there are. */
  readonly size: number;
  /**
   * The first keyword found, or null. Linear in the text: the number of keywords does not matter.
   *
   * @param links addresses that the post holds besides those written out in its text
   */
  find(text: string, links?: readonly string[]): KeywordHit | null;
}

/** A word of a phrase, and what may come after it. */
interface Step {
  hit: KeywordHit | null;
  next: Map<string, Step> | null;
}

/** The same character by character, for what has no word boundaries. */
interface Letter {
  hit: KeywordHit | null;
  /** Whether letters and digits may not go on before or behind it. */
  whole: boolean;
  next: Map<number, Letter> | null;
}

interface Tables {
  readonly words: Map<string, Step>;
  readonly tags: Map<string, KeywordHit>;
  readonly letters: Map<number, Letter>;
  /** By UTF-16 unit: whether a keyword of `letters` begins with it. */
  readonly begins: Uint8Array;
  readonly hosts: Map<string, KeywordHit>;
}

// Scripts that put no spaces between words, and Korean, whose particles hang on the word: found wherever they stand.
const APART =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Khmer}\\p{sc=Lao}\\p{sc=Myanmar}';
const NO_SPACES = new RegExp(`[${APART}]`, 'u');
// One class and nothing nested: time is linear in the text. Words next to those scripts end there ("Simmerの鍋").
const WORD = new RegExp(`[[\\p{L}\\p{N}\\p{M}]--[${APART}]]+`, 'gv');
const TAG = /#[\p{L}\p{N}\p{M}_]+/gu;
const HOST = /[\p{L}\p{N}.-]+/gu;
const LETTER = /[\p{L}\p{N}]/u;
/** `simmer.example`, `https://www.simmer.example/`: an entry that means a place and no words. */
const DOMAIN = /^(https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+)\/?$/u;
/** `.NET`, `C++`, `C#`: without their signs they would be other words. */
const SIGNED = /^\.\S|\S[+#]$/;

const normal = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * Makes a matcher of words and phrases (whole words, any case, NFKC; apostrophes part words), hashtags (`#potluck`:
 * only as a tag), domains (`simmer.example`: in links and written out, subdomains too), and of what has no word
 * boundaries (Chinese, Japanese, Korean, Thai …, emoji: found anywhere). A phrase is also found as a tag, run together
 * (`#simmerandco`). Like {@link findWord} for many words: without a regular expression of the user's.
 */
export function keywords(entries: readonly string[]): Keywords {
  const tables: Tables = {
    words: new Map(),
    tags: new Map(),
    letters: new Map(),
    begins: new Uint8Array(0x1_0000),
    hosts: new Map(),
  };
  const known = new Set<string>();
  for (const word of entries) {
    const entry = normal(word.trim());
    if (entry === '' || known.has(entry)) continue;
    known.add(entry);
    add(tables, entry, word.trim());
  }
  return {
    size: known.size,
    find(raw, links = []) {
      const text = normal(raw.slice(0, MAX_SEARCHED));
      return (
        findPhrase(tables.words, text) ??
        findTag(tables.tags, text) ??
        findLetters(tables, text) ??
        findHost(tables.hosts, text, links)
      );
    },
  };
}

function add(tables: Tables, entry: string, word: string): void {
  if (entry.startsWith('#') && entry.length > 1) {
    tables.tags.set(tagKey(entry), { word, by: 'tag' });
    return;
  }
  const host = DOMAIN.exec(entry)?.[2];
  if (host !== undefined) {
    addHost(tables.hosts, host, { word, by: 'link' });
    return;
  }
  const hit: KeywordHit = { word, by: 'word' };
  const signed = SIGNED.test(entry);
  if (signed || NO_SPACES.test(entry) || !LETTER.test(entry)) {
    addLetters(tables, entry, hit, signed);
    return;
  }
  const parts = entry.match(WORD) ?? [];
  addPhrase(tables.words, parts, hit);
  if (parts.length > 1) tables.tags.set(parts.join(''), { word, by: 'tag' });
}

function addPhrase(words: Map<string, Step>, parts: readonly string[], hit: KeywordHit): void {
  let level = words;
  for (const [at, part] of parts.entries()) {
    let step = level.get(part);
    if (!step) {
      step = { hit: null, next: null };
      level.set(part, step);
    }
    if (at === parts.length - 1) step.hit ??= hit;
    else {
      step.next ??= new Map();
      level = step.next;
    }
  }
}

function addLetters(tables: Tables, entry: string, hit: KeywordHit, whole: boolean): void {
  let level = tables.letters;
  tables.begins[entry.charCodeAt(0)] = 1;
  for (let at = 0; at < entry.length; at++) {
    const code = entry.charCodeAt(at);
    let letter = level.get(code);
    if (!letter) {
      letter = { hit: null, whole: false, next: null };
      level.set(code, letter);
    }
    if (at === entry.length - 1) {
      letter.hit ??= hit;
      letter.whole = whole;
    } else {
      letter.next ??= new Map();
      level = letter.next;
    }
  }
}

/** As people write it, and as links hold it (`xn--…`). */
function addHost(hosts: Map<string, KeywordHit>, host: string, hit: KeywordHit): void {
  const bare = host.replace(/^www\./, '');
  hosts.set(bare, hit);
  if (URL.canParse(`https://${bare}`)) hosts.set(new URL(`https://${bare}`).hostname, hit);
}

function findPhrase(words: Map<string, Step>, text: string): KeywordHit | null {
  if (words.size === 0) return null;
  const tokens = text.match(WORD);
  if (!tokens) return null;
  for (let at = 0; at < tokens.length; at++) {
    let step = words.get(tokens[at] ?? '');
    for (let next = at + 1; step; next++) {
      if (step.hit) return step.hit;
      step = step.next?.get(tokens[next] ?? '');
    }
  }
  return null;
}

function tagKey(tag: string): string {
  return tag.slice(1).replaceAll('_', '');
}

function findTag(tags: Map<string, KeywordHit>, text: string): KeywordHit | null {
  if (tags.size === 0 || !text.includes('#')) return null;
  for (const tag of text.match(TAG) ?? []) {
    const hit = tags.get(tagKey(tag));
    if (hit) return hit;
  }
  return null;
}

function findLetters({ letters, begins }: Tables, text: string): KeywordHit | null {
  if (letters.size === 0) return null;
  for (let at = 0; at < text.length; at++) {
    if (begins[text.charCodeAt(at)] === 0) continue;
    let level: Map<number, Letter> | null = letters;
    for (let end = at; level && end < text.length; end++) {
      const letter: Letter | undefined = level.get(text.charCodeAt(end));
      if (letter?.hit && (!letter.whole || standsAlone(text, at, end + 1))) return letter.hit;
      level = letter?.next ?? null;
    }
  }
  return null;
}

/** Whether no word goes on at either end: `C++` is not in `ABC++`, and `.NET` is in `ASP.NET`. */
function standsAlone(text: string, from: number, to: number): boolean {
  const goesOn = (inside: string, outside: string): boolean => LETTER.test(inside) && LETTER.test(outside);
  return (
    !goesOn(text.charAt(from), text.charAt(from - 1)) &&
    !LETTER.test(text.charAt(to)) &&
    text.charAt(to) !== text.charAt(to - 1)
  );
}

function findHost(hosts: Map<string, KeywordHit>, text: string, links: readonly string[]): KeywordHit | null {
  if (hosts.size === 0) return null;
  for (const link of links.slice(0, MAX_LINKS)) {
    const hit = hostHit(hosts, hostOf(link));
    if (hit) return hit;
  }
  if (!text.includes('.')) return null;
  for (const match of text.matchAll(HOST)) {
    const [written] = match;
    // A path is not a host: `https://other.example/simmer.example`.
    const path = text[match.index - 1] === '/' && text[match.index - 2] !== '/';
    if (path || !written.includes('.') || written.length > MAX_HOST + 20) continue;
    const hit = hostHit(hosts, written.replace(/^[.-]+/, '').replace(/[.-]+$/, ''));
    if (hit) return hit;
  }
  return null;
}

function hostOf(link: string): string {
  const rest = link.slice(0, 300).replace(/^[a-z]+:\/\//i, '');
  return normal(rest.split(/[/?#:]/, 1)[0] ?? '');
}

/** The host itself, or any domain that it is below. */
function hostHit(hosts: Map<string, KeywordHit>, host: string): KeywordHit | null {
  if (host.length > MAX_HOST) return null;
  for (let at = 0; at >= 0 && at < host.length; ) {
    const hit = hosts.get(host.slice(at));
    if (hit) return hit;
    const dot = host.indexOf('.', at);
    at = dot < 0 ? -1 : dot + 1;
  }
  return null;
}
