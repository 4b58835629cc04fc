import type { DayFigures, Digest } from './digest.ts';
import { dateWords, many, spanWords, weekdayWords } from './words.ts';

/**
 * The days of a digest as a picture: two bars a day, and above them how long people waited. It brings its own ground, so
 * that it reads the same on a light and on a dark screen; the classes let a page that has both paint it anew.
 */

/** Pixels; a phone shows it at a third of this, so nothing is written smaller than {@link SMALL}. */
export const CHART_WIDTH = 1200;
export const CHART_HEIGHT = 900;
const LEFT = 52;
const RIGHT = CHART_WIDTH - 52;
const TITLE_Y = 92;
const LEGEND_Y = 164;
/** The line of waiting times has a strip of its own: two scales in one field mislead. */
const LINE_TOP = 264;
const LINE_BOTTOM = 372;
const BARS_TOP = 462;
const BARS_BOTTOM = 756;
const SMALL = 34;

const PAINT = {
  ground: '#fffdf9',
  edge: '#d8cfc0',
  ink: '#23201b',
  soft: '#665e52',
  grid: '#e9e2d6',
  opened: '#b48aa9',
  answered: '#2f7d52',
  median: '#b4530a',
} as const;

type Paint = keyof typeof PAINT;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

interface Writing {
  readonly size: number;
  readonly paint: Paint;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** Ground around the letters, where a line may run behind them. */
  readonly halo?: boolean;
}

function words(
  x: number,
  y: number,
  text: string,
  { size, paint, anchor = 'start', bold = false, halo = false }: Writing,
): string {
  const weight = bold ? ' font-weight="bold"' : '';
  const behind = `x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}"${weight}`;
  const ground = halo
    ? `<text ${behind} class="chart-halo" stroke="${PAINT.ground}" stroke-width="12" stroke-linejoin="round" aria-hidden="true">${escaped(text)}</text>`
    : '';
  return `${ground}<text ${behind} class="chart-${paint}" fill="${PAINT[paint]}">${escaped(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The chart as SVG: no script, no style, no address; text in `DejaVu Sans`. */
export function chartSvg(digest: Pick<Digest, 'days' | 'zone'>): string {
  const { days, zone } = digest;
  const width = (RIGHT - LEFT) / Math.max(1, days.length);
  const middle = (index: number): number => LEFT + width * (index + 0.5);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT}" width="${CHART_WIDTH}" height="${CHART_HEIGHT}" font-family="DejaVu Sans, Verdana, sans-serif" role="img" aria-label="${escaped(chartAlt(digest))}">`,
    `<rect x="1.5" y="1.5" width="${CHART_WIDTH - 3}" height="${CHART_HEIGHT - 3}" rx="28" class="chart-ground" fill="${PAINT.ground}" stroke="${PAINT.edge}" stroke-width="3"/>`,
    words(LEFT, TITLE_Y, titleOf(digest), { size: 48, paint: 'ink', bold: true }),
    legend(),
    waitLine(days, middle),
    bars(days, middle, width),
    ...days.map((day, index) => dayName(day, middle(index), zone)),
    '</svg>',
  ].join('\n');
}

function titleOf({ days, zone }: Pick<Digest, 'days' | 'zone'>): string {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return 'No days';
  return `${dateWords(first.from, zone)} – ${dateWords(last.from, zone)}`;
}

function dayOfMonth(at: number, zone: string): string {
  return dateWords(at, zone).split(' ')[0] ?? '';
}

function legend(): string {
  const entry = (x: number, paint: 'opened' | 'answered', text: string): string =>
    `<rect x="${x}" y="${LEGEND_Y - 24}" width="28" height="28" rx="6" class="chart-${paint}" fill="${PAINT[paint]}"/>${words(x + 44, LEGEND_Y, text, { size: SMALL, paint: 'soft' })}`;
  const line = 496;
  return [
    entry(LEFT, 'opened', 'New'),
    entry(LEFT + 176, 'answered', 'Answered'),
    `<path d="M${line} ${LEGEND_Y - 10}h48" class="chart-median-line" stroke="${PAINT.median}" stroke-width="6" stroke-linecap="round"/><circle cx="${line + 24}" cy="${LEGEND_Y - 10}" r="10" class="chart-median" fill="${PAINT.median}"/>`,
    words(line + 66, LEGEND_Y, 'Half answered within', { size: SMALL, paint: 'soft' }),
  ].join('\n');
}

