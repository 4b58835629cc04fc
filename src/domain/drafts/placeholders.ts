import { gap } from './gaps.ts';

/** What a saved reply can say of the conversation it is used in. */
export const PLACEHOLDERS = {
  name: 'what they are called',
  handle: 'how the network addresses them, with an @',
  product: 'which of your products they speak of (drafts.products)',
  link: 'the page of yours that they passed on, else drafts.link',
  network: 'where they wrote',
  brand: 'your first name under brand.names',
  me: 'the first name of who answers',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

/** The values for one conversation; what is null has to be filled in by hand. */
export type PlaceholderValues = Readonly<Record<Placeholder, string | null>>;

const PATTERN = /\{([^{}\n]{1,40})\}/gu;

function isPlaceholder(name: string): name is Placeholder {
  return Object.hasOwn(PLACEHOLDERS, name);
}

/** Placeholders of a text that Potluck does not know, each once. */
export function unknownPlaceholders(text: string): readonly string[] {
  const names = [...text.matchAll(PATTERN)].map(([, name = '']) => name.trim());
  return [...new Set(names.filter((name) => !isPlaceholder(name)))];
}

/** "{name} (what they are called), …": the list that a refusal shows. */
export function placeholderWords(): string {
  return Object.entries(PLACEHOLDERS)
    .map(([name, what]) => `{${name}} (${what})`)
    .join(', ');
}

/** The text with its placeholders filled; one without a value becomes a gap that keeps it from being sent. */
export function fillPlaceholders(text: string, values: PlaceholderValues): string {
  return text.replace(PATTERN, (all, raw: string) => {
    const name = raw.trim();
    if (!isPlaceholder(name)) return all;
    // What they call themselves must not open another placeholder or a gap.
    return values[name]?.replace(/[{}⟦⟧\n]/g, ' ').trim() || gap(name);
  });
}
