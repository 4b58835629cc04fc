import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { onceEach } from '../kit/payloads.ts';
import type { ReactionAction } from '../kit/reactions.ts';
import { onPress, type Press } from './clicks.ts';
import { onCommand, suggestions } from './commands.ts';
import { FLAG } from './components.ts';
import { type Desk, words } from './desk.ts';
import type { Dispatch } from './gateway.ts';
import { parseComponent, parseTarget } from './ids.ts';
import {
  clickerOf,
  INTERACTION,
  type Interaction,
  parseClick,
  parseInteraction,
  parseSubmitted,
  parseUsedCommand,
  shownName,
  type UsedCommand,
} from './interaction.ts';
import { type FirstAnswer, type Line, openLine, sayWhenDone } from './line.ts';
import { COMMAND, MENUS } from './manifest.ts';
import type { Clicker } from './people.ts';
import { renderCard } from './render.ts';
import { onSubmit } from './submits.ts';
import { whoAnswer } from './team.ts';
import { onTrack } from './track.ts';
import { type CardIndex, onReaction, onThreadWords } from './trail.ts';

/** What the listeners need besides the desk. */
export interface Ears {
  /** Null when reactions are switched off. */
  readonly reactions: Readonly<Record<string, ReactionAction>> | null;
  readonly index: CardIndex;
  /** Opens the thread of a card for somebody who asks for it. */
  readonly talk: (place: { channelId: string; messageId: string }) => Press['talk'];
  /** Work that goes on after the acknowledgement; a stop waits for it. */
  readonly job: (work: () => Promise<void>) => Promise<void>;
  /** A server went away, came back, or removed us; a channel was deleted. */
  readonly lost: (what: Loss) => void;
}

export type Loss =
  | { readonly kind: 'guild'; readonly id: string; readonly how: 'outage' | 'removed' | 'back' }
  | { readonly kind: 'channel'; readonly id: string };

export interface Listeners {
  interaction(raw: unknown, first?: FirstAnswer): void;
  dispatch(event: Dispatch): void;
}

const BROKEN = 'Something went wrong inside Potluck. Look at the card before you try again.';
const NO_TEAM = 'Potluck works in servers only: here it does not know your team.';

const snowflake = z.string().regex(/^\d{1,20}$/);
const user = z.object({
  id: snowflake,
  username: z.string(),
  global_name: z.string().nullish(),
  bot: z.boolean().optional(),
});
const eventMember = z.object({
  nick: z.string().nullish(),
  roles: z.array(snowflake).default([]),
  user: user.optional(),
});
// https://docs.discord.com/developers/events/gateway-events#message-reaction-add
const reactionEvent = z.object({
  user_id: snowflake,
  channel_id: snowflake,
  message_id: snowflake,
  guild_id: snowflake.optional(),
  member: eventMember.optional().catch(undefined),
  message_author_id: snowflake.optional(),
  emoji: z.object({ id: snowflake.nullish(), name: z.string().nullish() }),
});
// https://docs.discord.com/developers/events/gateway-events#message-create
const messageEvent = z.object({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  content: z.string().catch(''),
  author: user,
  member: eventMember.optional().catch(undefined),
  mentions: z
    .array(user.extend({ member: eventMember.optional().catch(undefined) }))
    .default([])
    .catch([]),
});
const guildEvent = z.object({ id: snowflake, unavailable: z.boolean().optional() });
const goneEvent = z.object({ id: snowflake });

