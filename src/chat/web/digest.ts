import type { Hono } from 'hono';
import type { Card } from '../../domain/card.ts';
import { chartAlt, chartSvg } from '../../domain/digest/chart.ts';
import type { Digest } from '../../domain/digest/digest.ts';
import { digestCsv, digestJson } from '../../domain/digest/export.ts';
import type { DigestWindow } from '../../domain/digest/facts.ts';
import type { DigestFigure } from '../../domain/digest/figures.ts';
import { beforeWords, deafWords, digestTitle, summaryWords, themeWords } from '../../domain/digest/tell.ts';
import { figureWords } from '../../domain/digest/words.ts';
import { safeUrl } from '../../domain/post.ts';
import { oneLine } from '../../domain/text.ts';
import type { ChatHandlers } from '../chat.ts';
import { html, plainPage } from './page.ts';
import { say } from './respond.ts';
import type { RoomEnv } from './room.ts';

/**
 * The digest as a page, as a picture, and for spreadsheets and scripts: `/digest`, `.svg`, `.csv`, `.json`, each with
 * `?window=day|week` and `?to=` (epoch milliseconds; left out, it ends now).
 */
export function addDigest(
  app: Hono<RoomEnv>,
  handlers: () => ChatHandlers | null,
  frame: (c: { req: { header(name: string): string | undefined } }) => {
    readonly theme: 'light' | 'dark' | null;
    readonly version: string;
  },
): void {
  app.get('/digest/:form{(page|chart\\.svg|digest\\.csv|digest\\.json)}', async (c) => {
    const asked = askedFor(new URL(c.req.url).searchParams);
    if (!asked) return say(c, 400, 'invalid', 'window is day or week, to is a time in epoch milliseconds.');
    const given = handlers();
    if (!given) return say(c, 503, 'unavailable', 'Potluck is starting or stopping. Please try again.');
    const digest = await given.digest(asked.window, asked.to);
    const name = `potluck-${asked.window}-${new Date(digest.to).toISOString().slice(0, 10)}`;
    const download = (type: string, ending: string) => ({
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}.${ending}"`,
    });
    switch (c.req.param('form')) {
      case 'digest.csv':
        return c.body(digestCsv(digest), 200, download('text/csv', 'csv'));
      case 'digest.json':
        return c.body(digestJson(digest), 200, download('application/json', 'json'));
      case 'chart.svg':
        return c.body(chartSvg(digest), 200, { 'content-type': 'image/svg+xml' });
      default: {
        const found = asked.figure ? await given.behindFigure(asked.figure, digest.from, digest.to) : null;
        return c.html(
          plainPage({ title: digestTitle(digest), ...frame(c) }, pageBody(digest, asked.figure, found)),
        );
      }
    }
  });
  app.get('/digest', (c) => c.redirect(`/digest/page${new URL(c.req.url).search}`, 302));
}

interface Asked {
  readonly window: DigestWindow;
  readonly to: number | null;
  readonly figure: string | null;
}

function askedFor(params: URLSearchParams): Asked | null {
  const window = params.get('window') ?? 'day';
  const to = params.get('to');
  if (window !== 'day' && window !== 'week') return null;
  if (to !== null && !/^\d{1,15}$/.test(to)) return null;
  return { window, to: to === null ? null : Number(to), figure: params.get('figure') };
}

type Found = { readonly cards: readonly Card[]; readonly total: number } | null;

function pageBody(digest: Digest, figure: string | null, found: Found): string {
  const other = digest.window === 'day' ? 'week' : 'day';
  const span = `window=${digest.window}&to=${digest.to}`;
  const deaf = deafWords(digest);
  return `<main class="report">
<p><a href="/">← The room</a> · <a href="/digest/page?window=${other}">The ${other}</a> · <a href="/digest/digest.csv?${span}">CSV</a> · <a href="/digest/digest.json?${span}">JSON</a></p>
<h1>${html(digestTitle(digest))}</h1>
<p>${html(summaryWords(digest))}</p>
${deaf === null ? '' : `<p>${html(deaf)}</p>`}
<img class="chart" src="/digest/chart.svg?${span}" alt="${html(chartAlt(digest))}" width="1200" height="900">
${figure === null ? '' : behind(figure, found)}
${table('Figures', digest.figures, span)}
${digest.tables.map(({ title, means, rows }) => `${table(title, rows, span)}<p class="muted">${html(means)}</p>`).join('\n')}
${digest.council ? council(digest.council, span) : ''}
</main>`;
}

function table(title: string, rows: readonly DigestFigure[], span: string): string {
  const lines = rows.map((each) => {
    const value = html(figureWords(each.value, each.unit));
    const shown = each.shows
      ? `<a href="/digest/page?${span}&amp;figure=${encodeURIComponent(each.id)}#behind">${value}</a>`
      : value;
    const beside = [beforeWords(each), each.note].filter((part) => part !== null).join(' · ');
    return `<tr><th scope="row">${html(oneLine(each.label, 200))}</th><td>${shown}</td><td class="muted">${html(beside)}</td><td class="muted">${html(each.means)}</td></tr>`;
  });
  return `<h2>${html(title)}</h2><table>${lines.join('')}</table>`;
}

function behind(figure: string, found: Found): string {
  if (!found) return `<p id="behind">No figure is called “${html(oneLine(figure, 60))}”.</p>`;
  const lines = found.cards.map((card) => {
    const url = safeUrl(card.url ?? '');
    const post = url ? ` · <a href="${html(url)}" rel="noopener noreferrer">post</a>` : '';
    return `<li>#${card.itemId} ${html(card.kindLabel)} · ${html(oneLine(card.author.name, 60))} on ${html(card.source.label)}: ${html(oneLine(card.text, 200))}${post}</li>`;
  });
  return `<h2 id="behind">Behind this figure (${found.cards.length} of ${found.total})</h2><ul>${lines.join('')}</ul>`;
}

function council({ themes, intangibles, values }: NonNullable<Digest['council']>, span: string): string {
  const said = themes.map((theme) => {
    const quotes = theme.quotes.map(
      ({ text, by }) => `<blockquote>${html(oneLine(text, 300))} – ${html(oneLine(by, 60))}</blockquote>`,
    );
    return `<li>${html(themeWords(theme))}${quotes.join('')}</li>`;
  });
  return [
    said.length > 0 ? `<h2>What people talk about</h2><ul>${said.join('')}</ul>` : '',
    table('Trust, word of mouth, credibility, knowledge, clarity', intangibles, span),
    ...values.map(({ title, figures }) => table(title, figures, span)),
  ].join('\n');
}
