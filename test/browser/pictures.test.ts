import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleCard } from '../support/cards.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { testClock } from '../support/clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../support/handlers.ts';
import { jpeg, phonePhoto } from '../support/pictures.ts';
import { serveWebRoom, type WebServer } from '../support/web-server.ts';
import { busyPicture, naturalSize } from './in-page.js';

const path = findChromium();
/** Largest file that the network takes, in bytes. */
const MOST = 300_000;
const SHOTS = new URL('../screenshots/', import.meta.url).pathname;

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(path === null)('pictures in a browser', () => {
  let browser: Browser;
  let server: WebServer;
  let handlers: ScriptedHandlers;
  let page: Page;
  let trouble: string[];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await launchChromium(path ?? '');
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    const clock = testClock();
    handlers = scriptedHandlers({ channels: ['team'], now: () => clock.now() });
    handlers.put(
      sampleCard({
        itemId: 3,
        reply: {
          account: '@potluck.example',
          limit: 300,
          unit: 'graphemes',
          pictures: {
            most: 2,
            mimes: ['image/jpeg', 'image/png'],
            bytes: MOST,
            pixels: null,
            alt: 1_500,
          },
        },
      }),
    );
    server = await serveWebRoom({ handlers, clock });
    page = await browser.newPage({ viewport: { width: 1100, height: 1000 }, reducedMotion: 'reduce' });
    trouble = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 409/.test(message.text())) trouble.push(message.text());
    });
    await page.goto(server.url);
    await page.locator('#card-3 [data-action=draft]').click();
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'That is me' }).click();
    await page.getByLabel('Your answer').fill('It does: turn it to the left.');
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  const choose = (...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.locator('#picture-file').setInputFiles(files);
  const photo = (buffer: Buffer, name = 'IMG_2041.JPG') => ({ name, mimeType: 'image/jpeg', buffer });

  it('are added, described, looked at once more, and sent with the words', async () => {
    const review = page.getByRole('button', { name: 'Review and send…' });
    await expect.poll(() => review.isEnabled()).toBe(true);
    await choose(photo(phonePhoto(6)));
    await page.locator('.picture-field img').waitFor();
    await page.getByText('has no description', { exact: false }).waitFor();
    expect(await review.isEnabled()).toBe(false);
    const size = await page.locator('.picture-field img').evaluate(naturalSize);
    // It was taken upright.
    expect(size).toEqual([16, 24]);
    await page.getByLabel('What does picture 1 show?').fill('A lid “<b>turned</b>” to the left.');
    await page.screenshot({ path: `${SHOTS}web-pictures.png` });
    // Saved while the hands rest.
    await expect.poll(() => review.isEnabled()).toBe(true);
    await review.click();
    const shown = page.getByRole('region', { name: 'What becomes public' });
    expect(await shown.innerText()).toContain('A lid “<b>turned</b>” to the left.');
    await page.screenshot({ path: `${SHOTS}web-pictures-review.png` });
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('#card-3.line').waitFor();
    expect(handlers.acts.at(-1)?.action).toEqual({
      type: 'send',
      text: 'It does: turn it to the left.',
      pictures: ['picture-1'],
    });
    expect(trouble).toEqual([]);
  });

  it('that are larger than the network takes are made smaller on the way', async () => {
    const large = await page.evaluate(busyPicture);
    const bytes = Buffer.from(large, 'base64');
    expect(bytes.length).toBeGreaterThan(MOST);
    await choose(photo(bytes), photo(jpeg(), 'second.jpg'));
    await page.locator('.picture-field').nth(1).waitFor();
    const [first] = handlers.now(3).pictures;
    expect(first?.bytes).toBeLessThanOrEqual(MOST);
    expect((first?.width ?? 0) / (first?.height ?? 1)).toBeCloseTo(2, 1);
    expect(await page.locator('#picture-file').count()).toBe(0);
    await page.getByRole('button', { name: 'Remove picture 1' }).click();
    await page.locator('#picture-file').waitFor({ state: 'attached' });
    expect(handlers.now(3).pictures).toHaveLength(1);
    expect(trouble).toEqual([]);
  });

  it('that are no pictures are refused in words, and the answer stays', async () => {
    await choose(photo(Buffer.from('<svg onload="alert(1)"/>'), 'pot.jpg'));
    await page.getByText('drawing (SVG)', { exact: false }).waitFor();
    expect(await page.getByLabel('Your answer').inputValue()).toBe('It does: turn it to the left.');
    expect(await page.getByRole('button', { name: 'Review and send…' }).isEnabled()).toBe(true);
    expect(trouble).toEqual([]);
  });
});
