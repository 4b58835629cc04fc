import type { Hono } from 'hono';
import { MAX_TOLD, stampOf } from './live.ts';
import { say } from './respond.ts';
import type { RoomEnv } from './room.ts';

/** What a browser draws as a picture and never runs. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** What was said beside the cards, as JSON, and the pictures in it. */
export function addNotices(app: Hono<RoomEnv>): void {
  app.get('/api/notices', async (c) => {
    const notices = await c.get('handlers').notices(MAX_TOLD);
    return c.json({ notices, told: stampOf(notices) });
  });

  app.get('/api/pictures/:id{[\\w-]{1,100}}', async (c) => {
    const picture = await c.get('handlers').picture(c.req.param('id'));
    if (!picture || !PICTURES.has(picture.mime)) return say(c, 404, 'not-found', 'That picture is gone.');
    // Under one id there is one picture for ever. Nobody but the team's own browsers keeps it.
    return c.body(new Uint8Array(picture.bytes), 200, {
      'content-type': picture.mime,
      'cache-control': 'private, max-age=86400, immutable',
      'content-disposition': 'inline; filename="picture"',
    });
  });
}
