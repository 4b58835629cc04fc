/**
 * `npm run eval:team`: teams that are simulated over public data sets, with hidden preferences, 5 % wrong clicks, and a
 * list of which only a part is ever clicked, the top more than the end. Prints the average precision of the rules with the
 * team's role, and of the same with what was learnt from 25 to 500 clicks. Reads ../shared/data (or DATA=<folder>).
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createTriage } from '../../src/domain/triage/triage.ts';
import { loadModel } from '../../src/triage-model.ts';
import { type Sample, type Seen, type SimulatedTeam, seeded, seen, shuffled, simulate } from './simulate.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const DATA = process.env.DATA ?? resolve(ROOT, '../shared/data');
const SEEDS = (process.env.SEEDS ?? '1,2,3,4,5').split(',').map(Number);
const AFTER = (process.env.AFTER ?? '25,50,100,200,500').split(',').map(Number);
const HELD = 1_000;
const STREAM = 4_000;
/** Of what comes, at least this share is what the team wants (as long as the data has so much). */
const WANTED = 0.2;

function read(name: string, gold: (label: string) => string, intents: boolean, most: number): Sample[] {
  const lines = readFileSync(resolve(DATA, name), 'utf8').trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { text: string; label: string });
  return shuffled(rows, seeded(7))
    .slice(0, most)
    .map(({ text, label }) => ({ text, gold: gold(label), intent: intents ? label : '' }));
}

function pool(part: 'train' | 'test'): Sample[] {
  const same = (label: string): string => label;
  const sentences = read(
    'jindal.all.jsonl',
    (label) => (label === 'NONE' ? 'other' : 'comparison'),
    false,
    7_000,
  );
  return [
    ...read(`goemo4.${part}.jsonl`, same, false, 4_000),
    ...read(`banking.${part}.jsonl`, () => 'question', true, 1_500),
    ...read(`clinc.${part}.jsonl`, () => 'question', true, 1_500),
    ...(part === 'train' ? sentences.slice(0, 3_500) : sentences.slice(3_500)).filter(
      ({ gold }, at) => gold === 'comparison' || at % 4 === 0,
    ),
  ];
}

const isKind =
  (...kinds: readonly string[]) =>
  ({ gold }: Sample): boolean =>
    kinds.includes(gold);
const isAbout =
  (words: RegExp) =>
  ({ intent }: Sample): boolean =>
    words.test(intent);
const TRAVEL =
  /travel|flight|hotel|plug_type|visa|vaccine|car_rental|book_|translate|timezone|carry_on|luggage/;

const CAREFUL = 0.05;
const TEAMS: readonly SimulatedTeam[] = [
  {
    name: 'support: complaints and questions (as its role)',
    role: 'support',
    wants: isKind('complaint', 'question'),
    wrong: CAREFUL,
  },
  { name: 'support: complaints alone', role: 'support', wants: isKind('complaint'), wrong: CAREFUL },
  { name: 'support: questions about cards', role: 'support', wants: isAbout(/card|pin|atm/), wrong: CAREFUL },
  {
    name: 'support: questions about transfers',
    role: 'support',
    wants: isAbout(/transfer|top_up|payment/),
    wrong: CAREFUL,
  },
  {
    name: 'marketing: praise and comparisons (as its role)',
    role: 'marketing',
    wants: isKind('praise', 'comparison'),
    wrong: CAREFUL,
  },
  { name: 'marketing: praise alone', role: 'marketing', wants: isKind('praise'), wrong: CAREFUL },
  {
    name: 'product: comparisons (as its role)',
    role: 'product',
    wants: isKind('comparison'),
    wrong: CAREFUL,
  },
  {
    name: 'product: complaints and comparisons',
    role: 'product',
    wants: isKind('complaint', 'comparison'),
    wrong: CAREFUL,
  },
  {
    name: 'community: questions and small talk (as its role)',
    role: 'community',
    wants: isKind('question', 'other', 'praise'),
    wrong: CAREFUL,
  },
  { name: 'community: questions about travel', role: 'community', wants: isAbout(TRAVEL), wrong: CAREFUL },
  {
    name: 'no role: complaints but no praise',
    role: null,
    wants: isKind('complaint', 'question', 'comparison'),
    wrong: CAREFUL,
  },
  { name: 'no role: questions about travel', role: null, wants: isAbout(TRAVEL), wrong: CAREFUL },
  { name: 'wrong role: support that wants praise', role: 'support', wants: isKind('praise'), wrong: CAREFUL },
  {
    name: 'wrong role: marketing that wants complaints',
    role: 'marketing',
    wants: isKind('complaint'),
    wrong: CAREFUL,
  },
  {
    name: 'noise: support whose clicks mean nothing',
    role: 'support',
    wants: isKind('complaint', 'question'),
    wrong: 0.5,
  },
  {
    name: 'noise: marketing whose clicks mean nothing',
    role: 'marketing',
    wants: isKind('praise', 'comparison'),
    wrong: 0.5,
  },
  {
    name: 'noise: no role, clicks mean nothing',
    role: null,
    wants: isKind('complaint', 'question'),
    wrong: 0.5,
  },
];

/** Posts as they come before a team. */
function mixed(
  pool: readonly Sample[],
  team: SimulatedTeam,
  count: number,
  random: () => number,
): readonly Seen[] {
  const all = shuffled(pool, random);
  const wanted = all.filter(team.wants);
  const share = Math.max(WANTED, wanted.length / all.length);
  const good = wanted.slice(0, Math.round(count * share));
  const rest = all.filter((sample) => !team.wants(sample)).slice(0, count - good.length);
  return shuffled([...good, ...rest], random).map((sample) => seen(sample, team.role, random, triage));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (!existsSync(DATA)) {
  console.error(`There is no ${DATA}: say where the data sets are with DATA=<folder>.`);
  process.exit(1);
}

const triage = createTriage(loadModel(ROOT).model);
const [train, test] = [pool('train'), pool('test')];
const rows: Record<string, Record<string, string>> = {};
let worst = { after100: 1, after200: 1, team100: '', team200: '' };
for (const team of TEAMS) {
  const courses = SEEDS.map((seed) => {
    const random = seeded(seed * 7_919);
    const stream = mixed(train, team, STREAM, random);
    const held = mixed(test, team, HELD, random);
    return simulate(team, stream, held, AFTER, random);
  });
  const prior = mean(courses.map((course) => course.prior));
  const gains = AFTER.map((clicks) =>
    courses.flatMap((course) => {
      const after = course.learnt.get(clicks);
      return after === undefined ? [] : [after - course.prior];
    }),
  );
  const least = Math.min(...gains.slice(3).flat());
  rows[team.name] = {
    prior: prior.toFixed(3),
    ...Object.fromEntries(AFTER.map((clicks, at) => [`after ${clicks}`, signed(mean(gains[at] ?? []))])),
    'worst seed from 200 on': signed(least),
  };
  const [, , hundred = []] = gains;
  if (mean(hundred) < worst.after100) worst = { ...worst, after100: mean(hundred), team100: team.name };
  if (least < worst.after200) worst = { ...worst, after200: least, team200: team.name };
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

console.table(rows);
console.log(
  `Least gain after 100 clicks (mean of ${SEEDS.length} seeds): ${signed(worst.after100)} (${worst.team100})`,
);
console.log(`Worst single run from 200 clicks on: ${signed(worst.after200)} (${worst.team200})`);
