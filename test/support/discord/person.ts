import { addMessage, componentOf } from './content.ts';
import type { Delivery } from './delivery.ts';
import { hears, publishMessage } from './events.ts';
import { openInteraction } from './interactions.ts';
import { wake } from './messages.ts';
import { fieldsOf, incomplete, modalText, submitted } from './modal.ts';
import { actingMember, interactionChannel, memberPayload, messagePayload, userPayload } from './payloads.ts';
import { botBits } from './permissions.ts';
import { isSpoken, type SeenMessage, seeMessage } from './seen.ts';
import {
  type Channel,
  guildOf,
  INTENT,
  type Interaction,
  type InteractionKind,
  type Json,
  type Member,
  type Message,
  messagesIn,
  type State,
  tell,
  type User,
} from './state.ts';
import { commandFor, optionsOf, resolvedUsers, type Typed, typedOptions } from './typed.ts';

/** The form on somebody's screen. */
export interface SeenModal {
  readonly title: string;
  /** Every visible word, with what is typed. */
  readonly text: string;
  readonly fields: readonly {
    readonly label: string;
    readonly value: string | readonly string[] | boolean | null;
    readonly options: readonly string[];
    readonly required: boolean;
  }[];
}

export interface MessageAt {
  readonly id: string;
  readonly channel: string;
}

/**
 * Somebody of the server, with their eyes and hands. Whatever asks the app for something resolves once the app has
 * given its first answer, or the clock has passed 3 s; what the app does afterwards is waited for by the test.
 */
export interface DiscordPerson {
  readonly id: string;
  /** What the server shows: the nickname, or else the person's own name. */
  readonly name: string;
  /** What this person sees in a channel or thread, oldest first: everybody's messages and their own ephemeral ones. */
  sees(channel: string): readonly SeenMessage[];
  /** Everything this person alone was told so far, in its current words: ephemeral messages, forms, direct messages. */
  told(): readonly string[];
  /** Presses a button of a message, or chooses a line of one of its lists, by what it says. */
  press(message: MessageAt, label: string): Promise<void>;
  /** The form on the screen; null when there is none. */
  modal(): SeenModal | null;
  /** Types into a field of the form, by its label. */
  type(label: string, text: string): void;
  /** Chooses a line, or a person or role by id; in a list of several it is added, or taken away again. */
  choose(label: string, optionLabelOrId: string): void;
  /** Sends the form. */
  submit(): Promise<void>;
  /** Closes the form without sending it. */
  closeModal(): void;
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
  function channelOf(id: string): Channel {
    const channel = state.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  }

  function memberIn(channel: Channel): Member | undefined {
    return guildOf(state, channel.guildId)?.members.get(user.id);
  }

  function visible(at: MessageAt): Message {
    const found = messagesIn(state, at.channel).find((each) => each.id === at.id);
    if (!found || (found.ephemeralFor !== null && found.ephemeralFor !== user.id))
      throw new Error(`${user.globalName} sees no message ${at.id} in ${at.channel}`);
    return found;
  }

  async function ask(
    kind: InteractionKind,
    channelId: string,
    what: string,
    data: Json,
    source: Message | null = null,
  ): Promise<Interaction> {
    const channel = channelOf(channelId);
    const member = memberIn(channel);
    const { guildId } = channel;
    if (guildId !== null && !member) throw new Error(`${user.globalName} is not in the server`);
    const { interaction, answered } = openInteraction(state, {
      kind,
      userId: user.id,
      channelId,
      guildId,
      source,
      what: `${what} (${user.globalName})`,
    });
    const payload: Json = {
      id: interaction.id,
      application_id: state.applicationId,
      type: { command: 2, component: 3, autocomplete: 4, modal: 5 }[kind],
      data,
      channel_id: channelId,
      channel: interactionChannel(state, channel, member),
      token: interaction.token,
      version: 1,
      locale: user.locale,
      app_permissions: botBits(state, channel),
      entitlements: [],
      entitlement_sku_ids: [],
      authorizing_integration_owners: guildId === null ? { '0': '0' } : { '0': guildId },
      context: guildId === null ? 1 : 0,
      attachment_size_limit: 10_485_760,
      ...(guildId === null || !member
        ? { user: userPayload(state, user.id) }
        : {
            guild_id: guildId,
            guild: { id: guildId, locale: 'en-US', features: [] },
            guild_locale: 'en-US',
            member: actingMember(state, member),
          }),
      ...(source ? { message: messagePayload(state, source) } : {}),
    };
    delivery().send(interaction, payload, guildId);
    await answered;
    return interaction;
  }

  function field(label: string) {
    const open = state.screens.get(user.id);
    if (!open) throw new Error(`${user.globalName} has no form on the screen`);
    const found = fieldsOf(open).find((each) => each.label === label);
    if (!found)
      throw new Error(
        `the form has no field “${label}”: ${fieldsOf(open)
          .map((each) => each.label)
          .join(', ')}`,
      );
    return { open, component: found.component, id: found.component.custom_id ?? '' };
  }

