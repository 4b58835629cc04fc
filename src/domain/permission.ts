import { z } from 'zod';
import { REMARK_CODES } from './etiquette.ts';
import type { Person, Role } from './item.ts';
import { KINDS, type Kind } from './triage/verdict.ts';
import { findWord } from './words.ts';

/** What a role is needed for. */
export type Permission = 'send' | 'approve' | 'dismiss' | 'assign' | 'settings';

/** The least role each needs; `responder` means everybody of the team. */
export type Permissions = Readonly<Record<Permission, Role>>;

/** Everybody answers and decides about what they hold; approving and changing settings is for managers. */
export const DEFAULT_PERMISSIONS: Permissions = {
  send: 'responder',
  approve: 'manager',
  dismiss: 'responder',
  assign: 'responder',
  settings: 'manager',
};

const role = z.enum(['responder', 'manager']);

/** `team.permissions` in potluck.yaml. */
export const permissionsSchema = z.strictObject({
  send: role.default(DEFAULT_PERMISSIONS.send),
  approve: role.default(DEFAULT_PERMISSIONS.approve),
  dismiss: role.default(DEFAULT_PERMISSIONS.dismiss),
  assign: role.default(DEFAULT_PERMISSIONS.assign),
  settings: role.default(DEFAULT_PERMISSIONS.settings),
});

/** `team.approval` in potluck.yaml: which answers wait for a second person. Any condition that holds is enough. */
export const approvalSchema = z
  .strictObject({
    /** Every answer. */
    everyone: z.boolean().default(false),
    kinds: z.array(z.enum(KINDS)).default([]),
    /** Source names. */
    sources: z.array(z.string()).default([]),
    /** Words or phrases in the post or in the answer, as whole words, in any case. */
    words: z.array(z.string().trim().min(1)).default([]),
    /** The first so many answers of everybody who is new; 0 for none. */
    newResponders: z.number().int().min(0).max(1_000).default(0),
  })
  .refine(
    (rule) =>
      rule.everyone || rule.kinds.length + rule.sources.length + rule.words.length + rule.newResponders > 0,
    'says of no answer that it needs approval: set everyone, kinds, sources, words or newResponders.',
  );
export type ApprovalRule = z.output<typeof approvalSchema>;

/** `team.etiquette` in potluck.yaml: what no draft may be sent with unless a second person approves it. */
export const etiquetteSchema = z.strictObject({
  block: z.union([z.literal('all').transform(() => REMARK_CODES), z.array(z.enum(REMARK_CODES))]).default([]),
});

/** `team.managers` in potluck.yaml: ids, with names where people should read them. */
export const managersSchema = z.array(
  z.union([
    z.string().transform((id) => ({ id, name: null })),
    z.strictObject({ id: z.string(), name: z.string().trim().min(1) }),
  ]),
);
export type Manager = z.output<typeof managersSchema>[number];

/** Why this answer needs a second person, in words; null when it does not. */
export function approvalReason(
  rule: ApprovalRule | null,
  about: {
    readonly kinds: readonly Kind[];
    readonly source: string;
    readonly texts: readonly string[];
    /** How many answers of this person are public; null where nobody counted. */
    readonly sent: number | null;
  },
): string | null {
  if (!rule) return null;
  if (rule.everyone) return 'Every answer is read by a second person before it is public.';
  const kind = rule.kinds.find((one) => about.kinds.includes(one));
  if (kind) return `An answer to a ${kind} is read by a second person before it is public.`;
  if (rule.sources.includes(about.source))
    return `What goes out on ${about.source} is read by a second person before it is public.`;
  if (about.sent !== null && about.sent < rule.newResponders)
    return about.sent === 0
      ? `This is your first answer: the first ${rule.newResponders} of everybody are read by a second person before they are public.`
      : `You have answered ${about.sent} so far: the first ${rule.newResponders} answers of everybody are read by a second person before they are public.`;
  const word = about.texts.map((text) => findWord(text, rule.words)).find((found) => found !== null);
  return word ? `“${word}” is a word for which a second person reads the answer first.` : null;
}

/** What may be done with a permission, in the words of a refusal. */
const DOING: Readonly<Record<Permission, string>> = {
  send: 'send',
  approve: 'approve',
  dismiss: 'dismiss',
  assign: 'assign',
  settings: 'change settings',
};

/** "Only managers may send. Managers: Ana, Ben." */
export function refusalWords(what: Permission, managers: readonly Person[]): string {
  const names = managers.map(({ name }) => name).join(', ');
  return `Only managers may ${DOING[what]}. ${names ? `Managers: ${names}.` : 'potluck.yaml names none yet: team.managers.'}`;
}
