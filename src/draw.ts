import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A picture is made within a second on a slow machine; whoever waits longer has no use for it. */
const DEADLINE_MS = 20_000;
/** The store takes two megabytes; the charts have a tenth of one. */
const MAX_BYTES = 2_000_000;
const PROGRAM = fileURLToPath(new URL('./draw-chart.js', import.meta.url));

/**
 * Draws an SVG as a PNG, in a short-lived process.
 *
 * @throws Error when it cannot be drawn, or not in time
 */
export function drawSvg(svg: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Nothing of our surroundings (tokens, say) is any business of a renderer.
    const child = spawn(process.execPath, [PROGRAM], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString('utf8')}`.slice(0, 2_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && size > 0) resolve(Buffer.concat(chunks));
      else
        reject(
          new Error(
            `The chart could not be drawn${complaint ? `: ${complaint.trim().split('\n').at(-1)}` : '.'}`,
          ),
        );
    });
    // The process may be gone before it has read everything: `close` tells.
    child.stdin.on('error', () => {});
    child.stdin.end(svg);
  });
}