/** Tells what to do with everything that comes in, by gateway or HTTP. */
export function listen(desk: Desk, ears: Ears): Listeners {
  const once = onceEach();

  function interaction(raw: unknown, first?: FirstAnswer): void {
    const parsed = parseInteraction(raw);
    if (!parsed) {
      desk.log.warn({}, 'a Discord interaction could not be read');
      if (first) throw new Error('an interaction that could not be read');
      return;
    }
    const { api, clock, log } = desk;
    const { id, token, application_id: applicationId } = parsed;
    const answer: FirstAnswer = first ?? (async (body) => void (await api.callback(id, token, body)));
    const line = openLine({ api, clock, log, applicationId, token, first: answer });
    void once(id, () => ears.job(() => handled(desk, ears, parsed, line)));
  }

  function dispatch({ type, data, key }: Dispatch): void {
    if (type === 'INTERACTION_CREATE') interaction(data);
    else if (type === 'MESSAGE_REACTION_ADD' || type === 'MESSAGE_REACTION_REMOVE')
      void once(key, () => ears.job(() => reacted(desk, ears, data, type === 'MESSAGE_REACTION_ADD', key)));
    else if (type === 'MESSAGE_CREATE') void once(key, () => ears.job(() => said(desk, ears, data, key)));
    else if (type === 'MESSAGE_DELETE') ears.index.forget(goneEvent.safeParse(data).data?.id ?? '');
    else {
      const loss = lossIn(type, data);
      if (loss) ears.lost(loss);
    }
  }
  return { interaction, dispatch };
}

/** What is gone, or back again. */
function lossIn(type: string, data: unknown): Loss | null {
  if (type === 'CHANNEL_DELETE') {
    const gone = goneEvent.safeParse(data).data;
    return gone ? { kind: 'channel', id: gone.id } : null;
  }
  if (type !== 'GUILD_CREATE' && type !== 'GUILD_DELETE') return null;
  const guild = guildEvent.safeParse(data).data;
  if (!guild) return null;
  const how = guild.unavailable ? 'outage' : type === 'GUILD_CREATE' ? 'back' : 'removed';
  return { kind: 'guild', id: guild.id, how };
}

/** Works on one interaction. Whatever fails is an answer in words. */
async function handled(desk: Desk, ears: Ears, sent: Interaction, line: Line): Promise<void> {
  const clicker = clickerOf(sent);
  try {
    if (sent.type !== INTERACTION.autocomplete && !(await desk.firstTime(sent.id))) return;
    if (!clicker) return await line.say(words(NO_TEAM));
    await route(desk, ears, sent, clicker, line);
  } catch (error) {
    desk.log.error({ type: sent.type, why: messageOf(error) }, 'a Discord interaction failed');
    await line.say(words(BROKEN));
  }
}

async function route(desk: Desk, ears: Ears, sent: Interaction, clicker: Clicker, line: Line): Promise<void> {
  const isPrivate = ((sent.message?.flags ?? 0) & FLAG.ephemeral) !== 0;
  switch (sent.type) {
    case INTERACTION.command: {
      const used = parseUsedCommand(sent.data);
      return used ? commanded(desk, ears, sent, { clicker, line, used }) : undefined;
    }
    case INTERACTION.autocomplete: {
      const used = parseUsedCommand(sent.data);
      return line.choices(used ? await suggestions(desk, clicker, used) : []);
    }
    case INTERACTION.component: {
      const click = parseClick(sent.data);
      if (!click) return;
      const place = {
        channelId: sent.message?.channel_id ?? sent.channel_id ?? '',
        messageId: sent.message?.id ?? '',
      };
      const chosen = click.values?.[0] ?? null;
      const talk = ears.talk(place);
      await onPress(desk, { clicker, line, customId: click.custom_id, chosen, isPrivate, talk });
      return isPrivate ? undefined : freshMenu(desk, place, click.custom_id, sent.id);
    }
    case INTERACTION.modal: {
      const submitted = parseSubmitted(sent.data);
      if (!submitted) return;
      // A private copy of a card does not follow its item by itself.
      const onCard = sent.message !== undefined && !isPrivate;
      return sayWhenDone(desk.clock, line, onSubmit(desk, clicker, submitted, onCard));
    }
    default:
  }
}

