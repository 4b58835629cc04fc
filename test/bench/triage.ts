import { SentimentIntensityAnalyzer } from 'vader-sentiment';
import { makePost } from '../../src/domain/post.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import { loadModel } from '../../src/triage-model.ts';
import { SENTENCES } from '../support/sentences.ts';
import type { Figures } from './figures.ts';

const ROUNDS = 60;
const CONTEXT = {
  brand: { names: ['Crockhaven'], competitors: ['Potsmith'], domains: [] },
  earlier: [],
  met: 0,
};

/** Posts a second of processor time, the first of three runs left out as warming up. */
function pace(posts: number, run: () => void): number {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) run();
    const { user, system } = process.cpuUsage(before);
    return (ROUNDS * posts) / ((user + system) / 1e6);
  });
  return Math.max(...runs.slice(1));
}

/** The whole of triage (language, rules, heads, reasons), beside a lexicon that only adds up English words. */
export function benchTriage({ row }: Figures): void {
  const english = Object.values(SENTENCES.en).flat();
  const texts = [
    ...Object.values(SENTENCES).flatMap((sentences) => Object.values(sentences).flat()),
    // Mostly English, as the networks are, and some posts longer than a line.
    ...Array.from({ length: 10 }, () => english).flat(),
    ...english.map((_, at) => [...english.slice(at), ...english.slice(0, at)].slice(0, 5).join('. ')),
  ];
  const author = { id: 'a', name: 'a', handle: 'a' };
  const posts = texts.map((text) =>
    makePost({ source: 's', id: 'p', conversationId: 'c', via: 'mention', author, text, createdAt: 1 }),
  );
  const { model, problem } = loadModel();
  if (!model) throw new Error(problem);
  const whole = createTriage(model);
  const rules = createTriage(null);
  const all = (judge: (post: (typeof posts)[number]) => unknown) => (): void =>
    posts.forEach((post) => void judge(post));
  const lexicon = pace(
    posts.length,
    all(({ text }) => SentimentIntensityAnalyzer.polarity_scores(text)),
  );
  const byRules = pace(
    posts.length,
    all((post) => rules(post, CONTEXT)),
  );
  const ours = pace(
    posts.length,
    all((post) => whole(post, CONTEXT)),
  );
  row('triage', ours, lexicon, 'posts/s', 'vader-sentiment on the same posts');
  row('triage with the trained heads', ours, byRules, 'posts/s', 'its rules alone');
}
