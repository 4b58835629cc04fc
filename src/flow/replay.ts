import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Item } from '../domain/item.ts';
import type { Store } from '../store/store.ts';

/** One recorded conversation: a JSON line of the file. */
const dialogSchema = z.object({
  posts: z
    .array(
      z.object({
        id: z.string().min(1),
        author: z.string().min(1),
        ours: z.boolean(),
        createdAt: z.string().nullish(),
        text: z.string(),
      }),
    )
    .min(1),
});
type Dialog = z.output<typeof dialogSchema>;

interface Running {
  readonly url: string;
  readonly store: Store;
  stop(): Promise<void>;
}

const POSTS_PER_CALL = 500;
const MINUTE_MS = 60_000;
const POLICY = `
brand: { names: [brand] }
sources:
  whole: { kind: webhook, open: true }
  unanswered: { kind: webhook, open: true }
`;

/**
 * Sends recorded conversations through the webhook door of a Potluck of its own (an empty database that is deleted
 * afterwards), and prints what became of them: once whole, and once as they stood before our last answer, when the
 * customer had the last word.
 *
 * @param file JSON lines, each `{posts: [{id, author, ours, createdAt, text}]}`, in the order they were written
 */
export async function replay(
  file: string | undefined,
  start: (env: Record<string, string>) => Promise<Running>,
  print: (text: string) => void,
): Promise<void> {
  if (!file) throw new Error('Say which file: npm run replay -- conversations.jsonl');
  const dialogs = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => dialogSchema.parse(JSON.parse(line)));
  const folder = mkdtempSync(join(tmpdir(), 'potluck-replay-'));
  writeFileSync(join(folder, 'potluck.yaml'), POLICY);
  try {
    for (const [source, title, recorded] of [
      ['whole', 'Whole conversations', dialogs],
      ['unanswered', 'As they stood before our last answer', dialogs.flatMap(beforeLastAnswer)],
    ] as const) {
      // Each on its own: the same person saying the same at two places would be one item.
      const potluck = await start({
        POTLUCK_CONFIG: join(folder, 'potluck.yaml'),
        DATABASE_URL: `file:${join(folder, `${source}.db`)}`,
        PORT: '0',
        LOG_LEVEL: 'error',
      });
      try {
        const startedAt = performance.now();
        const posts = await send(`${potluck.url}/hooks/${source}`, recorded);
        const seconds = (performance.now() - startedAt) / 1000;
        print(`\n${title}\n${'='.repeat(title.length)}\n\n`);
        print(await report(potluck.store, source, recorded, posts, seconds));
      } finally {
        await potluck.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The conversation up to the customer's last word; nothing where only we spoke. */
function beforeLastAnswer(dialog: Dialog): Dialog[] {
  const last = dialog.posts.findLastIndex((post) => !post.ours);
  return last < 0 ? [] : [{ posts: dialog.posts.slice(0, last + 1) }];
}

/** A post whose time was not recorded was written a minute after the one before it. */
function toHook(dialog: Dialog): object[] {
  const root = dialog.posts[0]?.id ?? '';
  let at = 0;
  return dialog.posts.map((post, index) => {
    const written = post.createdAt ? Date.parse(post.createdAt) : Number.NaN;
    at = Number.isNaN(written) ? at + MINUTE_MS : Math.max(written, at + 1);
    return {
      id: post.id,
      text: post.text,
      author: { name: post.author, handle: post.author },
      createdAt: new Date(at).toISOString(),
      conversationId: root,
      ...(index > 0 ? { replyTo: dialog.posts[index - 1]?.id } : {}),
      ours: post.ours,
    };
  });
}

async function send(url: string, dialogs: readonly Dialog[]): Promise<number> {
  const posts = dialogs.flatMap(toHook);
  for (let from = 0; from < posts.length; from += POSTS_PER_CALL) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(posts.slice(from, from + POSTS_PER_CALL)),
    });
    if (!response.ok)
      throw new Error(`The webhook answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
  }
  return posts.length;
}

async function report(
  store: Store,
  source: string,
  dialogs: readonly Dialog[],
  posts: number,
  seconds: number,
): Promise<string> {
  const items: Item[] = [];
  const wrong: string[] = [];
  const noAnswerDue = new Map<string, number>();
  const ends = { 'last word ours': 0, 'last word the customer’s': 0 };
  for (const dialog of dialogs) {
    const item = await store.itemOf(source, dialog.posts[0]?.id ?? '');
    if (item) items.push(item);
    const oursLast = dialog.posts.at(-1)?.ours === true;
    ends[oursLast ? 'last word ours' : 'last word the customer’s'] += 1;
    if (oursLast) {
      const spam = item?.closing?.reason === 'spam';
      if (item && item.state !== 'answered' && !spam)
        wrong.push(`#${item.id} is ${item.state}, although the last post is ours`);
      continue;
    }
    if (!item) wrong.push(`${dialog.posts[0]?.id}: no item, although the last post is the customer’s`);
    else if (item.state !== 'open') {
      const why = await lastWords(store, item);
      noAnswerDue.set(why, (noAnswerDue.get(why) ?? 0) + 1);
    }
  }
  const count = (values: readonly string[]): [string, number][] =>
    [
      ...values.reduce((map, value) => map.set(value, (map.get(value) ?? 0) + 1), new Map<string, number>()),
    ].sort((a, b) => b[1] - a[1]);
  const rows: [string, string | number][] = [
    ['conversations', dialogs.length],
    ['posts', posts],
    ['items', items.length],
    ...count(items.map((item) => item.state)),
    ...Object.entries(ends),
    ['seconds', seconds.toFixed(1)],
    ['posts a second', Math.round(posts / seconds)],
    ['against the rule', wrong.length],
  ];
  return [
    table('What came of it', rows),
    table('Items by leading kind', count(items.map((item) => item.kinds[0] ?? 'none'))),
    table(
      'The customer had the last word, and no answer is due',
      [...noAnswerDue].sort((a, b) => b[1] - a[1]).slice(0, 30),
    ),
    ...wrong.slice(0, 20).map((line) => `  ! ${line}\n`),
  ].join('\n');
}

/** Why nothing is owed after the customer's last post, as triage said it. */
async function lastWords(store: Store, item: Item): Promise<string> {
  const event = (await store.events(item.id, 200)).findLast((entry) => typeof entry.detail.why === 'string');
  return String(event?.detail.why ?? item.closing?.words ?? item.state);
}

function table(title: string, rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(title.length, ...rows.map(([name]) => name.length));
  return [
    title,
    '-'.repeat(title.length),
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    '',
  ].join('\n');
}
