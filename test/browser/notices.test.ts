import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawSvg } from '../../src/draw.ts';
import { HOSTILE_TEXTS } from '../support/cards.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { FRIENDLY, type TalkingTeam, talkingTeam, type Wording } from '../support/notices.ts';
import { sayName, type Visit, visit } from '../support/visits.ts';
import { serveWebRoom, type WebServer } from '../support/web-server.ts';
import { lowContrast, naturalSize, pageWidth } from './in-page.js';

const path = findChromium();
if (path === null) console.warn(NO_CHROMIUM);
const PLACE = { chat: 'web', channel: 'team' };
const SHOTS = new URL('../screenshots/', import.meta.url).pathname;

// A browser on a busy machine takes its time; nothing here waits longer than it must.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(path === null)('what Potluck says, in a browser', () => {
  let browser: Browser;
  let server: WebServer | null = null;
  let team: TalkingTeam;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await launchChromium(path ?? '');
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    await server?.close();
    await team.store.close();
  });

  async function open(wording: Wording = FRIENDLY): Promise<WebServer> {
    team = await talkingTeam(wording, drawSvg);
    server = await serveWebRoom({ handlers: team.handlers('web', ['team']), clock: team.clock });
    return server;
  }
  async function come(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
    const came = await visit(browser, server?.url ?? '', options);
    contexts.push(came.context);
    await came.page.locator('.card, .empty-state, .notice').first().waitFor();
    return came;
  }
  /** The notice with this title. */
  const notice = (page: Page, title: string) =>
    page.locator('.notice', { has: page.getByRole('heading', { name: title }) });
  const bell = (page: Page) => page.getByRole('button', { name: /unread notices?$/ });

  it('is there after a while away, marked as new until it was read, also after a reload', async () => {
    await open();
    const { page, trouble } = await come();
    // The last day is new to whoever comes for the first time.
    await expect.poll(() => bell(page).getAttribute('aria-label')).toBe('8 unread notices');
    expect(await page.locator('.said-strip').innerText()).toMatch(/^Mira q0 still waits and 7 more/);
    await page.locator('.said-strip').click();
    await expect.poll(() => page.locator('.notice').count()).toBe(team.spoken.length);
    expect(await page.locator('.notice.unread').count()).toBe(8);
    expect(await bell(page).getAttribute('aria-label')).toBe('No unread notices');
    expect(new URL(page.url()).searchParams.get('queue')).toBe('notices');
    await page.reload();
    await expect.poll(() => page.locator('.notice').count()).toBe(team.spoken.length);
    expect(await page.locator('.notice.unread').count()).toBe(0);
    const handOver = notice(page, 'On call (first): Ben');
    expect(await handOver.innerText()).toMatch(
      /# team[\s\S]*Ben has it\.[\s\S]*unclaimed\s+\d+[\s\S]*#6 Complaint by Mira hot/,
    );
    expect(trouble).toEqual([]);
  });

  it('appears by itself where somebody looks, and changes in its place', async () => {
    const { room } = await open();
    const { page, trouble } = await come();
    await bell(page).click();
    await page.locator('.notice').first().waitFor();
    const tell = async (title: string): Promise<void> => {
      const said = { title, tone: 'grey' as const, blocks: [], buttons: [], mention: [] };
      await team.store.tellNotice({ key: 'now', ...PLACE, notice: said, thread: 7, at: team.clock.now() });
      room.chat.look?.();
    };
    await tell('The soup is ready');
    await notice(page, 'The soup is ready').waitFor();
    await expect.poll(() => page.locator('#announce').textContent()).toBe('Potluck says: The soup is ready.');
    expect(await page.locator('.notice').first().innerText()).toMatch(
      /new\s+The soup is ready[\s\S]*about #7/,
    );
    await tell('The soup is eaten');
    await notice(page, 'The soup is eaten').waitFor();
    expect(await page.locator('.notice').count()).toBe(team.spoken.length + 1);
    // Nobody looks at the notices: the bell rings.
    await page.getByRole('button', { name: 'Waiting', exact: true }).click();
    await team.store.tellNotice({
      key: 'later',
      ...PLACE,
      notice: { title: 'And cake', tone: 'grey', blocks: [], buttons: [], mention: [] },
      thread: null,
      at: team.clock.now(),
    });
    room.chat.look?.();
    await page.getByRole('button', { name: '1 unread notice' }).click();
    await notice(page, 'And cake').waitFor();
    expect(trouble).toEqual([]);
  });

  it('is pressed, and answers the one who pressed: a word in passing, or all that was asked for', async () => {
    await open();
    const { page, trouble } = await come();
    await bell(page).click();
    const incident = notice(page, '5 similar complaints');
    await incident.getByRole('button', { name: 'Show all' }).click();
    await sayName(page, 'Ana');
    const answer = page.getByRole('dialog', { name: 'For your eyes only' });
    await answer.locator('.told-list li').first().waitFor();
    expect(await answer.locator('.told-list li').count()).toBe(5);
    // A line leads to its item, where it can be worked on.
    await answer.getByRole('link', { name: '#3' }).click();
    const item = page.getByRole('dialog', { name: 'Number 3' });
    expect(await item.locator('.quote').innerText()).toContain('lid cracked again');
    await item.getByRole('button', { name: 'Claim' }).click();
    await item.locator('.owner.mine').waitFor();
    expect((await team.item('l2')).owner?.name).toBe('Ana');
    await page.keyboard.press('Escape');

    await notice(page, 'How to go on with Forum').getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('alert').getByText('Only managers').waitFor();
    await incident.getByRole('button', { name: 'Claim all' }).click();
    await page.getByRole('status').getByText('4 of them are yours.').waitFor();
    expect((await team.item('l4')).owner?.name).toBe('Ana');
    expect(trouble).toEqual([]);
  });

  it('leads from a notice to its item with the keyboard alone, and from its address', async () => {
    const { url } = await open();
    const { page } = await come();
    await page.keyboard.press('b');
    const link = notice(page, 'Urgent: complaint by Mira hot').getByRole('link', { name: '#6' });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Number 6' }).locator('.card').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await page.locator('#card-6').waitFor();
    await page.goto(`${url}/?item=1`);
    await page.locator('#card-1').waitFor();
    await page.goto(`${url}/?item=4711`);
    await page.getByRole('alert').getByText('There is no #4711.').waitFor();
  });

  it('shows a digest with its chart, what is behind each figure, and its file', async () => {
    const { url } = await open();
    const digest = await team.ask('digest');
    if (!digest.notice) throw new Error('there is no digest');
    const said = { key: 'digest', ...PLACE, notice: digest.notice, thread: null, at: team.clock.now() };
    await team.store.tellNotice(said);
    const { page, trouble } = await come({ viewport: { width: 1280, height: 1100 }, acceptDownloads: true });
    await page.goto(`${url}/?queue=notices`);
    const shown = notice(page, digest.notice.title);
    const chart = shown.getByRole('img');
    expect(await chart.evaluate(naturalSize)).toEqual([1_200, 900]);
    expect((await chart.getAttribute('alt'))?.length).toBeGreaterThan(20);
    await page.screenshot({ path: `${SHOTS}notices-digest.png` });
    await shown
      .getByRole('button', { name: /: show what is behind$/ })
      .first()
      .click();
    await sayName(page, 'Ana');
    await page.getByRole('dialog').locator('.told-list').first().waitFor();
    await page.keyboard.press('Escape');
    await shown.getByRole('button', { name: 'As CSV' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: /^Save .*\.csv$/ }).click();
    const file = await (await saving).path();
    expect(await readFile(file, 'utf8')).toContain('new');
    expect(trouble).toEqual([]);
  });

  it('is not moved by hostile names and words, fits a phone, and keeps its contrast by day and night', async () => {
    const hostile = HOSTILE_TEXTS.map(({ text }) => text.slice(0, 300)).join(' ');
    await open({
      author: '<img src=x onerror=alert(1)>\u202Egnp',
      words: hostile,
      colleague: '<b>Ben</b> @everyone',
      onCall: 'web:ben',
    });
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, trouble } = await come({
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
        colorScheme,
      });
      await bell(page).tap();
      await page.locator('.notice').first().waitFor();
      expect(await page.locator('.notice script, .notice b, .notice img, .notice iframe').count()).toBe(0);
      expect(await page.evaluate(pageWidth)).toBe(360);
      expect(await page.evaluate(lowContrast), colorScheme).toEqual([]);
      await page.screenshot({ path: `${SHOTS}notices-phone-${colorScheme}.png` });
      expect(trouble).toEqual([]);
    }
  });
});
