// @ts-check
/**
 * Reads SVG from standard input and writes a PNG to standard output. A process of its own, for a moment: the renderer
 * blocks for tens of milliseconds and leaves hundreds of megabytes behind, and neither shall be the bot's.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
/** @type {Buffer[]} */
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const picture = new Resvg(Buffer.concat(chunks).toString('utf8'), {
  font: {
    loadSystemFonts: false,
    fontFiles: [join(fonts, 'DejaVuSans.ttf'), join(fonts, 'DejaVuSans-Bold.ttf')],
    defaultFontFamily: 'DejaVu Sans',
  },
}).render();
process.stdout.write(picture.asPng());
