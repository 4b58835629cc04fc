import { z } from 'zod';
import { oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import { asker, type Desk, type Listener, readable, tell, words } from './desk.ts';
import type { Clicker } from './people.ts';

import type { ItemOf } from './trail.ts';

/** Most characters of a message that are tracked; Slack takes no longer ones. */
const MAX_TEXT = 40_000;

// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
const messageSchema = z.object({
  ts: z.string().regex(/^\d+\.\d+$/),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  username: z.string().nullish(),
  text: z.string().nullish(),
  bot_profile: z.object({ name: z.string().nullish() }).nullish(),
  files: z
    .array(z.object({ title: z.string().nullish(), name: z.string().nullish() }))
    .optional()
    .catch(undefined),
});
type Message = z.output<typeof messageSchema>;

/** Somebody used "Track in Potluck" on a message. */
export interface Tracked {
  readonly clicker: Clicker;
  readonly to: Listener;
  readonly channel: string;
  readonly message: unknown;
}

/** Makes an item of a message of the workspace, and tells only the one who asked. */
export async function onTrack(
  desk: Desk,
  tracked: Tracked,
  ours: { readonly teamId: string; readonly botId: string; readonly itemOf: ItemOf },
): Promise<void> {
  const { clicker, to, channel } = tracked;
  const message = messageSchema.safeParse(tracked.message).data;
  if (!message) return tell(desk, to, words('This message cannot be tracked.'));
  if (message.bot_id === ours.botId) {
    const item = await ours.itemOf(channel, message.ts);
    return tell(
      desk,
      to,
      words(item === null ? 'That is a message of mine.' : `That is the card of #${item} already.`),
    );
  }
  const asked = await asker(desk, clicker);
  if (!asked.ok) return tell(desk, to, words(asked.text));
  try {
    const [text, author, url] = await Promise.all([
      textOf(desk, message),
      authorOf(desk, message, ours.teamId),
      linkTo(desk, channel, message.ts),
    ]);
    const id = `slack:${ours.teamId}/${channel}/${message.ts}`;
    const createdAt = Math.floor(Number(message.ts) * 1_000);
    const result = await desk.handlers().track({ id, text, author, url, createdAt }, asked.actor);
    await tell(desk, to, words(result.ok ? result.text : result.refusal.text));
  } catch (error) {
    desk.log.error({ why: messageOf(error) }, 'a Slack message could not be tracked');
    await tell(desk, to, words('Something went wrong inside Potluck. Please try again in a minute.'));
  }
}

async function textOf(desk: Desk, message: Message): Promise<string> {
  const said = (await readable(desk, (message.text ?? '').slice(0, MAX_TEXT))).trim();
  if (said !== '') return said;
  const files = (message.files ?? []).map((file) => oneLine(file.title || file.name || 'a file', 100));
  return files.length > 0 ? files.slice(0, 10).join(', ') : '(no text)';
}

async function authorOf(
  desk: Desk,
  message: Message,
  teamId: string,
): Promise<{ readonly id: string; readonly name: string }> {
  // An app that posts under a name of its own has a user, too; the name people saw is the better one.
  const shownName = message.username || message.bot_profile?.name || null;
  if (message.user && !shownName) {
    const { name } = await desk.people.profile({ id: message.user });
    return { id: `slack:${teamId}/${message.user}`, name };
  }
  return {
    id: `slack:${teamId}/${message.bot_id || message.user || 'unknown'}`,
    name: shownName ?? 'Somebody',
  };
}

/** Where the bot was not invited there may be no link; the message is tracked all the same. */
async function linkTo(desk: Desk, channel: string, ts: string): Promise<string | null> {
  try {
    return await desk.web.permalink(channel, ts);
  } catch (error) {
    desk.log.debug({ channel, why: messageOf(error) }, 'no link to a Slack message');
    return null;
  }
}
