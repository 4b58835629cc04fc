import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { SUGGESTION_GONE } from '../kit/suggestions.ts';
import { actorOf, nobody } from './actor.ts';
import { body, invalid, say } from './respond.ts';
import type { RoomEnv } from './room.ts';

type RoomContext = Context<RoomEnv>;

const lookSchema = z.strictObject({ by: z.literal('model').optional() });
const takeSchema = z.strictObject({ id: z.string().min(1).max(60) });

/** What a draft may begin with. Taking one counts it and gives its text; nothing is saved, and nothing is sent. */
export function addSuggestions(app: Hono<RoomEnv>): void {
  app.post('/api/items/:id{[0-9]{1,9}}/suggestions', async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'asks');
    const asked = await body(c, lookSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    return c.json(await c.get('handlers').suggest(idOf(c), actor, asked.value.by));
  });

  app.post('/api/items/:id{[0-9]{1,9}}/suggestions/take', async (c) => {
    const actor = actorOf(c);
    if (!actor) return nobody(c, 'asks');
    const asked = await body(c, takeSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const suggestion = await c.get('handlers').takeSuggestion(idOf(c), asked.value.id, actor);
    return suggestion ? c.json({ suggestion }) : say(c, 404, 'not-found', SUGGESTION_GONE);
  });
}

function idOf(c: RoomContext): number {
  return Number(c.req.param('id'));
}
