import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { FAVICON } from './page.ts';
import { STYLE } from './style.ts';

interface Asset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

export interface Assets {
  readonly files: ReadonlyMap<string, Asset>;
  /** Changes when any file does. */
  readonly version: string;
}

/**
 * What the page loads. The scripts are the modules of `client/` as they are written (the compiler only copies them),
 * so what is tested is what people run; nothing outside that folder can be asked for.
 */
export async function loadAssets(): Promise<Assets> {
  const folder = new URL('./client/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js')).sort();
  const files = new Map<string, Asset>();
  for (const name of names)
    files.set(name, asset(await readFile(new URL(name, folder), 'utf8'), 'text/javascript'));
  files.set('style.css', asset(STYLE, 'text/css'));
  files.set('favicon.svg', asset(FAVICON, 'image/svg+xml'));
  const version = digest([...files.values()].map((file) => file.etag).join());
  return { files, version };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function asset(body: string, type: string): Asset {
  return { body, type: `${type}; charset=utf-8`, etag: `"${digest(body)}"` };
}
