import { z } from 'zod';
import { isDay } from '../calendar.ts';
import { daySchema, timeSchema, weekdaysSchema } from '../calendar-schema.ts';
import { durationSchema } from '../duration.ts';
import { placeName } from '../routing-rule.ts';
import { HOLIDAY_COUNTRIES } from './holidays.ts';

const cadenceSchema = z
  .strictObject({
    perWeek: z.number().int().min(1).max(14).default(2),
    days: weekdaysSchema.default([1, 2, 3, 4, 5]),
    from: timeSchema.default(10 * 60),
    to: timeSchema.default(16 * 60),
    apart: durationSchema('20h', '1h'),
  })
  .refine(({ from, to }) => to - from >= 60, {
    path: ['to'],
    message: 'must be an hour after “from” at least',
  })
  .transform(({ apart, ...rest }) => ({ ...rest, apartMs: apart }));

const placesSchema = z.array(placeName).min(1);

const calendarSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(60),
    url: z
      .string()
      .regex(/^(https?|webcal):\/\/\S+$/i, 'must begin with https:// or webcal://')
      .optional(),
    file: z.string().min(1).optional(),
  })
  .refine(({ url, file }) => (url === undefined) !== (file === undefined), 'needs either “url” or “file”');

const countrySchema = z
  .string()
  .transform((code) => code.trim().toUpperCase())
  .refine((code) => HOLIDAY_COUNTRIES.includes(code), {
    error: `is no country whose holidays are known here. Known: ${HOLIDAY_COUNTRIES.join(', ')}.`,
  });

const colleagueSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(40),
    birthday: z
      .string('must be a month and a day such as "03-14"')
      .refine((text) => isDay(`2028-${text}`), 'must be a month and a day such as "03-14", without the year')
      .optional(),
    since: daySchema.optional(),
  })
  .refine(
    ({ birthday, since }) => birthday !== undefined || since !== undefined,
    'needs a “birthday” or “since”',
  );

/** `prompts` in potluck.yaml. */
export const promptsSchema = z.strictObject({
  /** Where the cards go. */
  to: placesSchema.optional(),
  /** Where the posts would go: names, or names with places and a cadence of their own. */
  sources: z
    .array(
      z.union([
        z.string().transform((name) => ({ name, to: undefined, cadence: undefined })),
        z.strictObject({ name: z.string(), to: placesSchema.optional(), cadence: cadenceSchema.optional() }),
      ]),
    )
    .min(1, 'names no source: where shall the posts go?'),
  /** Where the team works, as it stands in a sentence. */
  place: z.string().trim().min(2).max(40).default('the office'),
  cadence: cadenceSchema.prefault({}),
  repeatAfter: durationSchema('180d', '7d'),
  hearAfter: durationSchema('2d', '1h'),
  countries: z.array(countrySchema).max(20).default([]),
  hemisphere: z.enum(['north', 'south']).optional(),
  calendars: z.array(calendarSchema).max(20).default([]),
  /** Colleagues who agreed to it. */
  team: z.array(colleagueSchema).max(500).default([]),
});
export type PromptsConfig = z.output<typeof promptsSchema>;

/** Countries whose first name here means that the team lives in the south, or says "2 pm". */
const SOUTH = ['AU', 'NZ'];
const TWELVE_HOURS = ['US', 'CA', 'AU', 'NZ', 'IE'];

export function hemisphereOf({ hemisphere, countries }: PromptsConfig): 'north' | 'south' {
  return hemisphere ?? (SOUTH.includes(countries[0] ?? '') ? 'south' : 'north');
}

export function saysTwelveHours({ countries }: PromptsConfig): boolean {
  return TWELVE_HOURS.includes(countries[0] ?? '');
}
