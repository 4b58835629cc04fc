import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Person } from '../../domain/item.ts';
import { messageOf } from '../../errors.ts';
import type { Answer, Asked, ChatHandlers, ChatLog } from '../chat.ts';
import { TEAM_COMMANDS } from '../kit/team-commands.ts';
import { actorOf, nobody } from './actor.ts';
import { LINE_COMMANDS, runLine } from './command.ts';
import { body, invalid, say } from './respond.ts';
import type { RoomEnv } from './room.ts';

type RoomContext = Context<RoomEnv>;

const MAX_OPTION = 4_000;
const optionsSchema = z.strictObject({
  options: z.record(z.string().max(40), z.string().max(MAX_OPTION)).default({}),
});
const lineSchema = z.strictObject({ line: z.string().max(MAX_OPTION) });
const wordsSchema = z.strictObject({ words: z.string().max(200) });
const pressSchema = z.strictObject({ press: z.string().max(200) });

/** What every chat offers beyond actions on items: the commands of the team, and the buttons of what they answer. */
export function addTeam(
  app: Hono<RoomEnv>,
  log: ChatLog,
  roster: (from: ChatHandlers) => Promise<readonly Person[]>,
): void {
  app.get('/api/commands', (c) =>
    c.json({ commands: Object.entries(LINE_COMMANDS).map(([name, command]) => ({ name, ...command })) }),
  );

  // POST, though some lines only ask: what people type about people belongs into no log of addresses.
  app.post('/api/command', async (c) => {
    const asked = await body(c, lineSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const from = c.get('handlers');
    return answered(c, log, (by) => runLine(from, by, asked.value.line, () => roster(from)));
  });

  app.post('/api/authors', async (c) => {
    const asked = await body(c, wordsSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    return c.json({ authors: await c.get('handlers').people(asked.value.words) });
  });

  app.post('/api/team/:command{[a-z-]{1,40}}', async (c) => {
    const name = c.req.param('command');
    const command = Object.hasOwn(TEAM_COMMANDS, name) ? TEAM_COMMANDS[name] : undefined;
    if (!command)
      return say(
        c,
        404,
        'not-found',
        `There is no “${name}”. Known: ${Object.keys(TEAM_COMMANDS).join(', ')}.`,
      );
    const asked = await body(c, optionsSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    const { options } = asked.value;
    const missing = Object.entries(command.options).filter(
      ([option, { required }]) => required && !options[option]?.trim(),
    );
    if (missing.length > 0)
      return invalid(
        c,
        missing.map(([option, { description }]) => ({
          path: `options.${option}`,
          message: `is missing: ${description}`,
        })),
      );
    return answered(c, log, (by) => c.get('handlers').run(name, options, by));
  });

  app.post('/api/press', async (c) => {
    const asked = await body(c, pressSchema);
    if (!asked.ok) return invalid(c, asked.problems);
    return answered(c, log, (by) => c.get('handlers').press(asked.value.press, by));
  });
}

async function answered(
  c: RoomContext,
  log: ChatLog,
  ask: (by: Asked) => Promise<Answer>,
): Promise<Response> {
  const actor = actorOf(c);
  if (!actor) return nobody(c, 'asks');
  try {
    const { file, ...answer } = await ask({ actor, channel: null, tz: null });
    return c.json({
      ...answer,
      ...(file
        ? { file: { name: file.name, mime: file.mime, base64: Buffer.from(file.bytes).toString('base64') } }
        : {}),
    });
  } catch (error) {
    log.error({ chat: 'web', error: messageOf(error) }, 'a team command failed');
    return say(c, 503, 'unavailable', 'Something went wrong inside Potluck. Please try again in a minute.');
  }
}
