import { SentimentIntensityAnalyzer } from 'vader-sentiment';
import { features } from '../../src/domain/triage/model/features.ts';
import { scoresOf } from '../../src/domain/triage/model/judge.ts';
import type { Model } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';
import { type Data, MOODS, moodOf, unmasked } from './data.ts';
import { bestOf, f1Of, macroF1 } from './measure.ts';
import { verdictOn } from './subjects.ts';
import type { Row, Section } from './table.ts';

const OTHER = MOODS.indexOf('other');
const QUESTION = MOODS.indexOf('question');

/** The leading kind of a verdict as a label of the set. */
function byTriage(triage: Triage): (text: string) => number {
  return (text) => {
    const mood = (MOODS as readonly string[]).indexOf(verdictOn(triage, text).kinds[0] ?? '');
    return mood < 0 ? OTHER : mood;
  };
}

/** The lexicon's own bounds: https://github.com/cjhutto/vaderSentiment#about-the-scoring */
function byLexicon(text: string): number {
  const { compound } = SentimentIntensityAnalyzer.polarity_scores(text);
  if (text.includes('?')) return QUESTION;
  if (compound >= 0.05) return MOODS.indexOf('praise');
  return compound <= -0.05 ? MOODS.indexOf('complaint') : OTHER;
}

/** Complaint, praise, question or other: the test rows of the four-way set. */
export function evalMoods(data: Data, model: Model): Section {
  const rows = data.labelled('goemo4.test.jsonl');
  const truth = rows.map(moodOf);
  const row = (who: string, say: (text: string) => number, target?: Row['target']): Row => {
    const said = rows.map(({ text }) => say(unmasked(text)));
    const each = f1Of(said, truth, MOODS.length);
    const note = MOODS.map((mood, at) => `${mood} ${(each[at] ?? 0).toFixed(2)}`).join(', ');
    return {
      who,
      unit: 'f1',
      value: macroF1(said, truth, MOODS.length),
      note,
      ...(target ? { target } : {}),
    };
  };
  return {
    title: 'Complaint, praise, question, other',
    about: `Macro-F1 on the ${rows.length} test comments of goemo4. The verdict also hears questions that the set calls "other".`,
    rows: [
      row('majority class', () => OTHER),
      row('question mark', (text) => (text.includes('?') ? QUESTION : OTHER)),
      row('lexicon (vader-sentiment) and question mark', byLexicon),
      row('rules alone, leading kind', byTriage(createTriage(null))),
      row('heads alone', (text) => bestOf([...scoresOf(model, features(text)), 0]), { atLeast: 0.66 }),
      row('verdict, leading kind', byTriage(createTriage(model))),
    ],
  };
}
