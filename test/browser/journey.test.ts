import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bot, startBot } from '../support/bot.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';

const path = findChromium();
if (path === null) console.warn(NO_CHROMIUM);
const ROOT = new URL('../../', import.meta.url).pathname;
// README_PICTURE=1 makes the README's picture anew; otherwise it goes where git does not look.
const PICTURE = process.env.README_PICTURE
  ? `${ROOT}docs/team-room.png`
  : `${ROOT}test/screenshots/team-room.png`;

// A browser on a busy machine takes its time; nothing here waits longer than it must.
vi.setConfig({ testTimeout: 90_000 });

describe.skipIf(path === null)('a newcomer’s first minutes, in a browser, with the bot itself', () => {
  let folder: string;
  let browser: Browser;
  let bot: Bot;

  beforeAll(async () => {
    mkdirSync(`${ROOT}test/screenshots`, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'potluck-journey-'));
    browser = await launchChromium(path ?? '');
    bot = await startBot(folder);
  });
  afterAll(async () => {
    await browser?.close();
    await bot?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The first answer asks who is there. */
  async function sayName(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'That is me' }).click();
  }

  it('sees cards, claims, drafts, sends, dismisses, and finds all of it after the plug was pulled', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 880 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(bot.url);
    const question = page.locator('.card:has([data-action=draft])', { hasText: 'Question' }).first();
    await question.waitFor();
    expect(await page.getByText('sample', { exact: true }).count()).toBeGreaterThan(5);
    await page.screenshot({ path: PICTURE });
    const id = await question.getAttribute('id');
    const card = page.locator(`#${id}`);

    await card.locator('[data-action=claim]').click();
    await sayName(page, 'Ana');
    await page.locator(`#${id}[data-state=claimed]`).waitFor();

    // Drafted, looked at as the public will see it, sent; the card shrinks to a line that links the answer.
    await card.locator('[data-action=draft]').click();
    await page
      .getByLabel('Your answer')
      .fill('Good question! We cook it for eight hours here in the office.');
    await page.getByRole('button', { name: 'Review and send…' }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator(`#${id}.line`).waitFor();
    expect(await card.innerText()).toContain('Answered by Ana');
    expect(await card.getByRole('link', { name: 'See the answer' }).getAttribute('href')).toContain(
      'sample.example',
    );

    // Another one is dismissed with a reason.
    const other = page.locator('.card:not(.line):has([data-action=dismiss])').first();
    const otherId = await other.getAttribute('id');
    await other.locator('[data-action=dismiss]').click();
    await page.getByRole('radio', { name: 'No answer needed' }).check();
    await page.locator('dialog').getByRole('button', { name: 'Dismiss' }).click();
    await page.locator(`#${otherId}.line`).waitFor();

    // The plug is pulled. The same people find the same things afterwards.
    await bot.kill();
    bot = await startBot(folder);
    await page.goto(bot.url);
    await page.getByText('Answered', { exact: true }).first().click();
    await page.locator(`#${id}`).waitFor();
    expect(await page.locator(`#${id}`).innerText()).toContain('Answered by Ana');
    expect(errors).toEqual([]);
  });
});
