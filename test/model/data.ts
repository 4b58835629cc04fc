import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** A text and what somebody said that it is. */
export interface Labelled {
  readonly text: string;
  readonly label: string;
}

/** A recorded conversation between customers and a company. */
export interface Dialog {
  readonly split: string;
  readonly posts: readonly { readonly ours: boolean; readonly text: string }[];
}

/** The data sets of one folder. */
export interface Data {
  readonly folder: string;
  labelled(name: string): readonly Labelled[];
  dialogs(): readonly Dialog[];
  words(name: string): readonly string[];
  /** Sentences of product reviews, each with whether its marked opinions are bad. */
  reviews(): readonly { readonly text: string; readonly bad: boolean }[];
}

const labelledSchema = z.object({ text: z.string(), label: z.string() });
const dialogSchema = z.object({
  split: z.string(),
  posts: z.array(z.object({ ours: z.boolean(), text: z.string() })),
});

const MISSING = (folder: string): string => `There is no training data in ${folder}.
The data sets are not part of this repository: models/README.md lists them with their owners and licences.
Put them into a folder and say where it is: npm run train -- --data <folder> (and the same for npm run eval).
`;

/** Opens the folder named by `--data`, else `../shared/data` beside the repository. Ends the program with advice when it is not there. */
export function openData(root: string, args: readonly string[]): Data {
  const at = args.indexOf('--data');
  const folder = resolve(root, (at >= 0 && args[at + 1]) || '../shared/data');
  if (!existsSync(join(folder, 'goemo4.train.jsonl'))) {
    process.stderr.write(MISSING(folder));
    process.exit(2);
  }
  const lines = (name: string): readonly unknown[] =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line));
  return {
    folder,
    labelled: (name) => z.array(labelledSchema).parse(lines(name)),
    dialogs: () => z.array(dialogSchema).parse(lines('dialogs/customer-care.jsonl')),
    reviews: () =>
      readdirSync(join(folder, 'reviews'))
        .filter((name) => name.endsWith('.txt') && !/^(Integrated|README)/.test(name))
        .sort()
        .flatMap((name) => readFileSync(join(folder, 'reviews', name), 'latin1').split('\n'))
        .flatMap(reviewSentence),
    words: (name) =>
      readFileSync(join(folder, 'lexicon', name), 'latin1')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith(';')),
  };
}

/** `battery[-2],size[+1]##the battery is bad .`: opinions, each with its strength, and the sentence. */
function reviewSentence(line: string): readonly { readonly text: string; readonly bad: boolean }[] {
  const cut = line.indexOf('##');
  if (cut < 0) return [];
  const strengths = [...line.slice(0, cut).matchAll(/\[([+-]\d)\]/g)].map(([, strength]) => Number(strength));
  // Opinions that balance, or have no strength, teach nothing.
  const sum = strengths.reduce((all, one) => all + one, 0);
  if (sum === 0 && cut > 0) return [];
  const text = line
    .slice(cut + 2)
    .replace(/ (n't|'\w{1,3})/g, '$1')
    .replace(/ ([.,!?])/g, '$1')
    .trim();
  return text.length < 8 ? [] : [{ text, bad: sum < 0 }];
}

export const MOODS = ['complaint', 'praise', 'question', 'other'] as const;

/** The comments' own masks become what they stand for in a post: a handle and a word. */
export function unmasked(text: string): string {
  return text.replaceAll('[NAME]', '@name').replaceAll('[RELIGION]', 'religion');
}

/** Number of a label of the four-way set. */
export function moodOf({ label }: Labelled): number {
  const mood = (MOODS as readonly string[]).indexOf(label);
  if (mood < 0) throw new Error(`“${label}” is none of ${MOODS.join(', ')}.`);
  return mood;
}
