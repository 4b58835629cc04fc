/** A text is searched no further than this, in UTF-16 units: a hostile post must not cost more than a long one. */
const MAX_SEARCHED = 20_000;

/** Scripts that put no spaces between words: a word is found wherever its characters are. */
const NO_SPACES =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Khmer}\p{sc=Lao}\p{sc=Myanmar}]/u;

/**
 * Which of these words or phrases is in the text first, in the order they are given; null when none is. Whole words, in
 * any case. Without a regular expression of the user's; the first 20,000 units of the text are looked at.
 */
export function findWord(text: string, words: readonly string[]): string | null {
  if (words.length === 0) return null;
  const written = text.slice(0, MAX_SEARCHED);
  const tokens = tokenText(written);
  const small = written.toLowerCase();
  // What holds no letters ("🔥") has no word boundaries either.
  const found = (word: string): boolean =>
    NO_SPACES.test(word) || !/[\p{L}\p{N}]/u.test(word)
      ? small.includes(word.toLowerCase())
      : tokens.includes(tokenText(word));
  return words.find(found) ?? null;
}

/**
 * Words between single spaces, so that a phrase is found as whole words. Apostrophes part words, too: "Potluck" is in
 * "Potluck's", and "don't" in "don’t".
 */
function tokenText(text: string): string {
  return ` ${
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu)
      ?.join(' ') ?? ''
  } `;
}
