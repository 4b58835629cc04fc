import { judgeComparison } from '../../src/domain/triage/model/judge.ts';
import type { Head, Model } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';
import type { Data } from './data.ts';
import { seeded, shuffle } from './learn.ts';
import { comparisonExamples, comparisonHead, maskedSentence, SEED } from './lessons.ts';
import { macroF1, mean } from './measure.ts';
import { DATA_BRAND } from './names.ts';
import { verdictOn } from './subjects.ts';
import type { Row, Section } from './table.ts';

const FOLDS = 5;

function byTriage(triage: Triage): (text: string) => number {
  return (text) => (verdictOn(triage, text, DATA_BRAND, 'keyword').kinds.includes('comparison') ? 1 : 0);
}

/** Comparative sentences, each judged by a head that was trained on the other four fifths. */
export function evalComparisons(data: Data, model: Model): Section {
  const examples = shuffle([...comparisonExamples(data.labelled('jindal.all.jsonl'))], seeded(SEED));
  const fold = (at: number) => examples.filter((_, each) => each % FOLDS === at);
  const heads = Array.from({ length: FOLDS }, (_, at): Head => {
    const others = examples.filter((_, each) => each % FOLDS !== at);
    return { ...model.comparison, ...comparisonHead(others) };
  });
  const row = (who: string, sayer: (at: number) => (text: string) => number, target?: Row['target']): Row => {
    const values = heads.map((_, at) => {
      const say = sayer(at);
      return macroF1(
        fold(at).map(({ text }) => say(text)),
        fold(at).map(({ kind }) => kind),
        2,
      );
    });
    const note = `folds ${values.map((value) => value.toFixed(3)).join(' ')}`;
    return { who, unit: 'f1', value: mean(values), note, ...(target ? { target } : {}) };
  };
  const named = examples.filter(({ text }) => maskedSentence(text) !== text);
  const withFold = (at: number): Model => ({ ...model, comparison: heads[at] ?? model.comparison });
  return {
    title: 'Comparisons',
    about: `Macro-F1 on ${examples.length} sentences, ${FOLDS}-fold. The verdict speaks only where a configured competitor is named: in ${named.length} of them.`,
    rows: [
      row('majority class', () => () => 0),
      row('the word “than”', () => (text) => (/\bthan\b/i.test(text) ? 1 : 0)),
      row(
        'heads alone',
        (at) => (text) => (judgeComparison(withFold(at), maskedSentence(text)) >= 0.5 ? 1 : 0),
        {
          atLeast: 0.7,
        },
      ),
      row('rules alone', () => byTriage(createTriage(null))),
      row('verdict', (at) => byTriage(createTriage(withFold(at)))),
    ],
  };
}
