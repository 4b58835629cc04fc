import type { Context } from 'hono';
import type { ActRequest } from '../chat.ts';
import { invalid } from './respond.ts';
import type { RoomEnv } from './room.ts';

type RoomContext = Context<RoomEnv>;

/** Who acts; null while nobody has said a name. */
export function actorOf(c: RoomContext): ActRequest['actor'] | null {
  const { person, surface } = c.get('visitor');
  return person ? { ...person, surface } : null;
}

/** 400: somebody has to say who they are first. @param does what they want to do: `acts`, `asks` */
export function nobody(c: RoomContext, does: 'acts' | 'asks'): Response {
  return invalid(c, [
    { path: 'actor', message: `say who ${does}: X-Potluck-Actor: your name, or a session with a name` },
  ]);
}
