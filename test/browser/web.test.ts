import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../../src/domain/item.ts';
import { HOSTILE_TEXTS, hostileCard, NOON, sampleCard } from '../support/cards.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type ScriptedHandlers, scriptedHandlers } from '../support/handlers.ts';
import { serveWebRoom, type WebServer } from '../support/web-server.ts';
import { focusedId, ground, lowContrast, pageWidth } from './in-page.js';

const path = findChromium();
if (path === null) console.warn(NO_CHROMIUM);
const SHOTS = new URL('../screenshots/', import.meta.url).pathname;
const CLEO: Actor = { id: 'slack:T1/U9', name: 'Cleo', role: 'responder', surface: 'slack' };

interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Dialogs, script errors, refused content, and requests to anywhere else. */
  readonly trouble: string[];
}

// A browser on a busy machine takes its time; nothing here waits longer than it must.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(path === null)('the web room in a browser', () => {
  let browser: Browser;
  let server: WebServer;
  let handlers: ScriptedHandlers;
  let clock: TestClock;
  const contexts: BrowserContext[] = [];
  const deliveries: { answer: (() => string) | null } = { answer: null };

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await launchChromium(path ?? '');
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    clock = testClock();
    deliveries.answer = null;
    handlers = scriptedHandlers({
      channels: ['team', 'product'],
      now: () => clock.now(),
      deliver: (card) => deliveries.answer?.() ?? `https://social.example/@potluck/${card.itemId}`,
    });
    handlers.setSources([
      { name: 'try', label: 'Webhook', state: 'up', detail: null, lastSuccessAt: NOON, lastPostAt: null },
    ]);
    server = await serveWebRoom({ handlers, clock });
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    await server.close();
  });

  async function visit(options: Parameters<Browser['newContext']>[0] = {}): Promise<Watched> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(8_000);
    contexts.push(context);
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (
        message.type() === 'error' &&
        !/status of 409|ERR_(CONNECTION|EMPTY|INCOMPLETE)/.test(message.text())
      )
        trouble.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) trouble.push(`request: ${request.url()}`);
    });
    await page.goto(server.url);
    await page.locator('.card, .empty-state').first().waitFor();
    return { page, context, trouble };
  }

  /** Makes the room look at once, as the reconciler does after a change. */
  async function kick(): Promise<void> {
    const { signal } = new AbortController();
    await server.room.chat.update('kick', sampleCard(), { nonce: 'kick', signal });
  }

  async function sayName(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'That is me' }).click();
  }

  const gone = (page: Page, selector: string): Promise<void> =>
    page.locator(selector).waitFor({ state: 'detached' });

  it('teaches while nothing waits, and shows a card the moment it comes', async () => {
    const { page, trouble } = await visit();
    expect(await page.locator('.empty-state').innerText()).toContain('Nothing waits.');
    expect(await page.locator('.empty-state code').innerText()).toContain(`curl ${server.url}/hooks/try`);
    handlers.put(sampleCard({ itemId: 3, sample: true }));
    await kick();
    const card = page.locator('#card-3');
    await card.waitFor();
    expect(await card.innerText()).toContain('Does the slow cooker lid survive the dishwasher?');
    expect(await card.innerText()).toContain('sample');
    await expect.poll(() => page.title()).toMatch(/^\(1\) /);
    expect(await page.locator('#announce').textContent()).toContain(
      'New: Question from Mira Lindqvist on Bluesky',
    );
    expect(trouble).toEqual([]);
  });

  it('claims, drafts, shows exactly what becomes public, and sends: the card shrinks to one line', async () => {
    handlers.put(sampleCard({ itemId: 3 }));
    handlers.put(sampleCard({ itemId: 4, priority: 10 }));
    const { page, trouble } = await visit({ viewport: { width: 1280, height: 900 } });
    await page.locator('#card-3 [data-action=claim]').click();
    await sayName(page, 'Ana');
    await page.locator('#card-3 .owner.mine').waitFor();
    expect(handlers.now(3).owner?.name).toBe('Ana');

    await page.locator('#card-3 [data-action=draft]').click();
    const words = 'Yes, it does! <b>Really</b> & truly.';
    await page.getByLabel('Your answer').fill(words);
    await page.getByText(`${words.length} of 300 characters`).waitFor();
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.locator('#card-3 .drafted').waitFor();
    expect(handlers.now(3).draft?.text).toBe(words);
    expect(handlers.now(3).state).toBe('claimed');

    await page.locator('#card-3 [data-action=draft]').click();
    await page.getByRole('button', { name: 'Review and send…' }).click();
    const review = page.getByRole('region', { name: 'What becomes public' });
    expect(await review.innerText()).toContain('This goes out publicly as @potluck.example on Bluesky:');
    expect(await review.locator('.public').innerText()).toBe(words);
    await page.screenshot({ path: `${SHOTS}web-review.png` });
    // A second Enter must not publish.
    await page.keyboard.press('Enter');
    expect(handlers.now(3).state).toBe('claimed');
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('#card-3.line').waitFor();
    expect(await page.locator('#card-3').innerText()).toContain('Answered by Ana');
    expect(await page.getByRole('link', { name: 'See the answer' }).getAttribute('href')).toBe(
      'https://social.example/@potluck/3',
    );
    expect(handlers.acts.at(-1)?.action).toEqual({ type: 'send', text: words });
    expect(trouble).toEqual([]);
  });

  it('splits a long answer before the eyes of its author, and refuses what is too long', async () => {
    handlers.put(sampleCard({ itemId: 3 }));
    const { page } = await visit();
    await page.locator('#card-3 [data-action=draft]').click();
    await sayName(page, 'Ana');
    await page.getByLabel('Your answer').fill('x'.repeat(450));
    await page.getByText('goes out as a thread of 2').waitFor();
    await page.getByRole('button', { name: 'Review and send…' }).click();
    expect(await page.locator('.public').count()).toBe(2);
    await page.getByRole('button', { name: 'Back to writing' }).click();
    await page.getByLabel('Your answer').fill('x'.repeat(1_000));
    await page.getByText('It is longer than 900 graphemes.').waitFor();
    expect(await page.getByRole('button', { name: 'Review and send…' }).isDisabled()).toBe(true);
  });

  it('loses no words: not to a colleague, not to a failure, not to a closed window', async () => {
    handlers.put(sampleCard({ itemId: 3 }));
    const { page } = await visit();
    await page.locator('#card-3 [data-action=draft]').click();
    await sayName(page, 'Ana');
    const field = page.getByLabel('Your answer');
    await field.fill('Words that took me ten minutes.');
    await page.keyboard.press('Escape');
    await page.getByText('You have unsaved words here.').waitFor();
    await page.locator('#card-3 [data-action=draft]').click();
    expect(await field.inputValue()).toBe('Words that took me ten minutes.');

    deliveries.answer = () => {
      throw new Error('Not sent: the network is down.');
    };
    await page.getByRole('button', { name: 'Review and send…' }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('Not sent: the network is down.').first().waitFor();
    expect(await field.inputValue()).toBe('Words that took me ten minutes.');

    handlers.happen(3, { type: 'dismiss', reason: 'duplicate' }, { ...CLEO, role: 'manager' });
    await kick();
    await page.getByText('Your words are kept here; you can still copy them.').waitFor();
    expect(await field.inputValue()).toBe('Words that took me ten minutes.');
    expect(await page.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true);
  });

  it('dismisses with a reason, snoozes, marks as answered, hands over, notes, reopens', async () => {
    for (const itemId of [1, 2, 3, 4]) handlers.put(sampleCard({ itemId, priority: 90 - itemId }));
    const { page, trouble } = await visit();
    await page.getByRole('button', { name: 'Say who you are' }).click();
    await sayName(page, 'Ana');
    await page.getByRole('button', { name: 'You are Ana' }).waitFor();

    await page.locator('#card-1 [data-action=dismiss]').click();
    await page.getByRole('radio', { name: 'Spam' }).check();
    await page.getByLabel('In your words').fill('third one today');
    await page.locator('dialog').getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('#card-1.line').waitFor();
    expect(handlers.acts.at(-1)?.action).toEqual({
      type: 'dismiss',
      reason: 'spam',
      words: 'third one today',
    });
    await page.locator('#card-1 [data-action=reopen]').click();
    await page.locator('#card-1:not(.line)').waitFor();

    const menu = async (id: number, action: string): Promise<void> => {
      await page.locator(`#card-${id} .menu summary`).click();
      await page.locator(`#card-${id} [data-action=${action}]`).click();
    };
    await menu(2, 'snooze');
    await page.getByRole('button', { name: 'In an hour' }).click();
    await page.locator('#card-2.line').waitFor();
    expect(handlers.now(2).snoozedUntil).toBeCloseTo(NOON + 3_600_000, -4);

    await menu(3, 'mark-answered');
    await page.getByLabel('Link to the answer').fill('https://forum.example/42');
    await page.locator('dialog').getByRole('button', { name: 'Mark answered' }).click();
    await page.locator('#card-3.line').waitFor();
    expect(handlers.now(3).closing?.url).toBe('https://forum.example/42');

    await menu(4, 'assign');
    await page.getByLabel('Ana (you)').check();
    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.locator('#card-4 .owner.mine').waitFor();

    await menu(4, 'note');
    await page.getByLabel('Note for the team').fill('Knows our founder.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('#card-4 .said-note').waitFor();
    expect(await page.locator('#card-4 .thread').innerText()).toMatch(
      /Ana handed it over[\s\S]*Knows our founder\./,
    );
    expect(await page.getByLabel('Note for the team').inputValue()).toBe('');
    expect(trouble).toEqual([]);
  });

  it('tells a refusal to the one who clicked too late, and to nobody else', async () => {
    handlers.put(sampleCard({ itemId: 3 }));
    const ana = await visit();
    const bo = await visit();
    for (const [{ page }, name] of [
      [ana, 'Ana'],
      [bo, 'Bo'],
    ] as const) {
      await page.getByRole('button', { name: 'Say who you are' }).click();
      await sayName(page, name);
      await page.getByRole('button', { name: `You are ${name}` }).waitFor();
      await gone(page, 'dialog form');
    }
    // The change has not reached Bo's page when he clicks.
    const late = bo.page.locator('#card-3 [data-action=claim]');
    await late.waitFor();
    handlers.happen(3, { type: 'claim' }, CLEO);
    await late.click();
    const refusal = /^#3 was already claimed by Cleo, /;
    await bo.page.getByRole('alert').getByText(refusal).waitFor();
    await bo.page.locator('#card-3 .owner').getByText('Cleo').waitFor();
    await ana.page.locator('#card-3 .owner').getByText('Cleo').waitFor();
    expect(await ana.page.getByText(refusal).count()).toBe(0);
  });

  it('keeps focus, open menus, typed words and the scroll position while cards come and go', async () => {
    for (let itemId = 1; itemId <= 12; itemId++) handlers.put(sampleCard({ itemId, priority: 50 }));
    const { page } = await visit({ viewport: { width: 1000, height: 700 } });
    await page.locator('#card-9 .menu summary').click();
    await page.locator('#card-9 [data-action=note]').click();
    const note = page.locator('#note-9');
    await note.pressSequentially('half a thou');
    await page.locator('#card-9').evaluate((card) => card.scrollIntoView({ block: 'center' }));
    const before = await page.locator('#card-9').boundingBox();
    for (let itemId = 20; itemId < 24; itemId++)
      handlers.put(sampleCard({ itemId, priority: 95, text: 'Urgent! '.repeat(40) }));
    handlers.happen(9, { type: 'claim' }, CLEO);
    handlers.happen(2, { type: 'dismiss', reason: 'spam' }, CLEO);
    await kick();
    await page.locator('#card-20').waitFor({ state: 'attached' });
    await page.locator('#card-9 .owner').waitFor();
    await page.keyboard.type('ght');
    expect(await note.inputValue()).toBe('half a thought');
    expect(await page.evaluate(focusedId)).toBe('note-9');
    const after = await page.locator('#card-9').boundingBox();
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 999))).toBeLessThan(4);
    expect(
      await page.locator('.card').evaluateAll((cards) => cards.map((card) => card.id).slice(0, 5)),
    ).toEqual(['card-20', 'card-21', 'card-22', 'card-23', 'card-1']);

    // The card under the hands gets another place: it moves, the hands stay.
    handlers.put({ ...handlers.now(9), priority: 20, version: 50 });
    handlers.put({ ...handlers.now(12), priority: 10, version: 50 });
    await kick();
    await expect.poll(() => page.locator('#card-9 + .card').getAttribute('id')).toBe('card-12');
    await page.keyboard.type(' more');
    expect(await note.inputValue()).toBe('half a thought more');
    expect(await page.evaluate(focusedId)).toBe('note-9');
  });

  it('comes back by itself after a restart of the server, with what changed meanwhile', async () => {
    handlers.put(sampleCard({ itemId: 3 }));
    const { page } = await visit();
    await page.locator('#card-3 [data-action=claim]').click();
    await sayName(page, 'Ana');
    await page.locator('#card-3 .owner.mine').waitFor();
    const { port, room } = server;
    await server.close();
    await page.locator('.link.lost').waitFor();
    handlers.put(sampleCard({ itemId: 5 }));
    server = await serveWebRoom({ handlers, clock, port, cache: room.cache });
    await page.locator('#card-5').waitFor();
    await page.locator('.link.live').waitFor({ state: 'attached' });
    await page.locator('#card-5 [data-action=claim]').click();
    await page.locator('#card-5 .owner.mine').waitFor();
    expect(handlers.now(5).owner?.id).toBe(handlers.now(3).owner?.id);
  });

  it('is not moved by hostile text: no dialog, no script, no request, no broken page', async () => {
    HOSTILE_TEXTS.forEach(({ text }, at) => {
      handlers.put(hostileCard(text, { itemId: at + 1, priority: 90 - at, owner: null }));
    });
    const { page, trouble } = await visit({ viewport: { width: 360, height: 740 } });
    expect(await page.locator('.card').count()).toBe(HOSTILE_TEXTS.length);
    const more = page.getByRole('button', { name: 'Show all' });
    for (let left = await more.count(); left > 0; left--) await more.first().click();
    expect(await page.locator('.card script, .card img, .card iframe, .card b').count()).toBe(0);
    const hrefs = await page
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(hrefs.filter((href) => !/^(https:\/\/social\.example\/|\/|#)/.test(href))).toEqual([]);
    for (const link of await page.locator('.card a').all())
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await page.evaluate(pageWidth)).toBe(360);
    const script = HOSTILE_TEXTS.findIndex(({ name }) => name === 'script element') + 1;
    expect(await page.locator(`#card-${script} .quote`).innerText()).toContain('<script>alert(1)</script>');
    expect(trouble).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    for (const itemId of [1, 2, 3]) handlers.put(sampleCard({ itemId, priority: 90 - itemId }));
    const { page } = await visit();
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keys' }).innerText()).toContain('next and previous card');
    await page.keyboard.press('Escape');
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await page.locator('#card-2.current').waitFor();
    await expect.poll(() => page.evaluate(focusedId)).toBe('card-2');
    await page.keyboard.press('c');
    await page.getByLabel('Your name').fill('Ana');
    await page.keyboard.press('Enter');
    await page.locator('#card-2 .owner.mine').waitFor();
    await expect.poll(() => page.evaluate(focusedId)).toBe('card-2');
    await page.keyboard.press('x');
    await page.getByRole('dialog', { name: 'Dismiss' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('#card-2.line').waitFor();
    expect(handlers.acts.at(-1)?.action).toMatchObject({ type: 'dismiss', reason: 'not-relevant' });
    await page.keyboard.press('/');
    await page.keyboard.type('nothing like it');
    await page.getByText('Nothing fits.').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('nothing like it');
  });

  it('narrows the queue, and a reload shows the same', async () => {
    handlers.put(sampleCard({ itemId: 1 }));
    handlers.put(sampleCard({ itemId: 2, kinds: ['complaint'] }), ['product']);
    const { page } = await visit();
    await page.getByRole('button', { name: '# product' }).click();
    await gone(page, '#card-1');
    await page.locator('#card-2').waitFor();
    await page.reload();
    await page.locator('#card-2').waitFor();
    expect(await page.locator('.card').count()).toBe(1);
    await page.locator('.channel').first().click();
    await page.getByLabel('Kind').selectOption('question');
    await gone(page, '#card-2');
    await page.locator('#card-1').waitFor();
    await page.getByRole('button', { name: 'Mine' }).click();
    await page.getByText('Nothing fits.').waitFor();
  });

  it('fits a phone and follows the light of the system', async () => {
    handlers.put(
      sampleCard({
        itemId: 1,
        tone: 'red',
        urgency: 'urgent',
        owner: { id: 'x', name: 'Cleo' },
        warning: 'Look at the conversation first.',
      }),
    );
    handlers.put(sampleCard({ itemId: 2, text: 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(20) }));
    const phone = await visit({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    expect(await phone.page.evaluate(pageWidth)).toBe(360);
    await phone.page.screenshot({ path: `${SHOTS}web-phone.png` });
    await phone.page.locator('#card-1 [data-action=dismiss]').tap();
    await sayName(phone.page, 'Ana');
    await phone.page.getByRole('dialog', { name: 'Dismiss' }).waitFor();
    expect(await phone.page.evaluate(pageWidth)).toBe(360);

    const light = await visit({ colorScheme: 'light', viewport: { width: 1280, height: 900 } });
    const dark = await visit({ colorScheme: 'dark', viewport: { width: 1280, height: 900 } });
    await light.page.screenshot({ path: `${SHOTS}web-light.png` });
    await dark.page.screenshot({ path: `${SHOTS}web-dark.png` });
    const [bright, black] = [await light.page.evaluate(ground), await dark.page.evaluate(ground)];
    expect(black).not.toBe(bright);
    await dark.page.getByRole('button', { name: 'Light colours' }).click();
    await expect.poll(() => dark.page.evaluate(ground)).toBe(bright);
    await dark.page.reload();
    expect(await dark.page.evaluate(ground)).toBe(bright);
  });

  it('keeps enough contrast between words and their ground', async () => {
    handlers.put(
      sampleCard({ itemId: 1, tone: 'red', urgency: 'urgent', sample: true, warning: 'Look first.' }),
    );
    handlers.put(
      sampleCard({
        itemId: 2,
        draft: { text: 'Hello', by: 'Bo', at: NOON },
        notes: [{ by: 'Bo', text: 'hm', at: NOON }],
      }),
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await visit({ colorScheme });
      expect(await page.evaluate(lowContrast), colorScheme).toEqual([]);
    }
  });

  it('opens with the password only where one is set', async () => {
    await server.close();
    handlers.put(sampleCard({ itemId: 3 }));
    server = await serveWebRoom({ handlers, clock, token: 'correct-horse-battery' });
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That is not the password.').waitFor();
    await page.getByLabel('Password').fill('correct-horse-battery');
    await page.keyboard.press('Enter');
    await page.locator('#card-3').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    await page.goto(server.url);
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});
