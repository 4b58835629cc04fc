import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';

/** A text is searched no further than this, in UTF-16 units, as with words. */
const MAX_SEARCHED = 20_000;
/**
 * What one search may cost: instructions of the compiled expression times units of text. About 20 ns each at the very
 * worst (every instruction alive at every character, measured with re2js 2.10.0 on Node 20), so 10 ms. The larger an
 * expression is, the less of a long text is looked at: of usual ones 20,000 units, of the largest 1,000.
 */
const MAX_STEPS = 500_000;
const MAX_PROGRAM = MAX_STEPS / 1_000;

/** What is wrong with a regular expression, and where; position 1 is its first character. */
export interface PatternProblem {
  readonly position: number;
  readonly message: string;
}

type Compiled = { readonly expression: RE2JS; readonly searched: number } | PatternProblem;

/** Expressions come from the configuration: there are few, and they stay. */
const compiled = new Map<string, Compiled>();

function compile(pattern: string): Compiled {
  const known = compiled.get(pattern);
  if (known) return known;
  const made = compileAnew(pattern);
  compiled.set(pattern, made);
  return made;
}

function compileAnew(pattern: string): Compiled {
  try {
    // RE2 never backtracks: there is no expression that makes it slow, only some it does not know (`\1`, `(?=…)`).
    const expression = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    const size = expression.programSize();
    if (size > MAX_PROGRAM)
      return {
        position: 1,
        message: `is too large (${size} steps of at most ${MAX_PROGRAM}): split it, repeat less, or use “words”`,
      };
    return { expression, searched: Math.min(MAX_SEARCHED, Math.floor(MAX_STEPS / size)) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    if (!(error instanceof RE2JSSyntaxException)) return { position: 1, message: error.message };
    const { error: what, input } = error;
    return { position: positionOf(pattern, input), message: what };
  }
}

/** Where the engine stopped. It names the part, not the place; for brackets that do not match it names all of it. */
function positionOf(pattern: string, part: string | null): number {
  const stopped = part === null || part === pattern ? -1 : pattern.indexOf(part);
  if (stopped >= 0) return stopped + 1;
  const open: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at];
    if (sign === '\\') at += 1;
    else if (sign === '[') at = Math.max(at, pattern.indexOf(']', at + 2));
    else if (sign === '(') open.push(at);
    else if (sign === ')' && open.pop() === undefined) return at + 1;
  }
  return (open.at(-1) ?? 0) + 1;
}

/** What is wrong with it; null when nothing is. */
export function patternProblem(pattern: string): PatternProblem | null {
  const result = compile(pattern);
  return 'expression' in result ? null : result;
}

/** Whether a regular expression (RE2's syntax, in any case) is in a text. One that is wrong is in none. */
export function findsPattern(pattern: string, text: string): boolean {
  const result = compile(pattern);
  if (!('expression' in result)) return false;
  return result.expression.test(
    text.slice(0, result.searched).toWellFormed().normalize('NFC').slice(0, result.searched),
  );
}