/** Points of the days on which somebody was answered; a day without breaks the line. */
function waitLine(days: readonly DayFigures[], middle: (index: number) => number): string {
  const most = Math.max(1, ...days.map(({ medianMs }) => medianMs ?? 0));
  const points = days.map(({ medianMs }, index) =>
    medianMs === null
      ? null
      : { x: middle(index), y: LINE_BOTTOM - (medianMs / most) * (LINE_BOTTOM - LINE_TOP), medianMs },
  );
  let path = '';
  for (const [index, point] of points.entries())
    if (point) path += `${points[index - 1] ? 'L' : 'M'}${round(point.x)} ${round(point.y)}`;
  const marks = points.flatMap((point) =>
    point
      ? [
          `<circle cx="${round(point.x)}" cy="${round(point.y)}" r="11" class="chart-median" fill="${PAINT.median}"/>`,
          words(point.x, point.y - 24, shortSpan(point.medianMs), {
            size: SMALL,
            paint: 'median',
            anchor: 'middle',
            bold: true,
            halo: true,
          }),
        ]
      : [],
  );
  const nothing = points.every((point) => point === null)
    ? [
        words(CHART_WIDTH / 2, LINE_BOTTOM - 40, 'Nobody who waited was answered', {
          size: SMALL,
          paint: 'soft',
          anchor: 'middle',
        }),
      ]
    : [];
  return [
    `<path d="M${LEFT} ${LINE_BOTTOM + 22}H${RIGHT}" class="chart-grid" stroke="${PAINT.grid}" stroke-width="3"/>`,
    `<path d="${path || 'M0 0'}" fill="none" class="chart-median-line" stroke="${PAINT.median}" stroke-width="6" stroke-linejoin="round" stroke-linecap="round"/>`,
    ...marks,
    ...nothing,
  ].join('\n');
}

function bars(days: readonly DayFigures[], middle: (index: number) => number, width: number): string {
  const most = Math.max(1, ...days.flatMap(({ opened, answered }) => [opened, answered]));
  const thick = Math.min(64, width * 0.36);
  const bar = (x: number, count: number, paint: 'opened' | 'answered'): string => {
    const height = count === 0 ? 4 : Math.max(10, (count / most) * (BARS_BOTTOM - BARS_TOP));
    const radius = Math.min(10, height / 2);
    const top = BARS_BOTTOM - height;
    // Only the upper corners are round: the bar stands on its ground.
    const shape = `M${round(x)} ${BARS_BOTTOM}V${round(top + radius)}q0 ${-radius} ${radius} ${-radius}h${round(thick - 2 * radius)}q${radius} 0 ${radius} ${radius}V${BARS_BOTTOM}Z`;
    return `<path d="${shape}" class="chart-${paint}" fill="${PAINT[paint]}"/>${words(x + thick / 2, top - 12, shortCount(count), { size: SMALL, paint: count === 0 ? 'soft' : 'ink', anchor: 'middle' })}`;
  };
  return [
    ...days.flatMap(({ opened, answered }, index) => [
      bar(middle(index) - thick - 3, opened, 'opened'),
      bar(middle(index) + 3, answered, 'answered'),
    ]),
    `<path d="M${LEFT} ${BARS_BOTTOM}H${RIGHT}" class="chart-soft-line" stroke="${PAINT.soft}" stroke-width="3"/>`,
  ].join('\n');
}

function dayName({ from }: DayFigures, x: number, zone: string): string {
  return [
    words(x, BARS_BOTTOM + 54, weekdayWords(from, zone), { size: 40, paint: 'ink', anchor: 'middle' }),
    words(x, BARS_BOTTOM + 102, dayOfMonth(from, zone), { size: SMALL, paint: 'soft', anchor: 'middle' }),
  ].join('\n');
}

/** "14 min", "3.5 h", "2 d": what fits above a point. */
function shortSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return '<1 min';
  if (minutes < 90) return `${minutes} min`;
  const hours = ms / 3_600_000;
  if (hours < 48) return `${hours < 10 ? hours.toFixed(1).replace(/\.0$/, '') : Math.round(hours)} h`;
  return `${Math.round(hours / 24)} d`;
}

function shortCount(count: number): string {
  return count < 10_000 ? String(count) : `${Math.round(count / 1_000)}k`;
}

/** What the chart shows, in words: every figure of every day. */
export function chartAlt({ days, zone }: Pick<Digest, 'days' | 'zone'>): string {
  const told = days.map(({ from, opened, answered, medianMs }) => {
    const within = medianMs === null ? '' : `, half within ${spanWords(medianMs)}`;
    return `${weekdayWords(from, zone)} ${dateWords(from, zone)}: ${opened} new, ${many(answered, 'answer')}${within}`;
  });
  return `New conversations and answers by day. ${told.join('; ')}.`;
}
