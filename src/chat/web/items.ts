import type { Context, Hono } from 'hono';
import { messageOf } from '../../errors.ts';
import type { ActResult } from '../chat.ts';
import { actorOf, nobody } from './actor.ts';
import { measureSchema, parseAction, parseQuery } from './api.ts';
import { addPictures } from './pictures.ts';
import { body, invalid, json, say } from './respond.ts';
import type { RoomEnv, RoomOptions } from './room.ts';
import { addSuggestions } from './suggestions.ts';

type RoomContext = Context<RoomEnv>;

/** Items as JSON, and live. */
export function addItems(
  app: Hono<RoomEnv>,
  { handlers, live, people, log }: RoomOptions,
  bodyLimit: typeof import('hono/body-limit').bodyLimit,
): void {
  app.use('/api/*', async (c, next) => {
    const given = handlers();
    if (!given) return say(c, 503, 'unavailable', 'Potluck is starting or stopping. Please try again.');
    c.set('handlers', given);
    await next();
    return undefined;
  });

  app.get('/api/items', async (c) => {
    const query = parseQuery(new URL(c.req.url).searchParams, c.get('visitor').person);
    if (!query.ok) return invalid(c, query.problems);
    const { cards, total } = await c.get('handlers').list(query.value);
    return c.json({ items: cards, total });
  });

  app.get('/api/events', async (c) => {
    const { person, until } = c.get('visitor');
    const query = parseQuery(new URL(c.req.url).searchParams, person);
    if (!query.ok) return invalid(c, query.problems);
    const stream = await live.connect(query.value, until);
    if (!stream) {
      c.header('retry-after', '10');
      return say(c, 503, 'full', 'Too many pages are open. Close some and reload.');
    }
    // `no-transform` and the X- header keep proxies from holding events back.
    return c.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  app.get('/api/sources', async (c) => c.json({ sources: await c.get('handlers').sources() }));
  app.get('/api/channels', async (c) => {
    const from = c.get('handlers');
    const channels = from.channels().map(async (name) => ({ name, counts: await from.counts(name) }));
    return c.json({ channels: await Promise.all(channels), all: await from.counts() });
  });
  app.get('/api/people', async (c) => c.json({ people: await people.roster(c.get('handlers')) }));

  app.get('/api/items/:id{[0-9]{1,9}}', async (c) => {
    const card = await c.get('handlers').card(Number(c.req.param('id')));
    return card ? c.json({ card }) : missing(c);
  });
  app.get('/api/items/:id{[0-9]{1,9}}/history', async (c) => {
    const id = Number(c.req.param('id'));
    if (!(await c.get('handlers').item(id))) return missing(c);
    return c.json({ events: await c.get('handlers').history(id) });
  });
  // POST, though it changes nothing: 20,000 characters do not fit into an address.
  app.post('/api/items/:id{[0-9]{1,9}}/measure', async (c) => {
    const asked = await body(c, measureSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const id = Number(c.req.param('id'));
    const card = await c.get('handlers').card(id);
    if (!card) return missing(c);
    return c.json({
      account: card.reply?.account ?? null,
      measure: await c.get('handlers').measure(id, asked.value.text),
    });
  });
  app.post('/api/items/:id{[0-9]{1,9}}/actions', async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'acts');
    const me = { id: actor.id, name: actor.name };
    const raw = await json(c);
    const asked = raw.ok ? await parseAction(raw.value, me, () => people.roster(c.get('handlers'))) : raw;
    if (!asked.ok) return invalid(c, asked.problems);
    const itemId = Number(c.req.param('id'));
    const result = await c
      .get('handlers')
      .act({ itemId, ...asked.value, actor })
      .catch((error: unknown): ActResult => {
        log.error({ chat: 'web', itemId, error: messageOf(error) }, 'an action failed');
        return {
          ok: false,
          refusal: { code: 'unavailable', text: 'Potluck could not do that just now. Please try again.' },
          card: null,
        };
      });
    live.kick();
    return answer(c, result);
  });
  addSuggestions(app);
  addPictures(app, bodyLimit, (c, result) => {
    live.kick();
    return answer(c, result);
  });
}

function missing(c: RoomContext): Response {
  return say(c, 404, 'not-found', `There is no #${c.req.param('id') ?? ''}.`);
}

function answer(c: RoomContext, result: ActResult): Response {
  if (result.ok) return c.json({ card: result.card, text: result.text });
  const { refusal, card } = result;
  if (refusal.code === 'not-found') return say(c, 404, refusal.code, refusal.text, { card });
  return say(c, refusal.code === 'unavailable' && !card ? 503 : 409, refusal.code, refusal.text, { card });
}
