import { z } from 'zod';
import { timeSchema, weekdaysSchema, zoneSchema } from './calendar-schema.ts';
import type { Person } from './item.ts';
import { KINDS } from './triage/verdict.ts';

const VIAS = ['mention', 'reply', 'quote', 'follow', 'comment', 'keyword', 'share', 'message'] as const;
const PERSON_ID = /^[a-z]+:\S{1,200}$/;

const someWords = z.array(z.string().trim().min(1).max(200)).min(1).max(500);
const priority = z.number().int().min(0).max(100);

/** The conditions of a rule: all that are given must hold; within a list, any is enough. */
export const whenSchema = z.strictObject({
  kinds: z.array(z.enum(KINDS)).min(1).optional(),
  /** Source names. */
  sources: z.array(z.string()).min(1).optional(),
  /** Words or phrases, as whole words, in any case. */
  words: someWords.optional(),
  /** Regular expressions in RE2's syntax, in any case; checked by whoever compiles them. */
  patterns: z.array(z.string().min(1).max(1_000)).min(1).max(100).optional(),
  /** BCP 47 primary tags: `de` matches `de-AT`. Where the network names none, the text is read. */
  languages: z.array(z.string().trim().min(2).max(35)).min(1).optional(),
  author: z
    .strictObject({
      /** How the network addresses them; a leading @ is ignored. */
      handles: someWords.optional(),
      /** Whole display names. Anybody may call themselves anything: a hint, no proof. */
      names: someWords.optional(),
      /** Tags that the team gave them. */
      tags: someWords.optional(),
      /** Whether we had a conversation with them before. */
      known: z.boolean().optional(),
    })
    .refine((author) => Object.keys(author).length > 0, 'says nothing: give handles, names, tags or known')
    .optional(),
  /** How the post reached us. */
  via: z.array(z.enum(VIAS)).min(1).optional(),
  /** As triage gave it, whatever rules before this one made of it. */
  minPriority: priority.optional(),
  maxPriority: priority.optional(),
  /** The clock when it reaches us. A span over midnight belongs to the day it begins on. */
  time: z
    .strictObject({
      days: weekdaysSchema.optional(),
      from: timeSchema.optional(),
      to: timeSchema.optional(),
      /** Default: the team's. */
      zone: zoneSchema.optional(),
    })
    .refine(({ days, from, to }) => (days ?? from ?? to) !== undefined, 'says nothing: give days, from or to')
    .refine(({ from, to }) => (from === undefined) === (to === undefined), 'needs both “from” and “to”')
    .refine(({ from, to }) => from === undefined || from !== to, 'has the same “from” and “to”')
    .optional(),
  /** Whether the team works at that time (`team.hours`). */
  working: z.boolean().optional(),
});
export type When = z.output<typeof whenSchema>;

const personSchema = z
  .union(
    [
      z.string().regex(PERSON_ID),
      z.strictObject({ id: z.string().regex(PERSON_ID), name: z.string().trim().min(1).max(100) }),
    ],
    'must be a person’s id such as slack:T0123456789/U0123456789, or { id: …, name: … }',
  )
  .transform(
    (given): Person =>
      typeof given === 'string' ? { id: given, name: given.replace(/^.*[:/]/, '') } : given,
  );

/** A channel of a chat, as potluck.yaml names it. */
export const placeName = z
  .string()
  .regex(/^[a-z]+:[^\s:]{1,100}$/, 'must be chat:channel, for instance web:product or slack:C0123456789');

/** One rule of `routes` in potluck.yaml. What they mean together is with {@link ./routing.ts route}. */
export const ruleSchema = z
  .strictObject({
    /** What people read of it: “Product team”. */
    name: z.string().trim().min(1).max(60).optional(),
    when: whenSchema.default({}),
    /** Where the card goes: `slack:C0123456789`, `web:product`. */
    to: z.array(placeName).min(1).optional(),
    /** Who has it from the beginning. */
    owner: personSchema.optional(),
    /** A number sets it, `"+20"` raises and `"-20"` lowers it. */
    priority: z
      .union(
        [priority, z.string().regex(/^[+-]\d{1,3}$/)],
        'must be a number from 0 to 100, or in quotes "+20" or "-20"',
      )
      .optional(),
    /** People who are told in the card's thread, once. */
    watchers: z.array(personSchema).min(1).max(20).optional(),
    /** In the lists and the digest, and nobody is told. */
    digestOnly: z.literal(true, 'must be true, or left out').optional(),
    /** Look at the rules after this one too. */
    continue: z.boolean().default(false),
  })
  .refine(
    ({ to, owner, priority: weight, watchers, digestOnly }) =>
      (to ?? owner ?? weight ?? watchers ?? digestOnly) !== undefined,
    'does nothing: give it to, owner, priority, watchers or digestOnly',
  )
  .refine(
    (rule) => !rule.digestOnly || !(rule.to || rule.owner || rule.watchers || rule.continue),
    'has digestOnly, which tells nobody and ends the list: take to, owner, watchers and continue out',
  );
export type Rule = z.output<typeof ruleSchema>;
