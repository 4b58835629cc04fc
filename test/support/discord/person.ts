import { asking } from './asking.ts';
import { addMessage } from './content.ts';
import type { Delivery } from './delivery.ts';
import { publishMessage } from './events.ts';
import { type FormHands, formHands } from './form.ts';
import { walk } from './limits.ts';
import { wake } from './messages.ts';
import { messagePayload } from './payloads.ts';
import { react } from './reactions.ts';
import { isSpoken, type SeenMessage, seeMessage } from './seen.ts';
import { type Json, type Message, messagesIn, type State, type User } from './state.ts';
import { archiveQuiet } from './threads.ts';
import { commandFor, optionsOf, resolvedOptions, resolvedUsers, type Typed, typedOptions } from './typed.ts';

export interface MessageAt {
  readonly id: string;
  readonly channel: string;
}

function labels({ buttons }: SeenMessage): string {
  return buttons.map((each) => each.label).join(', ');
}

/**
 * Somebody of the server, with their eyes and hands. Whatever asks the app for something resolves once the app has
 * given its first answer, or the clock has passed 3 s; what the app does afterwards is waited for by the test.
 */
export interface DiscordPerson extends FormHands {
  readonly id: string;
  /** What the server shows: the nickname, or else the person's own name. */
  readonly name: string;
  /** What this person sees in a channel or thread, oldest first: everybody's messages and their own ephemeral ones. */
  sees(channel: string): readonly SeenMessage[];
  /** Everything this person alone was told so far, in its current words: ephemeral messages, forms, direct messages. */
  told(): readonly string[];
  /**
   * Presses a button of a message, or chooses a line of one of its lists, by what it says; a person by id. What is only
   * on the message as it was seen, and gone by now, is a press that was on its way when the message changed: Discord
   * took it, and it reaches the app late, with the message as it was.
   */
  press(message: MessageAt & Partial<SeenMessage>, label: string): Promise<void>;
  /** Uses a slash command; `sub` may be empty, or `group sub`. */
  command(name: string, sub: string, options: Typed, channel: string): Promise<void>;
  /** What the app suggests while an option is being typed. */
  complete(
    name: string,
    sub: string,
    option: string,
    partial: string,
    options: Typed,
    channel: string,
  ): Promise<readonly { readonly name: string; readonly value: string | number }[]>;
  /** Uses a command of a message's own menu. */
  messageMenu(commandName: string, message: MessageAt): Promise<void>;
  /** Uses a command of a person's own menu. */
  userMenu(commandName: string, userId: string, channel: string): Promise<void>;
  react(message: MessageAt, emoji: string): Promise<void>;
  unreact(message: MessageAt, emoji: string): Promise<void>;
  /** Writes in a channel, a thread, or a direct conversation. */
  say(channel: string, text: string): Promise<{ readonly id: string }>;
  /** The conversation with the bot. */
  dms(): readonly SeenMessage[];
  /** Takes no direct messages from members of the server any more. */
  blockDms(): void;
}

