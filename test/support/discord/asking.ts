import type { Delivery } from './delivery.ts';
import { openInteraction } from './interactions.ts';
import { actingMember, interactionChannel, messagePayload, userPayload } from './payloads.ts';
import { botBits } from './permissions.ts';
import {
  type Channel,
  guildOf,
  type Interaction,
  type InteractionKind,
  type Json,
  type Member,
  type Message,
  type State,
  type User,
} from './state.ts';

const KINDS: Readonly<Record<InteractionKind, number>> = {
  command: 2,
  component: 3,
  autocomplete: 4,
  modal: 5,
};

export interface Asking {
  /** Asks the app for something; resolves at its first answer, or at the deadline. */
  ask(
    kind: InteractionKind,
    channelId: string,
    what: string,
    data: Json,
    source?: Message | null,
    /** The source as it was when it was pressed; default as it is. */
    asItWas?: unknown,
  ): Promise<Interaction>;
  channelOf(id: string): Channel;
  memberIn(channel: Channel): Member | undefined;
}

/** How one person's wishes reach the app. */
export function asking(state: State, delivery: () => Delivery, user: User): Asking {
  function channelOf(id: string): Channel {
    const channel = state.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  }

  function memberIn(channel: Channel): Member | undefined {
    return guildOf(state, channel.guildId)?.members.get(user.id);
  }

  async function ask(
    kind: InteractionKind,
    channelId: string,
    what: string,
    data: Json,
    source: Message | null = null,
    asItWas?: unknown,
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
      type: KINDS[kind],
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
      ...(source ? { message: asItWas ?? messagePayload(state, source) } : {}),
    };
    delivery().send(interaction, payload, guildId);
    await answered;
    return interaction;
  }

  return { ask, channelOf, memberIn };
}
