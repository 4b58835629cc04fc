import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Dialogs, script errors, refused content, and requests to anywhere else. */
  readonly trouble: readonly string[];
}

/** Opens the room as one more person, with a browser of their own, and writes down whatever goes wrong. */
export async function visit(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(8_000);
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
      !/status of (400|409)|ERR_(CONNECTION|EMPTY|INCOMPLETE)/.test(message.text())
    )
      trouble.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:'))
      trouble.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, trouble };
}

/** Answers the question who is there. */
export async function sayName(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'That is me' }).click();
}
