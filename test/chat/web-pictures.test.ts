import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { sampleCard } from '../support/cards.ts';
import { testClock } from '../support/clock.ts';
import { scriptedHandlers } from '../support/handlers.ts';
import { phonePhoto, png } from '../support/pictures.ts';
import { makeWebRoom } from '../support/web-room.ts';

const HERE = 'http://127.0.0.1:3000';
const DOOR = {
  account: '@potluck.example',
  limit: 300,
  unit: 'graphemes',
  pictures: {
    most: 4,
    mimes: ['image/jpeg', 'image/png'],
    bytes: 1_000_000,
    pixels: null,
    alt: 1_500,
  },
} as const;
const ANA = { 'x-potluck-actor': 'Ana' };

async function open(card: Partial<Card> = {}) {
  const clock = testClock();
  const room = await makeWebRoom({ clock });
  const handlers = scriptedHandlers({ channels: ['team'], now: () => clock.now() });
  handlers.put(sampleCard({ itemId: 3, reply: DOOR, ...card }));
  await room.chat.start(handlers);
  const post = (path: string, body: Uint8Array | object, headers: Record<string, string> = ANA) =>
    room.fetch(
      new Request(`${HERE}${path}`, {
        method: 'POST',
        headers: {
          'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json',
          ...headers,
        },
        body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
      }),
    );
  return { handlers, post, get: (path: string) => room.fetch(new Request(`${HERE}${path}`)) };
}

describe('pictures in the web room', () => {
  it('are taken in, described, looked at, and removed', async () => {
    const { handlers, post, get } = await open();
    const added = await post('/api/items/3/pictures', phonePhoto());
    expect(added.status).toBe(200);
    const { card } = (await added.json()) as { card: Card };
    expect(card).toMatchObject({ owner: { name: 'Ana' }, pictures: [{ mime: 'image/jpeg', alt: '' }] });
    const path = `/api/items/3/pictures/${card.pictures[0]?.id}`;
    expect(await (await post(`${path}/describe`, { alt: ' A red\npot. ' })).json()).toMatchObject({
      card: { pictures: [{ alt: 'A red pot.' }] },
    });
    const file = await get(path);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': expect.stringContaining('private'),
    });
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1')).not.toMatch(/52\.52|Pocket/);
    expect((await get(path.replace('/3/', '/4/'))).status).toBe(404);
    expect((await post(`${path}/remove`, {})).status).toBe(200);
    expect((await get(path)).status).toBe(404);
    expect(handlers.now(3).pictures).toEqual([]);
    expect((await post(`/api/items/3/pictures?alt=${encodeURIComponent('A lid & pot')}`, png())).status).toBe(
      200,
    );
    expect(handlers.now(3).pictures).toMatchObject([{ alt: 'A lid & pot' }]);
  });

  it('are refused in words, and nothing that is no picture is kept', async () => {
    const { handlers, post } = await open();
    const words = async (body: Uint8Array, headers?: Record<string, string>): Promise<unknown> => {
      const answer = await post('/api/items/3/pictures', body, headers);
      return [answer.status, ((await answer.json()) as { text: string }).text];
    };
    expect(await words(Buffer.from('<svg onload="alert(1)"/>'))).toEqual([
      409,
      expect.stringContaining('SVG'),
    ]);
    expect(await words(Buffer.alloc(0))).toEqual([409, 'The file is empty.']);
    expect(await words(Buffer.alloc(10_000_001))).toEqual([413, expect.stringContaining('10 MB')]);
    expect(await words(png(), {})).toEqual([400, expect.stringContaining('say who acts')]);
    for (const type of ['image/png', 'text/plain', 'multipart/form-data; boundary=x'])
      expect(await words(png(), { ...ANA, 'content-type': type })).toEqual([
        403,
        expect.stringContaining('octet-stream'),
      ]);
    expect(await words(png(), { ...ANA, 'sec-fetch-site': 'cross-site' })).toEqual([403, expect.any(String)]);
    expect((await post('/api/items/99/pictures', png())).status).toBe(409);
    expect((await post('/api/items/3/pictures/x/describe', { alt: 'x'.repeat(2_001) })).status).toBe(400);
    expect(handlers.now(3).pictures).toEqual([]);
  });

  it('leave every other request as small as it was', async () => {
    const { post } = await open();
    for (const path of ['/api/items/3/actions', '/api/items/3/pictures/x/describe', '/api/items/3/pictures/'])
      expect((await post(path, Buffer.alloc(300_000))).status, path).toBe(413);
  });

  it('go out only as the sender saw them', async () => {
    const { handlers, post } = await open();
    await post('/api/items/3/pictures?alt=A+pot', png());
    const send = (pictures?: readonly string[]) =>
      post('/api/items/3/actions', { action: 'send', text: 'A pot.', ...(pictures ? { pictures } : {}) });
    expect((await send(['another'])).status).toBe(409);
    expect(handlers.now(3).state).toBe('claimed');
    const id = handlers.now(3).pictures[0]?.id ?? '';
    expect((await send([id])).status).toBe(200);
    expect(handlers.now(3)).toMatchObject({ state: 'answered', pictures: [] });
  });
});
