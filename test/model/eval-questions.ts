import { judge } from '../../src/domain/triage/model/judge.ts';
import type { Model } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';
import { type Data, unmasked } from './data.ts';
import { seeded, shuffle } from './learn.ts';
import { SEED } from './lessons.ts';
import { yesNo } from './measure.ts';
import { verdictOn } from './subjects.ts';
import type { Row, Section } from './table.ts';

/** Intents of CLINC150 that ask for nothing: yes, no, hello and the like. */
const NOT_ASKING = new Set(['yes', 'no', 'maybe', 'greeting', 'goodbye', 'thank_you', 'cancel']);
const PUNCTUATION = /[?¿!.,;:…"()]/g;
const SHORTEST = 5;

function bare(text: string): string {
  return text.replace(PUNCTUATION, ' ').replace(/\s+/g, ' ').trim();
}

/**
 * Statements that are not told apart by their topic alone: sentences in which companies answer their customers (the
 * same words, politely put), and as many comments of people that nobody called a question.
 */
function statements(data: Data): readonly string[] {
  const answers = data
    .dialogs()
    .filter(({ split }) => split === 'test')
    .flatMap(({ posts }) => posts.filter(({ ours }) => ours))
    .flatMap(({ text }) => text.split(/(?<=[.!?])\s+/))
    .filter((sentence) => !sentence.includes('?') && sentence.split(' ').length >= SHORTEST);
  const talk = data
    .labelled('goemo4.test.jsonl')
    .filter(
      ({ text, label }) => label !== 'question' && !text.includes('?') && text.split(' ').length >= SHORTEST,
    )
    .map(({ text }) => unmasked(text));
  return [...answers, ...shuffle([...talk], seeded(SEED)).slice(0, answers.length)];
}

function rowsOf(
  name: string,
  questions: readonly string[],
  told: readonly string[],
  model: Model,
): readonly Row[] {
  const asked = shuffle([...questions], seeded(SEED)).slice(0, told.length);
  const texts = [...asked, ...told];
  const truth = texts.map((_, at) => at < asked.length);
  const row = (who: string, say: (text: string) => boolean, target?: Row['target']): Row => {
    const { precision, recall, f1 } = yesNo(
      texts.map((text) => say(bare(text))),
      truth,
    );
    const note = `precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`;
    return { who: `${name}: ${who}`, unit: 'f1', value: f1, note, ...(target ? { target } : {}) };
  };
  const byTriage = (triage: Triage) => (text: string) => verdictOn(triage, text).kinds.includes('question');
  return [
    row('everything asks', () => true),
    row('question mark', (text) => text.includes('?')),
    row('heads alone', (text) => judge(model, text).question >= 0.5),
    row('rules alone', byTriage(createTriage(null))),
    row('verdict', byTriage(createTriage(model)), { atLeast: 0.7 }),
  ];
}

/** Questions and requests of customers, all punctuation taken away, against as many statements. */
export function evalQuestions(data: Data, model: Model): Section {
  const told = statements(data);
  const banking = data.labelled('banking.test.jsonl').map(({ text }) => text);
  const clinc = data
    .labelled('clinc.test.jsonl')
    .filter(({ label }) => !NOT_ASKING.has(label))
    .map(({ text }) => text);
  return {
    title: 'Questions without punctuation',
    about: `F1 of “asks” on ${told.length} questions or requests of each set and ${told.length} statements: half of them sentences of companies’ answers, half Reddit comments not called a question.`,
    rows: [...rowsOf('banking', banking, told, model), ...rowsOf('clinc', clinc, told, model)],
  };
}
