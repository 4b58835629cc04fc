import type { Block } from './limits.ts';
import { checkView, type Option } from './limits.ts';
import { renderBlocks, type SeenButton } from './seen.ts';
import {
  fillView,
  type Message,
  named,
  newTs,
  type OpenView,
  renderMessage,
  renderView,
  type State,
  stateValues,
  tellPerson,
  type User,
  viewPayload,
} from './state.ts';
import type { Wire } from './wire.ts';

/** A message as one person sees it. */
export interface SeenMessage {
  readonly ts: string;
  readonly channel: string;
  /** User id of who wrote it. */
  readonly author: string;
  /** Rendered: markup that acts has lost its signs. */
  readonly text: string;
  readonly buttons: readonly SeenButton[];
  readonly links: readonly { readonly text: string; readonly url: string }[];
  /** Whether only this person sees it. */
  readonly ephemeral: boolean;
  readonly threadTs: string | null;
  readonly edits: number;
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly metadata: {
    readonly event_type: string;
    readonly event_payload: Readonly<Record<string, unknown>>;
  } | null;
}

/** The form on somebody's screen. */
export interface SeenView {
  readonly title: string;
  /** Every visible word, with what is typed and the errors. */
  readonly text: string;
  readonly submit: string | null;
  readonly buttons: readonly string[];
  readonly fields: readonly {
    readonly label: string;
    readonly value: string | number | null;
    readonly options: readonly string[];
  }[];
  /** By label of the field. */
  readonly errors: Readonly<Record<string, string>>;
}

/**
 * Somebody of the workspace, with their eyes and hands. Whatever asks the app for something resolves once the app has
 * acknowledged it; what the app does afterwards is waited for with `workspace.until` or the chat's own `settled`.
 */
export interface SlackPerson {
  readonly id: string;
  readonly name: string;
  /** What this person sees in a channel, oldest first: everybody's messages and their own ephemeral ones. */
  sees(channel: string): readonly SeenMessage[];
  /** Everything this person alone was told so far: ephemeral words and forms. */
  told(): readonly string[];
  /** Presses a button of a message, or chooses a line of its menu, by what it says. */
  press(message: SeenMessage, label: string): Promise<void>;
  /** The form on the screen; null when there is none. */
  view(): SeenView | null;
  /** Types into a field of the form, by its label. */
  type(label: string, text: string): void;
  /** Chooses a line, a person (by user id), or a time (epoch seconds) in a field of the form. */
  choose(label: string, value: string | number): void;
  /** Puts files into a field of the form; `url` where one lies somewhere else. */
  upload(
    label: string,
    files: readonly { readonly name: string; readonly bytes: Buffer; readonly url?: string }[],
  ): void;
  /** Presses the form's own button. */
  submit(): Promise<void>;
  /** Presses a button inside the form. */
  pressInView(label: string): Promise<void>;
  /** Closes the form without submitting; the one below, if any, is seen again. */
  close(): void;
  /** Types a slash command, whole: `/potluck claim 12`. */
  command(text: string, channel: string): Promise<void>;
  /** Uses a shortcut of a message's own menu, also where the app was never invited. */
  messageShortcut(
    message: { readonly channel: string; readonly ts: string },
    callbackId: string,
  ): Promise<void>;
  /** Uses a shortcut of the lightning menu. */
  shortcut(callbackId: string): Promise<void>;
  react(message: { readonly channel: string; readonly ts: string }, emoji: string): Promise<void>;
  unreact(message: { readonly channel: string; readonly ts: string }, emoji: string): Promise<void>;
  /** Writes a message, or an answer in a thread. */
  say(channel: string, text: string, threadTs?: string): Promise<void>;
  /** Opens the app's Home tab. */
  openHome(): Promise<void>;
  /** What the Home tab shows; null before it was drawn. */
  home(): { readonly text: string; readonly buttons: readonly SeenButton[] } | null;
  /** Presses a button on the Home tab. */
  pressAtHome(label: string): Promise<void>;
}

export function seeMessage(message: Message): SeenMessage {
  const shown = renderMessage(message);
  return {
    ts: message.ts,
    channel: message.channel,
    author: message.user,
    text: shown.text,
    buttons: shown.buttons,
    links: shown.links,
    ephemeral: message.ephemeralFor !== null,
    threadTs: message.threadTs,
    edits: message.edits,
    reactions: Object.fromEntries([...message.reactions].map(([emoji, users]) => [emoji, [...users]])),
    metadata: message.metadata,
  };
}

