import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Asked, ChatHandlers } from '../../src/chat/chat.ts';
import { drawSvg } from '../../src/draw.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { FRIENDLY, type TalkingTeam, talkingTeam } from '../support/notices.ts';
import { sayName, type Visit, visit } from '../support/visits.ts';
import { serveWebRoom, type WebServer } from '../support/web-server.ts';
import { focusedId, lowContrast, pageWidth } from './in-page.js';

const path = findChromium();
if (path === null) console.warn(NO_CHROMIUM);
const SHOTS = new URL('../screenshots/', import.meta.url).pathname;

// A browser on a busy machine takes its time; nothing here waits longer than it must.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(path === null)('asking Potluck, in a browser', () => {
  let browser: Browser;
  let server: WebServer | null = null;
  let team: TalkingTeam;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await launchChromium(path ?? '');
    team = await talkingTeam(FRIENDLY, drawSvg);
    const handlers = team.handlers('web', ['team']);
    // Whoever says that her name is Mia is a manager here: ids of people in a browser are not known beforehand.
    const led = (asked: Asked): Asked =>
      asked.actor.name === 'Mia' ? { ...asked, actor: { ...asked.actor, role: 'manager' } } : asked;
    const managed: ChatHandlers = {
      ...handlers,
      run: (command, options, asked) => handlers.run(command, options, led(asked)),
      press: (press, asked) => handlers.press(press, led(asked)),
    };
    server = await serveWebRoom({ handlers: managed, clock: team.clock });
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await team.store.close();
  });

  async function come(name: string, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
    const came = await visit(browser, server?.url ?? '', options);
    contexts.push(came.context);
    await came.page.locator('.card, .empty-state').first().waitFor();
    await came.page.getByRole('button', { name: 'Say who you are' }).click();
    await sayName(came.page, name);
    await came.page.locator('dialog form').waitFor({ state: 'detached' });
    return came;
  }
  const line = (page: Page) => page.getByRole('combobox', { name: 'Command' });
  const newest = (page: Page) => page.locator('.exchange').first();

  it('completes with the keyboard alone, answers as every chat does, and remembers what was asked', async () => {
    const { page, trouble } = await come('Ana', { viewport: { width: 1280, height: 1000 } });
    await page.keyboard.press(':');
    await expect.poll(() => page.evaluate(focusedId)).toBe('line');
    await page.getByRole('option', { name: /^oncall/ }).waitFor();
    await page.screenshot({ path: `${SHOTS}line-open.png` });
    await page.keyboard.type('dig');
    await page.keyboard.press('Tab');
    expect(await line(page).inputValue()).toBe('digest ');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('dialog').getByRole('option', { selected: true }).innerText()).toMatch(/^day/);
    await page.keyboard.press('Enter');
    expect(await line(page).inputValue()).toBe('digest day ');
    await page.keyboard.press('Enter');
    await newest(page).getByRole('img').waitFor();
    expect(await newest(page).innerText()).toMatch(/digest day[\s\S]*Daily digest[\s\S]*Waiting longest/);
    expect(await line(page).inputValue()).toBe('');
    await page.screenshot({ path: `${SHOTS}line-digest.png` });
    await page.keyboard.press('ArrowUp');
    expect(await line(page).inputValue()).toBe('digest day');
    await page.keyboard.press('ArrowDown');
    expect(await line(page).inputValue()).toBe('');
    await page.keyboard.type('oncall');
    await page.keyboard.press('Enter');
    await newest(page).getByText(/Ben/).first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    // Answers stay in sight until the page is left.
    await page.getByRole('button', { name: 'Ask Potluck' }).click();
    await expect.poll(() => page.locator('.exchange').count()).toBe(2);
    expect(trouble).toEqual([]);
  });

  it('finds people who write to us, tells what was wrong, and says who may', async () => {
    const { page, trouble } = await come('Ana');
    await page.getByRole('button', { name: 'Ask Potluck' }).click();
    await line(page).fill('person mira h');
    await page.getByRole('option', { name: /Mira-hot/ }).click();
    expect(await line(page).inputValue()).toBe('person Mira-hot ');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await newest(page).getByRole('heading', { name: 'Mira hot' }).waitFor();
    await line(page).fill('tag Mira-hot');
    await page.keyboard.press('Enter');
    await newest(page).getByText('Write it like this: tag @author vip').waitFor();
    // What failed can be mended.
    expect(await line(page).inputValue()).toBe('tag Mira-hot');
    for (const managers of ['export Mira-hot', 'plan forum', 'stage forum engage']) {
      await line(page).fill(managers);
      await page.keyboard.press('Enter');
      await newest(page).locator('.asked', { hasText: managers }).waitFor();
      if (managers !== 'plan forum')
        await newest(page)
          .getByText(/managers/i)
          .waitFor();
    }
    await line(page).fill('nonsense');
    await page.keyboard.press('Enter');
    await newest(page).getByText('There is no “nonsense” here.').waitFor();
    expect(trouble).toEqual([]);
  });

  it('fits a phone by night, with enough contrast', async () => {
    const { page } = await come('Ana', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    await page.getByRole('button', { name: 'Ask Potluck' }).tap();
    await page.getByRole('option', { name: /^oncall/ }).waitFor();
    await page.screenshot({ path: `${SHOTS}line-phone.png` });
    await line(page).fill('digest week');
    await page.getByRole('button', { name: 'Ask', exact: true }).tap();
    await newest(page)
      .getByRole('heading', { name: /^Weekly council/ })
      .waitFor();
    await page.screenshot({ path: `${SHOTS}line-phone-answer.png` });
    expect(await page.evaluate(pageWidth)).toBe(360);
    expect(await page.evaluate(lowContrast)).toEqual([]);
  });

  it('shows what is known of a person, and writes down what a person says', async () => {
    const { page, trouble } = await come('Ana', { viewport: { width: 1280, height: 1000 } });
    const card = page.locator('#card-2');
    await card.getByRole('button', { name: 'What do we know?' }).click();
    const panel = page.getByRole('dialog', { name: 'Mira l1' });
    await panel.getByText('1 conversation, 1 post').waitFor();
    expect(await panel.getByRole('link', { name: '#2' }).count()).toBe(1);
    await panel.getByLabel('Note (only the team sees it)').fill('has <b>two</b> kids');
    await panel.getByLabel('Birthday').fill('4 June');
    await panel.getByLabel('Tag', { exact: true }).fill('vip');
    await panel.getByRole('button', { name: 'Write down' }).click();
    await panel.getByText('Tags: vip').waitFor();
    expect(await panel.innerText()).toMatch(/Birthday: 4 Jun[\s\S]*has <b>two<\/b> kids – Ana/);
    expect(await panel.getByRole('status').innerText()).toContain('tagged “vip”');
    expect(await panel.getByLabel('Birthday').inputValue()).toBe('');
    await page.screenshot({ path: `${SHOTS}person.png` });
    await panel.getByLabel('Birthday').fill('the 40th of May');
    await panel.getByRole('button', { name: 'Write down' }).click();
    await panel.getByRole('alert').getByText('is no day I can read').waitFor();
    expect(await panel.getByLabel('Birthday').inputValue()).toBe('the 40th of May');

    await panel.getByText('Tags, contact, privacy').click();
    await panel.getByLabel('Birthday').fill('');
    await panel.getByLabel('Take a tag away').fill('vip');
    await page.keyboard.press('Enter');
    await panel.getByText('Tags: vip').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Export all we hold' }).click();
    await panel.getByRole('alert').getByText('Only managers may export').waitFor();
    await panel.getByRole('button', { name: 'Erase…' }).click();
    await panel.getByRole('alert').getByText('Only managers may export or erase').waitFor();
    await panel.getByLabel('Do not contact them: why?').fill('asked us not to');
    await panel.getByRole('button', { name: 'Do not contact' }).click();
    await panel.getByText(/🚫/).waitFor();
    await panel.getByRole('button', { name: 'Allow contact again' }).click();
    await panel.getByRole('alert').getByText('Only managers').waitFor();
    await page.screenshot({ path: `${SHOTS}person-barred.png` });
    expect(trouble).toEqual([]);
  });

  it('lets a manager export and erase, after showing what would go', async () => {
    const { page, trouble } = await come('Mia', {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      acceptDownloads: true,
    });
    await page.locator('#card-3').getByRole('button', { name: 'What do we know?' }).click();
    const panel = page.getByRole('dialog', { name: 'Mira l2' });
    await panel.getByText('Tags, contact, privacy').click();
    await page.screenshot({ path: `${SHOTS}person-phone.png` });
    const saving = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Export all we hold' }).click();
    expect(await readFile(await (await saving).path(), 'utf8')).toContain('lid cracked again');
    await panel.getByRole('button', { name: 'Erase…' }).click();
    const asking = page.getByRole('dialog', { name: /^Erase .*\?$/ });
    await asking.getByText('This cannot be undone.').waitFor();
    await page.screenshot({ path: `${SHOTS}person-erase.png` });
    await asking.getByRole('button', { name: 'Keep' }).click();
    await panel.getByText('1 conversation, 1 post').waitFor();
    expect(await team.store.post('blog', 'l2')).toMatchObject({
      text: expect.stringContaining('lid cracked'),
    });
    await panel.getByText('Tags, contact, privacy').click();
    await panel.getByRole('button', { name: 'Erase…' }).click();
    await asking.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Erased: 1 post').waitFor();
    expect(JSON.stringify(await team.store.post('blog', 'l2'))).not.toContain('lid cracked');
    expect(await page.evaluate(pageWidth)).toBe(360);
    expect(trouble).toEqual([]);
  });
});