  function reaction(name: string, at: MessageAt, emoji: string, on: boolean): void {
    const message = visible(at);
    const users = message.reactions.get(emoji) ?? new Set<string>();
    if (on) users.add(user.id);
    else users.delete(user.id);
    if (users.size > 0) message.reactions.set(emoji, users);
    else message.reactions.delete(emoji);
    const channel = channelOf(at.channel);
    const member = memberIn(channel);
    if (!hears(state, channel)) return;
    state.dispatch({
      name,
      data: {
        user_id: user.id,
        channel_id: channel.id,
        message_id: message.id,
        ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
        emoji: { id: null, name: emoji },
        burst: false,
        type: 0,
        ...(on && member ? { member: memberPayload(state, member) } : {}),
        ...(on ? { message_author_id: message.authorId } : {}),
      },
      intents: channel.guildId === null ? INTENT.directReactions : INTENT.reactions,
      guildId: channel.guildId,
    });
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
      const { buttons } = seeMessage(state, message);
      const button = buttons.find((each) => each.label === label);
      if (!button)
        throw new Error(`there is no “${label}” among: ${buttons.map((each) => each.label).join(', ')}`);
      if (button.disabled) throw new Error(`“${label}” cannot be pressed`);
      if (button.customId === null) throw new Error(`“${label}” is a link: ${button.url}`);
      const component = componentOf(message, button.customId);
      await ask(
        'component',
        message.channelId,
        `“${label}”`,
        {
          custom_id: button.customId,
          component_type: component?.type,
          id: component?.id,
          ...(button.kind === 'option' ? { values: [button.value] } : {}),
        },
        message,
      );
    },
    modal() {
      const open = state.screens.get(user.id);
      if (!open) return null;
      return {
        title: open.title,
        text: modalText(open),
        fields: fieldsOf(open).map(({ label, component }) => ({
          label,
          value: open.values.get(component.custom_id ?? '') ?? null,
          options: (component.options ?? []).map((option) => option.label),
          required: component.required ?? component.type !== 23,
        })),
      };
    },
    type(label, text) {
      const { open, component, id } = field(label);
      if (component.type !== 4) throw new Error(`“${label}” is not typed into`);
      open.values.set(id, text);
    },
    choose(label, wanted) {
      const { open, component, id } = field(label);
      if (component.type === 4) throw new Error(`“${label}” is typed into`);
      if (component.type === 23) {
        open.values.set(id, open.values.get(id) !== true);
        return;
      }
      const option = component.options?.find((each) => each.label === wanted);
      if (component.options && !option) throw new Error(`“${label}” has no line “${wanted}”`);
      if (component.type === 5 && !state.users.has(wanted)) throw new Error(`nobody has the id ${wanted}`);
      const value = option?.value ?? wanted;
      if (component.type === 21) {
        open.values.set(id, value);
        return;
      }
      const held = open.values.get(id);
      const chosen = Array.isArray(held) ? held : [];
      const most = component.max_values ?? (component.type === 22 ? (component.options ?? []).length : 1);
      if (chosen.includes(value) && most > 1)
        open.values.set(
          id,
          chosen.filter((each) => each !== value),
        );
      else open.values.set(id, most === 1 ? [value] : [...chosen, value]);
    },
    async submit() {
      const open = state.screens.get(user.id);
      if (!open) throw new Error(`${user.globalName} has no form on the screen`);
      const missing = incomplete(open);
      if (missing) throw new Error(`the form cannot be sent: ${missing}`);
      const { guildId } = channelOf(open.channelId);
      const people = fieldsOf(open)
        .filter(({ component }) => component.type === 5)
        .flatMap(({ component }) => open.values.get(component.custom_id ?? '') ?? [])
        .map(String);
      const { acked } = await ask(
        'modal',
        open.channelId,
        `the form “${open.title}”`,
        {
          custom_id: open.customId,
          components: submitted(open),
          ...(people.length > 0 ? { resolved: resolvedUsers(state, guildId, people) } : {}),
        },
        open.source,
      );
      // A form that nobody answered stays, with Discord's own words that something went wrong.
      if (!acked) tell(state, user.id, { words: 'Something went wrong. Try again.' });
      else if (state.screens.get(user.id) === open) state.screens.delete(user.id);
    },
    closeModal() {
      state.screens.delete(user.id);
    },
    async command(name, sub, options, channel) {
      const { command, data, guildId } = typedCommand(name, channel, 1);
      const typed = typedOptions(state, command, sub, options);
      const people = optionsOf(command, sub)
        .filter((each) => each.type === 6 && options[each.name] !== undefined)
        .map((each) => String(options[each.name]));
      await ask('command', channel, `/${name} ${sub}`.trim(), {
        ...data,
        ...(typed.length > 0 ? { options: typed } : {}),
        ...(people.length > 0 ? { resolved: resolvedUsers(state, guildId, people) } : {}),
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
      reaction('MESSAGE_REACTION_ADD', at, emoji, true);
    },
    async unreact(at, emoji) {
      reaction('MESSAGE_REACTION_REMOVE', at, emoji, false);
    },
    async say(channelId, text) {
      const channel = channelOf(channelId);
      if (channel.thread?.locked) throw new Error('the thread is locked');
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