/** Gives a person of the workspace eyes and hands. */
export function slackPerson(state: State, wire: () => Wire, user: User): SlackPerson {
  const team = { id: state.teamId, domain: 'potluck-test' };
  const who = { id: user.id, username: user.handle, name: user.handle, team_id: user.teamId };
  const common = () => ({
    team,
    user: who,
    api_app_id: state.appId,
    token: 'verification-token',
    is_enterprise_install: false,
    enterprise: null,
  });

  function trigger(): string {
    const id = `${state.next()}.${state.teamId}.trigger`;
    state.triggers.set(id, { userId: user.id, at: state.clock.now(), used: false });
    return id;
  }

  function responseUrl(channel: string, message: Message | null): string {
    const id = `r${state.next()}`;
    state.responseUrls.set(id, { userId: user.id, channel, message, at: state.clock.now(), uses: 0 });
    return `${wire().base}/respond/${id}`;
  }

  function top(): OpenView {
    const open = state.screens.get(user.id)?.at(-1);
    if (!open) throw new Error(`${user.name} has no form on the screen`);
    return open;
  }

  function fieldOf(label: string): { open: OpenView; block: Extract<Block, { type: 'input' }>; id: string } {
    const open = top();
    const block = open.blocks.find((each) => each.type === 'input' && each.label.text === label);
    if (block?.type !== 'input')
      throw new Error(
        `the form has no field “${label}”: ${seen()
          ?.fields.map((field) => field.label)
          .join(', ')}`,
      );
    return { open, block, id: block.block_id ?? '' };
  }

  function seen(): SeenView | null {
    const open = state.screens.get(user.id)?.at(-1);
    if (open?.view.type !== 'modal') return null;
    const inputs = open.blocks.filter((each) => each.type === 'input');
    const label = (id: string): string => inputs.find((each) => each.block_id === id)?.label.text ?? id;
    return {
      title: open.view.title.text,
      text: renderView(open),
      submit: open.view.submit?.text ?? null,
      buttons: renderBlocks(open.blocks).buttons.map((button) => button.label),
      fields: inputs.map((each) => ({
        label: each.label.text,
        value: open.values.get(each.block_id ?? '')?.value ?? null,
        options:
          each.element.type === 'radio_buttons' || each.element.type === 'static_select'
            ? each.element.options.map((line) => line.text.text)
            : [],
      })),
      errors: Object.fromEntries(Object.entries(open.errors).map(([id, error]) => [label(id), error])),
    };
  }

  function actionOf(button: SeenButton): Record<string, unknown> {
    const shared = { action_id: button.actionId, block_id: button.blockId, action_ts: newTs(state) };
    const text = { type: 'plain_text', text: button.label };
    if (button.kind === 'button')
      return { ...shared, type: 'button', text, ...(button.value === null ? {} : { value: button.value }) };
    const type = button.kind === 'choice' ? 'static_select' : 'overflow';
    return { ...shared, type, selected_option: { text, value: button.value } };
  }

  async function pressed(button: SeenButton, where: Record<string, unknown>): Promise<void> {
    await wire().deliver('interactive', {
      ...common(),
      type: 'block_actions',
      trigger_id: trigger(),
      actions: [actionOf(button)],
      ...where,
    });
  }

  function find(buttons: readonly SeenButton[], label: string): SeenButton {
    const button = buttons.find((each) => each.label === label);
    if (!button)
      throw new Error(`there is no “${label}” among: ${buttons.map((each) => each.label).join(', ')}`);
    return button;
  }

  async function event(body: Record<string, unknown>): Promise<void> {
    const id = `Ev${state.next()}`;
    await wire().deliver('events_api', {
      token: 'verification-token',
      team_id: state.teamId,
      api_app_id: state.appId,
      event: body,
      type: 'event_callback',
      event_id: id,
      event_time: Math.floor(state.clock.now() / 1_000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: state.teamId,
          user_id: state.botUserId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
    });
  }

  /** What Slack makes of typed words: escaped, with people and links marked up. */
  function marked(typed: string, mention: (user: User) => string): string {
    return typed
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/@([\w.-]+)/g, (all, handle: string) => {
        const someone = [...state.users.values()].find((each) => each.handle === handle);
        return someone ? mention(someone) : all;
      })
      .replace(/https?:\/\/[^\s<>]+/g, '<$&>');
  }

  const hears = (channel: string): boolean => state.channels.get(channel)?.botIn === true;

  async function reaction(
    type: 'reaction_added' | 'reaction_removed',
    at: { readonly channel: string; readonly ts: string },
    emoji: string,
  ): Promise<void> {
    const message = state.messages.find((each) => each.channel === at.channel && each.ts === at.ts);
    if (!message) throw new Error('there is no such message');
    const users = message.reactions.get(emoji) ?? new Set<string>();
    if (type === 'reaction_added') users.add(user.id);
    else users.delete(user.id);
    message.reactions.set(emoji, users);
    if (!hears(at.channel) || !state.scopes.has('reactions:read')) return;
    const item = { type: 'message', channel: at.channel, ts: at.ts };
    await event({
      type,
      user: user.id,
      reaction: emoji,
      item,
      item_user: message.user,
      event_ts: newTs(state),
    });
  }

  /** What the app's answer to a submitted form does to the screen. */
  function answerForm(open: OpenView, answer: Record<string, unknown>): void {
    const stack = state.screens.get(user.id) ?? [];
    const at = stack.indexOf(open);
    if (at < 0) return;
    switch (answer.response_action) {
      case 'errors': {
        const errors = answer.errors as Record<string, string>;
        for (const id of Object.keys(errors))
          if (!open.values.has(id)) state.breaches.push(`an error for a field that is not there: ${id}`);
        open.errors = errors;
        tellPerson(state, user.id, renderView(open));
        return;
      }
      case 'update':
      case 'push': {
        const view = checkView(answer.view, state.scopes);
        if (!view.ok) {
          state.breaches.push(`${view.error}: ${view.why}`);
          return;
        }
        const blocks = named(state, view.value.blocks);
        if (answer.response_action === 'update')
          Object.assign(open, { view: view.value, blocks, errors: {} });
        else if (stack.length >= 3) state.breaches.push('more than three views on one another');
        else {
          const pushed: OpenView = {
            id: `V${state.next()}`,
            userId: user.id,
            view: view.value,
            blocks,
            values: new Map(),
            errors: {},
          };
          stack.push(pushed);
        }
        const shown = stack.at(-1) ?? open;
        fillView(shown);
        tellPerson(state, user.id, renderView(shown));
        return;
      }
      case 'clear':
        state.screens.delete(user.id);
        return;
      default:
        state.screens.set(user.id, stack.slice(0, at));
    }
  }

  /** What Slack's own client checks before it sends a form. */
  function complete(open: OpenView): Record<string, string> {
    const missing: Record<string, string> = {};
    for (const block of open.blocks) {
      if (block.type !== 'input') continue;
      const id = block.block_id ?? '';
      const value = open.values.get(id)?.value ?? null;
      if (!block.optional && (value === null || value === ''))
        missing[id] = 'Please complete this required field.';
      const { element } = block;
      if (element.type === 'plain_text_input' && String(value ?? '').length > (element.max_length ?? 3_000))
        missing[id] = 'That is too long.';
      if (element.type === 'url_text_input' && value && !/^https?:\/\//.test(String(value)))
        missing[id] = 'Please enter a valid URL.';
    }
    return missing;
  }

  return {
    id: user.id,
    name: user.name,
    sees: (channel) =>
      state.messages
        .filter((each) => each.channel === channel && !each.deleted)
        .filter((each) => each.ephemeralFor === null || each.ephemeralFor === user.id)
        .map(seeMessage),
    told: () => state.told.get(user.id) ?? [],
    async press(message, label) {
      const kept = state.messages.find((each) => each.channel === message.channel && each.ts === message.ts);
      if (!kept) throw new Error('there is no such message');
      const channel = state.channels.get(message.channel);
      await pressed(find(message.buttons, label), {
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.ephemeral,
        },
        channel: { id: message.channel, name: channel?.name ?? 'privategroup' },
        message: { type: 'message', ts: kept.ts, user: kept.user, text: kept.text, blocks: kept.blocks },
        state: { values: {} },
        response_url: responseUrl(message.channel, kept),
      });
    },
    view: seen,
    type(label, text) {
      const { open, block, id } = fieldOf(label);
      const { element } = block;
      if (element.type !== 'plain_text_input' && element.type !== 'url_text_input')
        throw new Error(`“${label}” is not for typing`);
      open.values.set(id, { actionId: element.action_id, type: element.type, value: text });
    },
    choose(label, value) {
      const { open, block, id } = fieldOf(label);
      const { element } = block;
      let chosen: string | number = value;
      if (element.type === 'radio_buttons' || element.type === 'static_select') {
        const line: Option | undefined = element.options.find(
          (each) => each.text.text === value || each.value === value,
        );
        if (!line) throw new Error(`“${label}” has no line “${value}”`);
        chosen = line.value;
      }
      open.values.set(id, { actionId: element.action_id, type: element.type, value: chosen });
    },
    upload(label, files) {
      const { open, block, id } = fieldOf(label);
      const { element } = block;
      if (element.type !== 'file_input') throw new Error(`“${label}” takes no files`);
      // What Slack's own client refuses.
      if (files.length > (element.max_files ?? 10)) throw new Error(`“${label}” takes ${element.max_files}`);
      for (const { name, bytes } of files) {
        const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
        if (element.filetypes && !element.filetypes.includes(ending)) throw new Error(`no ${ending} here`);
        if (bytes.length > 10_000_000) throw new Error('10 MB at most');
      }
      const ids = files.map((file) => {
        const made = `F${state.next()}`;
        state.files.set(made, file);
        return made;
      });
      open.values.set(id, { actionId: element.action_id, type: element.type, value: ids.join(' ') });
    },
    async submit() {
      const open = top();
      if (open.view.type !== 'modal' || !open.view.submit) throw new Error('this form has nothing to press');
      const missing = complete(open);
      if (Object.keys(missing).length > 0) {
        open.errors = missing;
        return;
      }
      open.errors = {};
      const answer = await wire().deliver('interactive', {
        ...common(),
        type: 'view_submission',
        trigger_id: trigger(),
        view: viewPayload(state, open),
        response_urls: [],
      });
      answerForm(open, answer);
    },
    async pressInView(label) {
      const open = top();
      await pressed(find(renderBlocks(open.blocks).buttons, label), {
        container: { type: 'view', view_id: open.id },
        view: viewPayload(state, open),
        state: { values: stateValues(state, open) },
      });
    },
    close() {
      const stack = state.screens.get(user.id) ?? [];
      const open = stack.pop();
      if (open?.view.type === 'modal' && open.view.clear_on_close) stack.length = 0;
    },
    async command(text, channel) {
      const [name = '', ...rest] = text.split(' ');
      // Slack escapes what is typed, and names people when the manifest says so.
      const escaped = marked(rest.join(' '), ({ id, handle }) => `<@${id}|${handle}>`);
      await wire().deliver('slash_commands', {
        token: 'verification-token',
        team_id: state.teamId,
        team_domain: team.domain,
        channel_id: channel,
        channel_name: state.channels.get(channel)?.name ?? 'directmessage',
        user_id: user.id,
        user_name: user.handle,
        command: name,
        text: escaped,
        api_app_id: state.appId,
        is_enterprise_install: 'false',
        response_url: responseUrl(channel, null),
        trigger_id: trigger(),
      });
    },
    async shortcut(callbackId) {
      await wire().deliver('interactive', {
        ...common(),
        type: 'shortcut',
        callback_id: callbackId,
        trigger_id: trigger(),
        action_ts: newTs(state),
      });
    },
    async messageShortcut(message, callbackId) {
      const kept = state.messages.find((each) => each.channel === message.channel && each.ts === message.ts);
      if (!kept || kept.ephemeralFor !== null) throw new Error('there is no such message');
      await wire().deliver('interactive', {
        ...common(),
        type: 'message_action',
        callback_id: callbackId,
        trigger_id: trigger(),
        action_ts: newTs(state),
        response_url: responseUrl(message.channel, null),
        channel: { id: message.channel, name: state.channels.get(message.channel)?.name ?? 'privategroup' },
        message_ts: kept.ts,
        message: {
          type: 'message',
          ts: kept.ts,
          user: kept.user,
          text: kept.text,
          team: state.teamId,
          blocks: kept.blocks,
          ...(kept.botId ? { bot_id: kept.botId, app_id: state.appId } : {}),
          ...(kept.threadTs ? { thread_ts: kept.threadTs } : {}),
        },
      });
    },
    react: (at, emoji) => reaction('reaction_added', at, emoji),
    unreact: (at, emoji) => reaction('reaction_removed', at, emoji),
    async say(channel, text, threadTs) {
      const escaped = marked(text, ({ id }) => `<@${id}>`);
      const ts = newTs(state);
      state.messages.push({
        ts,
        channel,
        user: user.id,
        botId: null,
        text: escaped,
        blocks: [],
        metadata: null,
        threadTs: threadTs ?? null,
        ephemeralFor: null,
        edits: 0,
        deleted: false,
        linkNames: false,
        reactions: new Map(),
      });
      const place = state.channels.get(channel);
      const needed = place?.isPrivate ? 'groups:history' : 'channels:history';
      if (!hears(channel) || !state.scopes.has(needed)) return;
      await event({
        type: 'message',
        channel,
        user: user.id,
        text: escaped,
        ts,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        event_ts: ts,
        channel_type: place?.isPrivate ? 'group' : 'channel',
        team: state.teamId,
      });
    },
    openHome: () =>
      event({ type: 'app_home_opened', user: user.id, channel: 'D1', tab: 'home', event_ts: newTs(state) }),
    home() {
      const home = state.homes.get(user.id);
      return home ? renderBlocks(home.view.blocks) : null;
    },
    async pressAtHome(label) {
      const { view, hash } = state.homes.get(user.id) ?? {};
      if (!view) throw new Error('the Home tab is empty');
      await pressed(find(renderBlocks(view.blocks).buttons, label), {
        container: { type: 'view', view_id: 'VHOME' },
        view: { ...view, id: 'VHOME', hash, private_metadata: '', callback_id: '', state: { values: {} } },
      });
    },
  };
}
