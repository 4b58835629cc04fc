import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { MAX_ALT, MAX_PICTURE_BYTES } from '../../domain/picture.ts';
import type { ActResult } from '../chat.ts';
import { actorOf, nobody } from './actor.ts';
import { body, invalid, say } from './respond.ts';
import type { RoomEnv } from './room.ts';

type RoomContext = Context<RoomEnv>;

/** Where a picture's file is sent to: the one request that may be large. */
const UPLOAD = /^\/api\/items\/[0-9]{1,9}\/pictures$/;

const alt = z.string().max(MAX_ALT, `at most ${MAX_ALT} characters`);
const altSchema = z.strictObject({ alt });

/** Whether a request brings a picture: it has a limit of its own, once it is known who sends it. */
export function isUpload(c: Context): boolean {
  return c.req.method === 'POST' && UPLOAD.test(c.req.path);
}

/**
 * Pictures of drafts. The file itself is the body of a request (`content-type: application/octet-stream`), its
 * description may come along as `?alt=` or follow.
 */
export function addPictures(
  app: Hono<RoomEnv>,
  bodyLimit: typeof import('hono/body-limit').bodyLimit,
  answer: (c: RoomContext, result: ActResult) => Response,
): void {
  const large = bodyLimit({
    maxSize: MAX_PICTURE_BYTES,
    onError: (c) => say(c, 413, 'too-large', 'That is more than 10 MB. Make the picture smaller.'),
  });

  app.post('/api/items/:id{[0-9]{1,9}}/pictures', large, async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'acts');
    const given = alt.safeParse(c.req.query('alt') ?? '');
    if (!given.success) return invalid(c, [{ path: 'alt', message: `at most ${MAX_ALT} characters` }]);
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const { attachments } = c.get('handlers');
    return answer(c, await attachments.attach(idOf(c), { bytes, alt: given.data }, actor));
  });

  app.post('/api/items/:id{[0-9]{1,9}}/pictures/:picture{[\\w-]{1,60}}/describe', async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'acts');
    const asked = await body(c, altSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const { attachments } = c.get('handlers');
    return answer(c, await attachments.describe(idOf(c), pictureOf(c), asked.value.alt, actor));
  });

  app.post('/api/items/:id{[0-9]{1,9}}/pictures/:picture{[\\w-]{1,60}}/remove', async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'acts');
    return answer(c, await c.get('handlers').attachments.detach(idOf(c), pictureOf(c), actor));
  });

  app.get('/api/items/:id{[0-9]{1,9}}/pictures/:picture{[\\w-]{1,60}}', async (c) => {
    const file = await c.get('handlers').attachments.file(idOf(c), pictureOf(c));
    if (!file) return say(c, 404, 'not-found', 'That picture is gone.');
    // Under one id there is one file for ever. Nobody but the team's own browsers keeps it.
    return c.body(new Uint8Array(file.bytes), 200, {
      'content-type': file.mime,
      'cache-control': 'private, max-age=86400, immutable',
      'content-disposition': 'inline; filename="picture"',
    });
  });
}

function idOf(c: RoomContext): number {
  return Number(c.req.param('id'));
}

function pictureOf(c: RoomContext): string {
  return c.req.param('picture') ?? '';
}
