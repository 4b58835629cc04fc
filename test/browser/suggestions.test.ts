import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Suggestions } from '../../src/chat/chat.ts';
import { sampleCard } from '../support/cards.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { testClock } from '../support/clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../support/handlers.ts';
import { serveWebRoom, type WebServer } from '../support/web-server.ts';

const path = findChromium();
const SHOTS = new URL('../screenshots/', import.meta.url).pathname;
const PLAIN: Suggestions = {
  suggestions: [
    {
      id: 'similar:4',
      kind: 'similar',
      title: 'Ben answered #4 so, 3 days ago',
      about: 'Which way does the lid turn? <img src=x onerror="document.title=1">',
      text: 'To the left, Carla. <b>Always</b>.',
    },
    { id: 'saved:1', kind: 'saved', title: 'Saved reply “lid”', about: null, text: 'Hi! See ⟦link⟧' },
  ],
  note: null,
  instead: [],
  model: true,
};
const WRITTEN: Suggestions = {
  ...PLAIN,
  suggestions: [
    {
      id: 'model:0123456789ab',
      kind: 'model',
      title: 'Draft 1 of tiny, read by nobody yet',
      about: null,
      text: 'Left it goes.',
      remarks: [{ code: 'promise', text: '“Left” is a promise.', kinder: null }],
    },
    ...PLAIN.suggestions,
  ],
};

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(path === null)('suggestions in a browser', () => {
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
    handlers.put(sampleCard({ itemId: 3, translate: true }));
    handlers.setSuggestions(async (by) => (by === 'model' ? WRITTEN : PLAIN));
    server = await serveWebRoom({ handlers, clock });
    page = await browser.newPage({ viewport: { width: 1100, height: 1000 }, reducedMotion: 'reduce' });
    trouble = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') trouble.push(message.text());
    });
    await page.goto(server.url);
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  it('fill the field, one in the place of the other, and what was typed stays', async () => {
    await page.locator('#card-3 [data-action=draft]').click();
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'That is me' }).click();
    const field = page.getByLabel('Your answer');
    await page.getByRole('button', { name: 'Suggestions', exact: true }).click();
    await page.getByRole('button', { name: 'Use this' }).first().waitFor();
    await page.screenshot({ path: `${SHOTS}web-suggestions.png` });
    await page.getByRole('button', { name: 'Use this' }).first().click();
    await expect.poll(() => field.inputValue()).toBe('To the left, Carla. <b>Always</b>.');
    await page.getByRole('button', { name: 'Use this' }).nth(1).click();
    await expect.poll(() => field.inputValue()).toBe('Hi! See ⟦link⟧');
    await field.fill('Hello!');
    await page.getByRole('button', { name: 'Write three drafts' }).click();
    await page.getByText('“Left” is a promise.').waitFor();
    await page.getByRole('button', { name: 'Use this' }).first().click();
    await expect.poll(() => field.inputValue()).toBe('Hello!\n\nLeft it goes.');
    await page.screenshot({ path: `${SHOTS}web-suggestions-model.png` });
    expect(handlers.taken).toEqual(['3 similar:4', '3 saved:1', '3 model:0123456789ab']);
    expect(handlers.acts).toEqual([]);
    await page.getByRole('button', { name: 'Review and send…' }).click();
    expect(await page.getByRole('region', { name: 'What becomes public' }).innerText()).toContain(
      'Left it goes.',
    );
    expect(trouble).toEqual([]);
  });

  it('and a translation of a foreign post are for the one who asks', async () => {
    handlers.replyWith({
      ok: true,
      text: 'Translated',
      notice: {
        title: '#3 in English: machine translation',
        tone: 'grey',
        blocks: [{ type: 'quote', text: 'The lid <i>leaks</i>' }],
        buttons: [],
        mention: [],
      },
    });
    await page.locator('#card-3').getByRole('button', { name: 'Translate' }).click();
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'That is me' }).click();
    await page.getByText('The lid <i>leaks</i>').waitFor();
    expect(handlers.asks.at(-1)?.what).toBe('translate:3');
    expect(trouble).toEqual([]);
  });
});