/** Gives a person of the server eyes and hands. */
export function discordPerson(state: State, delivery: () => Delivery, user: User): DiscordPerson {
  /** What the lists of messages show on this person's screen. */
  const picked = new Map<string, string | null>();
  const { ask, channelOf, memberIn } = asking(state, delivery, user);

  function visible(at: MessageAt): Message {
    const found = messagesIn(state, at.channel).find((each) => each.id === at.id);
    if (!found || (found.ephemeralFor !== null && found.ephemeralFor !== user.id))
      throw new Error(`${user.globalName} sees no message ${at.id} in ${at.channel}`);
    return found;
  }

  function typedCommand(name: string, channel: string, type: number) {
    const { guildId } = channelOf(channel);
    const command = commandFor(state, guildId, memberIn(channelOf(channel)), name, type);
    const data: Json = {
      id: command.id,
      name,
      type,
      ...(state.commands.get(guildId ?? '')?.some((each) => each.id === command.id)
        ? { guild_id: guildId }
        : {}),
    };
    return { command, data, guildId };
  }

  return {
    id: user.id,
    get name() {
      const nicks = [...state.guilds.values()].map((guild) => guild.members.get(user.id)?.nick);
      return nicks.find((nick) => nick) ?? user.globalName;
    },
    sees: (channel) =>
      messagesIn(state, channel)
        .filter((each) => isSpoken(each) && (each.ephemeralFor === null || each.ephemeralFor === user.id))
        .map((each) => seeMessage(state, each)),
    told: () =>
      (state.told.get(user.id) ?? []).flatMap((each) => {
        if ('words' in each) return [each.words];
        const message = state.messages.find((one) => one.id === each.messageId);
        return message ? [seeMessage(state, message).text] : [];
      }),
    async press(at, label) {
      const message = visible(at);
      const now = seeMessage(state, message).buttons.find((each) => each.label === label);
      const before = now ? undefined : at.buttons?.find((each) => each.label === label);
      const button = now ?? before;
      const { guildId } = channelOf(message.channelId);
      if (!button) {
        const picker = walk(message.components).find(([each]) => each.type === 5)?.[0];
        if (!picker || picker.disabled || !state.users.has(label))
          throw new Error(`there is no “${label}” among: ${labels(seeMessage(state, message))}`);
        const data = { custom_id: picker.custom_id, component_type: 5, id: picker.id, values: [label] };
        const resolved = resolvedUsers(state, guildId, [label]);
        await ask('component', message.channelId, 'a list of people', { ...data, resolved }, message);
        return;
      }
      if (button.disabled) throw new Error(`“${label}” cannot be pressed`);
      if (button.customId === null) throw new Error(`“${label}” is a link: ${button.url}`);
      const shown = before ? (at.raw as Pick<Message, 'components'>).components : message.components;
      const component = walk(shown).find(([each]) => each.custom_id === button.customId)?.[0];
      if ((component?.min_values ?? 1) > 1) throw new Error(`“${label}” alone is too few`);
      const data: Json = {
        custom_id: button.customId,
        component_type: component?.type,
        id: component?.id,
        ...(button.kind === 'option' ? { values: [button.value] } : {}),
      };
      if (button.kind === 'option') {
        // The line that a list shows already sends nothing (discord/discord-api-docs#4801).
        const list = `${message.id}:${button.customId}`;
        if (picked.get(list) === button.value) return;
        picked.set(list, button.value);
      }
      await ask('component', message.channelId, `“${label}”`, data, message, before ? at.raw : undefined);
    },
    ...formHands(state, ask, user),
    async command(name, sub, options, channel) {
      const { command, data, guildId } = typedCommand(name, channel, 1);
      const typed = typedOptions(state, command, sub, options);
      const known = optionsOf(command, sub);
      await ask('command', channel, `/${name} ${sub}`.trim(), {
        ...data,
        ...(typed.length > 0 ? { options: typed } : {}),
        ...resolvedOptions(state, guildId, known, options),
      });
    },
    async complete(name, sub, option, partial, options, channel) {
      const { command, data } = typedCommand(name, channel, 1);
      const known = optionsOf(command, sub).find((each) => each.name === option);
      if (!known?.autocomplete) throw new Error(`“${option}” is not registered with autocomplete`);
      const typed = typedOptions(state, command, sub, options, { option, text: partial });
      const { choices } = await ask('autocomplete', channel, `/${name} ${sub} ${option}:`, {
        ...data,
        options: typed,
      });
      return choices ?? [];
    },
    async messageMenu(commandName, at) {
      const message = visible(at);
      const { data } = typedCommand(commandName, at.channel, 3);
      await ask('command', at.channel, `“${commandName}” of a message`, {
        ...data,
        target_id: message.id,
        resolved: { messages: { [message.id]: messagePayload(state, message) } },
      });
    },
    async userMenu(commandName, userId, channel) {
      const { data, guildId } = typedCommand(commandName, channel, 2);
      await ask('command', channel, `“${commandName}” of a person`, {
        ...data,
        target_id: userId,
        resolved: resolvedUsers(state, guildId, [userId]),
      });
    },
    async react(at, emoji) {
      react(state, visible(at), user.id, emoji, true);
    },
    async unreact(at, emoji) {
      react(state, visible(at), user.id, emoji, false);
    },
    async say(channelId, text) {
      const channel = channelOf(channelId);
      if (channel.thread?.locked) throw new Error('the thread is locked');
      archiveQuiet(state);
      wake(state, channel, user.id);
      const message = addMessage(
        state,
        { content: text, embeds: [], components: [], flags: 0, allowed: null },
        { channelId, authorId: user.id },
      );
      publishMessage(state, message);
      return { id: message.id };
    },
    dms() {
      const channel = [...state.channels.values()].find((each) => each.recipient === user.id);
      return channel ? messagesIn(state, channel.id).map((each) => seeMessage(state, each)) : [];
    },
    blockDms() {
      user.dmsBlocked = true;
    },
  };
}
