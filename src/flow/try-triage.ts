import { parseArgs } from 'node:util';
import { makePost, type Post } from '../domain/post.ts';
import { oneLine } from '../domain/text.ts';
import { HEADS, type HeadName, type Model } from '../domain/triage/model/weights.ts';
import { type Opinion, opinionOn } from '../domain/triage/opinion.ts';
import { read } from '../domain/triage/reading.ts';
import { createTriage } from '../domain/triage/triage.ts';
import type { Brand, TriageContext, Verdict } from '../domain/triage/verdict.ts';

const VIAS = ['mention', 'reply', 'quote', 'comment', 'keyword', 'share', 'message'] as const;
const LINK = /https?:\/\/[^\s<>"]+/g;
/** Posts that one run looks at, and characters of a text that are shown again. */
const MOST_POSTS = 10_000;
const EXCERPT = 100;

/** What `npm run triage` was asked. */
export interface TriageAsked {
  /** Null: they come from standard input, one a line. */
  readonly texts: readonly string[] | null;
  readonly via: Post['via'];
  readonly lang: string | null;
  /** Names that take the place of those in potluck.yaml; null: these. */
  readonly names: readonly string[] | null;
  readonly competitors: readonly string[] | null;
  readonly json: boolean;
}

export const TRIAGE_USAGE = `Say what: npm run triage -- "some text" ["another" …], or pipe posts into it, one a line.
Options: --via ${VIAS.join('|')} (left out: mention), --lang de, --brand Name, --competitor Name
(both again for more; left out: those of potluck.yaml), --json\n`;

/** Reads the arguments; null when they make no sense. */
export function parseTriage(args: readonly string[]): TriageAsked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        via: { type: 'string', default: 'mention' },
        lang: { type: 'string' },
        brand: { type: 'string', multiple: true },
        competitor: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const via = VIAS.find((each) => each === values.via);
    if (!via) return null;
    return {
      texts: positionals.length > 0 ? positionals : null,
      via,
      lang: values.lang ?? null,
      names: values.brand ?? null,
      competitors: values.competitor ?? null,
      json: values.json,
    };
  } catch {
    return null;
  }
}

export interface TryTriageDeps {
  readonly model: Model | null;
  /** Why there are no heads; null where there are. */
  readonly problem: string | null;
  readonly brand: Brand;
  readonly asked: TriageAsked;
  readonly print: (text: string) => void;
}

/** Prints the verdict on each text, with what the rules and the heads said to it. */
export function tryTriage(texts: Iterable<string>, deps: TryTriageDeps): void {
  const { asked, model, print } = deps;
  const brand: Brand = {
    ...deps.brand,
    names: asked.names ?? deps.brand.names,
    competitors: asked.competitors ?? deps.brand.competitors,
  };
  if (deps.problem) print(`${deps.problem}\n\n`);
  let count = 0;
  for (const text of texts) {
    if (text.trim() === '') continue;
    if (++count > MOST_POSTS) {
      print(`The first ${MOST_POSTS} posts are enough.\n`);
      return;
    }
    const found = lookAt(postOf(text, asked), { model, context: { brand, earlier: [], met: 0 } });
    print(asked.json ? `${JSON.stringify({ text, ...found })}\n` : `${wordsOf(text, found)}\n`);
  }
}

function postOf(text: string, { via, lang }: TriageAsked): Post {
  const links = text.match(LINK) ?? [];
  const author = { id: 'somebody', name: 'Somebody', handle: 'somebody' };
  return makePost({
    source: 'try',
    id: '1',
    conversationId: '1',
    via,
    author,
    text,
    lang,
    links,
    createdAt: 0,
  });
}

/** What one look at a post found. */
interface Look {
  readonly verdict: Verdict;
  readonly language: string;
  readonly rulesAlone: Verdict;
  readonly heads: readonly string[];
}

function lookAt(
  post: Post,
  { model, context }: { readonly model: Model | null; readonly context: TriageContext },
): Look {
  const known = read(post);
  const opinion = opinionOn(model, post, known, context.brand);
  const verdict = createTriage(model)(post, context);
  return {
    verdict,
    language: languageWords(known.reading),
    rulesAlone: createTriage(null)(post, context),
    heads: headsWords(model, opinion, verdict),
  };
}

function languageWords({ language, sure, foreign }: ReturnType<typeof read>['reading']): string {
  if (foreign) return 'none that we have rules for';
  if (language === null) return 'too little to tell';
  const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? language;
  return sure ? name : `perhaps ${name}`;
}

const LIKELY: readonly (readonly [number, string])[] = [
  [0.8, 'surely'],
  [0.5, 'probably'],
  [0.25, 'perhaps'],
  [0.1, 'hardly'],
  [0, 'no'],
];

function headsWords(model: Model | null, opinion: Opinion | null, { kinds }: Verdict): readonly string[] {
  if (!model) return ['silent: there are none'];
  if (!opinion) return ['silent: they know English only, and this is not surely English'];
  return HEADS.map((head: HeadName) => {
    const likely = opinion.likely(head);
    const how = LIKELY.find(([least]) => likely >= least)?.[1] ?? 'no';
    const alone = head === 'comparison' && !kinds.includes('comparison');
    const said = alone ? ', but no competitor of ours is named' : ', and says so';
    const part = opinion.says(head) ? said : '';
    return `${head}: ${how}${likely >= 0.25 ? opinion.words(head) : ''}${part}`;
  });
}

function headline({ kinds, priority, answerDue, suggested }: Verdict): string {
  const due = answerDue ? `an answer is due (${suggested.replace('-', ' ')})` : 'no answer is due';
  return `${kinds.join(', ')} · priority ${priority} of 100 · ${due}`;
}

function wordsOf(text: string, { verdict, language, rulesAlone, heads }: Look): string {
  const same = JSON.stringify(verdict) === JSON.stringify(rulesAlone);
  const first = rulesAlone.reasons[0]?.text ?? '';
  return [
    `“${oneLine(text, EXCERPT)}”`,
    `  ${headline(verdict)}`,
    ...verdict.reasons.map((reason) => `    - ${reason.text}`),
    `  language: ${language}`,
    `  rules alone: ${same ? 'the same' : `${headline(rulesAlone)} – ${first}`}`,
    '  heads:',
    ...heads.map((line) => `    - ${line}`),
    '',
  ].join('\n');
}
