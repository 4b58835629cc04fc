/** Where a text stops being JSON. */
export interface JsonProblem {
  /** Both from 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** "expected a comma or }": for the person who wrote the text. Quotes nothing of it. */
  readonly problem: string;
}

type Expecting = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' | 'end';

const WORDS: Readonly<Record<Expecting, string>> = {
  value: 'expected a value',
  'value or ]': 'expected a value or ]',
  name: 'expected a name in double quotes',
  'name or }': 'expected a name in double quotes or }',
  colon: 'expected a colon',
  comma: 'expected a comma or the closing bracket',
  end: 'expected nothing more',
};

const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,5})?)(?![\w.+-])/y;

/** The index behind the string that begins at `start`, or the complaint about it. */
function endOfString(text: string, start: number): number | { at: number; problem: string } {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return { at, problem: 'a line break or control character inside a string' };
    if (code !== 0x5c) continue;
    if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at, at + 6)))
      return { at, problem: 'an unknown \\ sequence inside a string' };
    at++;
  }
  return { at: start, problem: 'a string that never ends' };
}

/** One walk over the text; the stack holds the closing brackets that are due. */
function firstProblem(text: string): { at: number; problem: string } {
  const due: ('}' | ']')[] = [];
  let expecting: Expecting = 'value';
  let at = 0;
  const done = (): Expecting => (due.length === 0 ? 'end' : 'comma');
  for (;;) {
    while (/[ \t\r\n]/.test(text.charAt(at))) at++;
    const char = text.charAt(at);
    if (char === '')
      return { at, problem: expecting === 'end' ? 'nothing wrong' : 'the text ends too early' };
    const wantsValue: boolean = expecting === 'value' || expecting === 'value or ]';
    const mayClose: boolean =
      expecting === 'comma' || expecting === 'value or ]' || expecting === 'name or }';
    if (mayClose && char === due.at(-1)) {
      due.pop();
      expecting = done();
      at++;
    } else if (char === '"' && (wantsValue || expecting === 'name' || expecting === 'name or }')) {
      const end = endOfString(text, at);
      if (typeof end !== 'number') return end;
      expecting = wantsValue ? done() : 'colon';
      at = end;
    } else if (wantsValue && (char === '{' || char === '[')) {
      due.push(char === '{' ? '}' : ']');
      expecting = char === '{' ? 'name or }' : 'value or ]';
      at++;
    } else if (expecting === 'colon' && char === ':') {
      expecting = 'value';
      at++;
    } else if (expecting === 'comma' && char === ',') {
      expecting = due.at(-1) === '}' ? 'name' : 'value';
      at++;
    } else {
      SCALAR.lastIndex = at;
      if (!wantsValue || !SCALAR.test(text)) return { at, problem: WORDS[expecting] };
      at = SCALAR.lastIndex;
      expecting = done();
    }
  }
}

/**
 * Says where and why `JSON.parse` refused a text: its own messages differ from version to version of Node and quote
 * what was sent. Linear, without recursion; call it only after `JSON.parse` has failed.
 */
export function jsonProblem(text: string): JsonProblem {
  const { at, problem } = firstProblem(text);
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1)) {
    line++;
    start = next + 1;
  }
  return { line, column: at - start + 1, problem };
}
