import { SentimentIntensityAnalyzer } from 'vader-sentiment';
import type { Post } from '../../src/domain/post.ts';
import type { Model } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';
import { type Data, unmasked } from './data.ts';
import { postOf } from './subjects.ts';
import type { Section } from './table.ts';

const CONTEXT = { brand: { names: ['brand'], competitors: ['Potsmith'], domains: [] }, earlier: [], met: 0 };
const ROUNDS = 4;
const HOSTILE = [
  'a',
  ' a',
  '?',
  '😡',
  'か',
  'न',
  'not ',
  'how do ',
  '@a ',
  '#x',
  'http://',
  'e\u0301\u0302\u0303',
  'ﷺ',
  'earn money dm me ',
  'Potsmith or ',
];

/** Posts a second of processor time, best of some rounds: other programs on the machine do not count. */
function pace(posts: readonly Post[], judge: (post: Post) => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (const post of posts) judge(post);
    const { user, system } = process.cpuUsage(before);
    return posts.length / ((user + system) / 1e6);
  });
  return Math.max(...rounds);
}

function slowest(triage: Triage): { readonly ms: number; readonly unit: string } {
  const found = HOSTILE.map((unit) => {
    const post = postOf(unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000));
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      triage(post, CONTEXT);
      return performance.now() - before;
    });
    return { unit, ms: Math.min(...times) };
  });
  return found.reduce((one, other) => (other.ms > one.ms ? other : one));
}

/** The whole of triage, with the language found out. */
export function evalSpeed(data: Data, model: Model): Section {
  const care = data
    .dialogs()
    .flatMap(({ posts }) => posts.filter(({ ours }) => !ours).map(({ text }) => text));
  const talk = data.labelled('goemo4.test.jsonl').map(({ text }) => unmasked(text));
  const posts = [...care, ...talk].map((text) => postOf(text));
  const triage = createTriage(model);
  const hostile = slowest(triage);
  return {
    title: 'Speed on one core',
    about: `${posts.length} posts: customers’ posts and Reddit comments. The hostile post: 100,000 characters of one kind, the slowest of ${HOSTILE.length} kinds.`,
    rows: [
      {
        who: 'lexicon (vader-sentiment)',
        unit: 'posts/s',
        value: pace(posts, ({ text }) => SentimentIntensityAnalyzer.polarity_scores(text)),
      },
      {
        who: 'rules alone',
        unit: 'posts/s',
        value: pace(posts, (post) => createTriage(null)(post, CONTEXT)),
      },
      {
        who: 'verdict',
        unit: 'posts/s',
        value: pace(posts, (post) => triage(post, CONTEXT)),
        target: { atLeast: 5_000 },
      },
      {
        who: 'verdict on a hostile post',
        unit: 'ms',
        value: hostile.ms,
        target: { atMost: 50 },
        note: JSON.stringify(hostile.unit),
      },
    ],
  };
}
