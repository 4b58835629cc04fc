import { judge } from '../../src/domain/triage/model/judge.ts';
import type { Model } from '../../src/domain/triage/model/weights.ts';
import { type Data, unmasked } from './data.ts';
import { carePosts } from './lessons.ts';
import type { Section } from './table.ts';

/**
 * Whether the head hears that something does not work. It learnt from the rules, so the rules cannot measure it: the rows
 * say where it speaks, and whoever trains it reads what it said (`-- --show` prints the posts).
 */
export function evalTrouble(data: Data, model: Model): Section {
  const says = (text: string): boolean => judge(model, text).trouble >= model.trouble.says;
  const care = carePosts(data, 'test');
  const known = care.filter(({ fault }) => fault);
  const silent = care.filter(({ fault }) => !fault);
  const answers = data
    .dialogs()
    .filter(({ split }) => split === 'test')
    .flatMap(({ posts }) => posts.filter(({ ours }) => ours).map(({ text }) => text));
  const calm = data
    .labelled('goemo4.test.jsonl')
    .filter(({ label }) => label !== 'complaint')
    .map(({ text }) => unmasked(text));
  const heard = silent.filter(({ text }) => says(text));
  if (process.argv.includes('--show'))
    for (const { text } of heard) process.stdout.write(`  ${text.replace(/\s+/g, ' ').slice(0, 200)}\n`);
  const share = (texts: readonly string[]): number => texts.filter(says).length / texts.length;
  return {
    title: 'Something does not work',
    about: `Where the head speaks, among ${care.length} English posts of customers (test split), ${answers.length} answers of companies and ${calm.length} comments.`,
    rows: [
      {
        who: 'posts whose words the rules know',
        unit: '%',
        value: share(known.map(({ text }) => text)),
        note: `of ${known.length}`,
      },
      {
        who: 'posts in which the rules hear nothing wrong',
        unit: '%',
        value: heard.length / silent.length,
        note: `${heard.length} of ${silent.length}`,
      },
      { who: 'answers of companies', unit: '%', value: share(answers), target: { atMost: 0.02 } },
      {
        who: 'Reddit comments that are no complaint',
        unit: '%',
        value: share(calm),
        target: { atMost: 0.01 },
      },
    ],
  };
}
