import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { cleanLine } from '../post.ts';

const rule = z.string().trim().min(2).max(300);

/** `voice` in potluck.yaml: how the team sounds. Read by a language model, where there is one. */
export const voiceSchema = z.strictObject({
  text: z.string().trim().min(2).max(4_000).optional(),
  do: z.array(rule).max(30).default([]),
  dont: z.array(rule).max(30).default([]),
});
export type Voice = z.output<typeof voiceSchema>;

const price = z.number().min(0).max(10_000);

/** `drafts.model` in potluck.yaml. */
export const modelSchema = z
  .strictObject({
    /** Base address of an API that speaks OpenAI's chat completions; it may be of your own network. */
    url: z.url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:11434/v1' }),
    name: z.string().trim().min(1).max(200),
    key: z.string().trim().min(1).optional(),
    /** For everything, further attempts included. */
    timeout: durationSchema('30s'),
    /** US dollars for a million tokens, in and out; 0 for a model of your own. */
    pricePerMillion: z.strictObject({ input: price, output: price }).default({ input: 0, output: 0 }),
    /** US dollars; what might go beyond it is not asked. */
    maxCostPerDay: z.number().positive().max(10_000).default(1),
    maxTokens: z.number().int().min(100).max(8_000).default(1_200),
  })
  .refine(({ timeout }) => timeout >= 1_000 && timeout <= 120_000, {
    path: ['timeout'],
    error: 'must be between 1s and 2m: a person waits',
  });
export type ModelConfig = z.output<typeof modelSchema>;

/** `drafts` in potluck.yaml: what suggestions for answers are made of. */
export const draftsSchema = z.strictObject({
  /** What you make, as people write it: `{product}` in saved replies. */
  products: z.array(z.string().trim().min(2).max(60)).max(200).default([]),
  /** Where `{link}` leads when nobody passed on a page of yours. */
  link: z.url({ protocol: /^https?$/, error: 'must be an address that starts with https://' }).optional(),
  model: modelSchema.optional(),
});
export type DraftsConfig = z.output<typeof draftsSchema>;
/** What the flow looks at: the model it gets ready-made. */
export type DraftSettings = Pick<DraftsConfig, 'products' | 'link'>;

/** Longest saved reply, in UTF-16 units: the longest that the forms of the chats take. */
export const MAX_SAVED_TEXT = 3_000;
const MAX_SAVED_NAME = 40;

/** What a saved reply may be called: one line, short enough for a button. Empty when nothing is left. */
export function savedName(raw: string): string {
  return cleanLine(raw, MAX_SAVED_NAME);
}
