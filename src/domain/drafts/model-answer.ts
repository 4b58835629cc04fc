import { z } from 'zod';

/** Longest answer that is looked into, in UTF-16 units. */
const MAX_READ = 60_000;

const draftsAnswer = z.object({ drafts: z.array(z.string()).max(20) });
const translationAnswer = z.object({ translation: z.string() });

/** The drafts that a model wrote; null when its answer is not what it was asked for. */
export function draftsIn(answer: string): readonly string[] | null {
  const parsed = draftsAnswer.safeParse(jsonIn(answer));
  return parsed.success ? parsed.data.drafts.map((text) => text.trim()) : null;
}

export function translationIn(answer: string): string | null {
  const parsed = translationAnswer.safeParse(jsonIn(answer));
  return parsed.success ? parsed.data.translation.trim() : null;
}

/** The JSON object in an answer: alone, or with words or a code fence around it, as small models like to write. */
function jsonIn(answer: string): unknown {
  if (answer.length > MAX_READ) return null;
  const [first, last] = [answer.indexOf('{'), answer.lastIndexOf('}')];
  if (first < 0 || last < first) return null;
  try {
    return JSON.parse(answer.slice(first, last + 1));
  } catch {
    return null;
  }
}