/**
 * Discord sends nothing when somebody chooses the line that the menu shows already: whoever closed “Note…” could not open
 * it again. A card that did not change by the choice gets a menu of another name.
 */
async function freshMenu(
  desk: Desk,
  place: { readonly channelId: string; readonly messageId: string },
  customId: string,
  mark: string,
): Promise<void> {
  const parsed = parseComponent(customId);
  const target = parsed?.name === 'more' ? parseTarget(parsed.rest) : null;
  if (!target) return;
  try {
    const card = await desk.handlers().card(target.itemId);
    // A card that moved on is drawn again anyhow, and its menu has the new version in its name.
    if (!card || card.closing || card.version !== target.version) return;
    await desk.api.edit(place.channelId, place.messageId, renderCard(card, mark.slice(-6)));
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'the menu of a Discord card was not drawn anew');
  }
}

async function commanded(
  desk: Desk,
  ears: Ears,
  sent: Interaction,
  asked: { readonly clicker: Clicker; readonly line: Line; readonly used: UsedCommand },
): Promise<void> {
  const { clicker, line, used } = asked;
  const { item, text, words: more } = used.options;
  const itemId = typeof item === 'number' ? item : null;
  const served = await desk.people.asked(desk.handlers(), clicker, itemId);
  if (!served.ok) {
    const typed = [text, more].find((each) => typeof each === 'string');
    return line.say(words(served.text, typed === undefined ? null : String(typed)));
  }
  if (used.type === 3 && used.name === MENUS.track)
    return sayWhenDone(desk.clock, line, onTrack(desk, clicker, sent, used.message, ears.index));
  if (used.type === 2 && used.name === MENUS.who)
    return sayWhenDone(desk.clock, line, whoAnswer(desk, clicker, used.names[used.targetId ?? ''] ?? ''));
  if (used.type === 1 && used.name === COMMAND) return onCommand(desk, asked);
  return line.say(words('This Potluck does not know that command.'));
}

async function reacted(desk: Desk, ears: Ears, data: unknown, added: boolean, key: string): Promise<void> {
  const event = reactionEvent.safeParse(data).data;
  if (!event || !ears.reactions) return;
  const { botId = '' } = desk.identity.now() ?? {};
  const { guild_id: guildId, member, user_id: userId } = event;
  // Whose message it is comes with the event, so that most reactions cost no question.
  const isOthers = event.message_author_id !== undefined && event.message_author_id !== botId;
  if (userId === botId || isOthers || guildId === undefined || member?.user?.bot) return;
  if (!(await desk.firstTime(key))) return;
  await onReaction(desk, ears.reactions, ears.index, {
    added,
    emoji: event.emoji.id ? `${event.emoji.name}:${event.emoji.id}` : (event.emoji.name ?? ''),
    channelId: event.channel_id,
    messageId: event.message_id,
    // Taking an emoji away tells the id alone.
    clicker: async () => {
      const who =
        member?.user === undefined
          ? await desk.api.member(guildId, userId)
          : { user: member.user, nick: member.nick, roles: member.roles };
      return { id: userId, name: shownName(who), roles: who.roles, guildId, channels: [event.channel_id] };
    },
  });
}

async function said(desk: Desk, ears: Ears, data: unknown, key: string): Promise<void> {
  const event = messageEvent.safeParse(data).data;
  if (!event?.guild_id || event.author.bot || !/draft:/i.test(event.content)) return;
  if (!(await desk.firstTime(key))) return;
  const { author, member, guild_id: guildId } = event;
  await onThreadWords(desk, ears.index, {
    threadId: event.channel_id,
    messageId: event.id,
    text: event.content,
    mentioned: new Map(
      event.mentions.map((each) => [each.id, shownName({ user: each, nick: each.member?.nick })]),
    ),
    clicker: {
      id: author.id,
      name: shownName({ user: author, nick: member?.nick }),
      roles: member?.roles ?? [],
      guildId,
      channels: [event.channel_id],
    },
  });
}
