import { z } from 'zod';
import { DISMISS_REASONS, type DismissReason, MAX_WORDS, type Person, STATES } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { KINDS } from '../../domain/triage/verdict.ts';
import type { ChatAction, ListQuery } from '../chat.ts';

/** What is wrong with a request, one line a field. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Every problem of a request at once, each with its path. */
export function problemsOf(error: z.ZodError): readonly Problem[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.') || '(body)', message: issue.message }));
}

function listOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z
    .string()
    .transform((raw) =>
      raw
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(z.enum(values)));
}

const querySchema = z.object({
  state: listOf(STATES).optional(),
  kind: listOf(KINDS).optional(),
  source: z.string().max(64).optional(),
  /** A person's id, or `me`. */
  owner: z.string().max(300).optional(),
  channel: z.string().max(200).optional(),
  q: z.string().max(200).optional(),
  order: z.enum(['urgency', 'recent']).optional(),
  /** Open items that nobody is told of. */
  quiet: z.enum(['without', 'with', 'only']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A queue from the address line; empty values count as not given. `me` is the visitor. */
export function parseQuery(params: URLSearchParams, me: Person | null): Parsed<ListQuery> {
  const given = Object.fromEntries([...params].filter(([, value]) => value.trim() !== ''));
  const parsed = querySchema.safeParse(given);
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
  const { state, kind, source, owner, channel, q, order, quiet, limit, offset } = parsed.data;
  return {
    ok: true,
    value: {
      ...(state?.length ? { states: state } : {}),
      ...(kind?.length ? { kinds: kind } : {}),
      ...(source ? { source } : {}),
      // Nobody owns anything under an impossible id: "mine" of a visitor without a name is empty.
      ...(owner ? { owner: owner === 'me' ? (me?.id ?? 'nobody') : owner } : {}),
      ...(channel ? { channel } : {}),
      ...(q ? { words: q } : {}),
      ...(order ? { order } : {}),
      ...(quiet ? { quiet } : {}),
      limit,
      ...(offset ? { offset } : {}),
    },
  };
}

const words = z.string().max(MAX_WORDS, `at most ${MAX_WORDS} characters`);
const reasons = Object.keys(DISMISS_REASONS) as [DismissReason, ...DismissReason[]];
const publicUrl = z
  .string()
  .transform((raw) => safeUrl(raw.trim()))
  .refine((url) => url !== null, 'must be a http(s) address');
const instant = z
  .union([z.number(), z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso))], {
    error: 'must be epoch milliseconds or an ISO 8601 time with its zone',
  })
  .refine((at) => Number.isSafeInteger(at), 'must be epoch milliseconds');
const personRef = z.union([
  z.string().min(1).max(300),
  z.strictObject({ id: z.string().min(1).max(300), name: z.string().trim().min(1).max(100) }),
]);

/** Which version of the card the person was looking at. */
const seen = { seenVersion: z.number().int().positive().nullish() };

const actionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('claim'), ...seen }),
  z.strictObject({ action: z.literal('release'), ...seen }),
  z.strictObject({ action: z.literal('reopen'), ...seen }),
  z.strictObject({ action: z.literal('another'), ...seen }),
  z.strictObject({ action: z.literal('not-today'), ...seen }),
  z.strictObject({ action: z.literal('assign'), to: personRef, ...seen }),
  z.strictObject({ action: z.literal('draft'), text: words, ...seen }),
  z.strictObject({
    action: z.literal('send'),
    text: words,
    pictures: z.array(z.string().max(60)).max(20).optional(),
    ...seen,
  }),
  z.strictObject({ action: z.literal('request-approval'), text: words, ...seen }),
  z.strictObject({ action: z.literal('approve'), text: words.optional(), ...seen }),
  z.strictObject({ action: z.literal('refuse'), words: words.nullish(), ...seen }),
  z.strictObject({ action: z.literal('note'), text: words, ...seen }),
  z.strictObject({ action: z.literal('snooze'), until: instant, ...seen }),
  z.strictObject({
    action: z.literal('dismiss'),
    reason: z.enum(reasons),
    words: words.nullish(),
    ...seen,
  }),
  z.strictObject({
    action: z.literal('mark-answered'),
    url: publicUrl.nullish(),
    words: words.nullish(),
    ...seen,
  }),
]);

export interface AskedAction {
  readonly action: ChatAction;
  readonly seenVersion: number | null;
}

/** An action from the body of a request; `people` are those an item can be handed to. */
export async function parseAction(
  body: unknown,
  me: Person,
  people: () => Promise<readonly Person[]>,
): Promise<Parsed<AskedAction>> {
  const parsed = actionSchema.safeParse(body);
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
  const asked = parsed.data;
  const seenVersion = asked.seenVersion ?? null;
  const done = (action: ChatAction): Parsed<AskedAction> => ({ ok: true, value: { action, seenVersion } });
  switch (asked.action) {
    case 'claim':
    case 'release':
    case 'reopen':
    case 'another':
    case 'not-today':
      return done({ type: asked.action });
    case 'send':
      return done({
        type: 'send',
        text: asked.text,
        ...(asked.pictures ? { pictures: asked.pictures } : {}),
      });
    case 'draft':
    case 'request-approval':
    case 'note':
      return done({ type: asked.action, text: asked.text });
    case 'approve':
      return done({ type: 'approve', ...(asked.text === undefined ? {} : { text: asked.text }) });
    case 'refuse':
      return done({ type: 'refuse', words: asked.words ?? null });
    case 'snooze':
      return done({ type: 'snooze', until: asked.until });
    case 'dismiss':
      return done({ type: 'dismiss', reason: asked.reason, words: asked.words ?? null });
    case 'mark-answered':
      return done({ type: 'mark-answered', url: asked.url ?? null, words: asked.words ?? null });
    case 'assign': {
      const to = asked.to;
      if (typeof to !== 'string') return done({ type: 'assign', to });
      const found = to === 'me' ? me : (await people()).find((person) => person.id === to);
      if (found) return done({ type: 'assign', to: found });
      return {
        ok: false,
        problems: [
          { path: 'to', message: `nobody here has the id “${to.slice(0, 60)}”; GET /api/people lists them` },
        ],
      };
    }
  }
}

export const introductionSchema = z.strictObject({ name: z.string().max(200) });
export const loginSchema = z.strictObject({ token: z.string().min(1).max(1_000) });
export const themeSchema = z.strictObject({ theme: z.enum(['light', 'dark']).nullable() });
export const measureSchema = z.strictObject({ text: words });
