/** A pot with three wisps of steam. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#6a3f5f"/><g fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M7.5 14.5h17v5.2a5.3 5.3 0 0 1-5.3 5.3h-6.4a5.3 5.3 0 0 1-5.3-5.3ZM5 14.5h22"/><path d="M12 6.5c1.4 1.3-1.4 2.6 0 4M16.3 6.5c1.4 1.3-1.4 2.6 0 4M20.6 6.5c1.4 1.3-1.4 2.6 0 4"/></g></svg>`;

const NO_SCRIPT =
  '<noscript><p class="hint">This room needs JavaScript. Scripts can use the JSON at <code>/api/items</code>.</p></noscript>';

interface PageOptions {
  readonly title: string;
  /** What the reader chose; null follows the system. */
  readonly theme: 'light' | 'dark' | null;
  /** Of the files, so that a page never runs with files of another version. */
  readonly version: string;
}

/** Text as it stands, in any place of a page. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A page that needs no script. @param body markup that is already safe */
export function plainPage(options: PageOptions, body: string): string {
  return frame(options, null, body);
}

function frame({ title, theme, version }: PageOptions, script: string | null, body: string): string {
  return `<!doctype html>
<html lang="en"${theme ? ` data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<title>${html(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css?v=${version}">
${script === null ? '' : `<script type="module" src="/assets/${script}?v=${version}"></script>`}
</head>
<body>
${body}
${script === null ? '' : NO_SCRIPT}
</body>
</html>
`;
}

/** The room: everything in it is drawn by the scripts of \`client/\`. */
export function roomPage(options: PageOptions): string {
  return frame(
    options,
    'main.js',
    `<a class="skip" href="#queue">Skip to the cards</a>
<div id="app"></div>
<div id="announce" class="sr" role="status" aria-live="polite"></div>
<div id="toasts" class="toasts"></div>
<dialog id="dialog" aria-labelledby="dialog-title"></dialog>`,
  );
}

/** The door of a room with a password. */
export function loginPage(options: PageOptions): string {
  return frame(
    options,
    'login.js',
    `<main class="door">
<form class="box">
<img src="/favicon.svg" alt="" width="48" height="48">
<h1>${html(options.title)}</h1>
<p class="muted">The team room of people who answer. The password is the <code>WEB_TOKEN</code> of this server.</p>
<div class="field"><label for="token">Password</label><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></div>
<p id="problem" class="problem" role="alert"></p>
<button type="submit" class="button primary">Come in</button>
</form>
</main>`,
  );
}
