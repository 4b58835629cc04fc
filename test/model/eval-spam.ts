import type { Model } from '../../src/domain/triage/model/weights.ts';
import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Data } from './data.ts';
import { postOf } from './subjects.ts';
import type { Section } from './table.ts';

const LINK = /https?:\/\/\S+/g;

/** How often a real customer is taken for a spammer. There is no honest set of spam to measure what is missed. */
export function evalSpam(data: Data, model: Model): Section {
  const triage = createTriage(model);
  const texts = data
    .dialogs()
    .flatMap(({ posts }) => posts.filter(({ ours }) => !ours).map(({ text }) => text));
  const brand = { names: ['brand'], competitors: [], domains: [] };
  const share = (spam: (text: string) => boolean): number => texts.filter(spam).length / texts.length;
  const byTriage = (text: string): boolean => {
    const post = { ...postOf(text), links: text.match(LINK) ?? [] };
    return triage(post, { brand, earlier: [], met: 0 }).kinds.includes('spam');
  };
  return {
    title: 'Customers taken for spammers',
    about: `Share of the ${texts.length} customers’ posts of the customer-care conversations.`,
    rows: [
      { who: 'every post with a link', unit: '%', value: share((text) => text.match(LINK) !== null) },
      { who: 'verdict', unit: '%', value: share(byTriage), target: { atMost: 0.01 } },
    ],
  };
}
