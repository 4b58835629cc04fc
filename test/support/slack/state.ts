import type { Clock } from '../../../src/clock.ts';
import type { Block, Metadata, View } from './limits.ts';
import { type Rendered, renderBlocks, renderText } from './seen.ts';

/** A channel of the workspace. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  /** Whether the bot was invited. */
  botIn: boolean;
  archived: boolean;
}

/** Somebody of the workspace. */
export interface User {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly tz: string;
  readonly teamId: string;
  /** Their account was deactivated. */
  deleted?: boolean;
}

/** A message as the server keeps it. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly botId: string | null;
  text: string;
  blocks: readonly (Block & { block_id?: string | undefined })[];
  metadata: Metadata | null;
  threadTs: string | null;
  /** The one person who sees it; null for everybody. */
  readonly ephemeralFor: string | null;
  edits: number;
  deleted: boolean;
  linkNames: boolean;
  readonly reactions: Map<string, Set<string>>;
}

/** A view on somebody's screen, with what they typed. */
export interface OpenView {
  readonly id: string;
  readonly userId: string;
  view: View;
  blocks: readonly (Block & { block_id?: string | undefined })[];
  /** By block id. */
  readonly values: Map<string, FieldState>;
  errors: Readonly<Record<string, string>>;
}

export interface FieldState {
  readonly actionId: string;
  readonly type: string;
  value: string | number | null;
}

/** A call the app made. */
export interface ApiCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly at: number;
  /** `ok`, or Slack's error. */
  result: string;
}

/** Everything the workspace knows. */
export interface State {
  readonly clock: Clock;
  readonly teamId: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly botToken: string;
  readonly appToken: string;
  scopes: ReadonlySet<string>;
  revoked: string | null;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
  readonly messages: Message[];
  readonly homes: Map<string, { readonly view: View; readonly hash: string }>;
  /** User groups: who is in them. */
  readonly groups: Map<string, readonly string[]>;
  /** Modal stacks by user, the newest view last. */
  readonly screens: Map<string, OpenView[]>;
  readonly triggers: Map<string, { readonly userId: string; readonly at: number; used: boolean }>;
  readonly responseUrls: Map<
    string,
    {
      readonly userId: string;
      readonly channel: string;
      message: Message | null;
      readonly at: number;
      uses: number;
    }
  >;
  readonly calls: ApiCall[];
  /** What Slack would have refused, cut, or shown to a person as an error of the app. */
  readonly breaches: string[];
  /** Everything one person alone was told: ephemeral words and views, oldest first. */
  readonly told: Map<string, string[]>;
  /** What people uploaded, by id; `url` where a file lies somewhere else. */
  readonly files: Map<string, { readonly name: string; readonly bytes: Buffer; readonly url?: string }>;
  /** What the app uploads, by id, with the length it announced. */
  readonly uploads: Map<
    string,
    { readonly name: string; readonly length: number; readonly alt: string; bytes: Buffer | null }
  >;
  /** Where files are handed out; set once the workspace listens. */
  filesUrl: string;
  /** A number never given before: ids and timestamps are made of it. */
  next(): number;
}

/** A fresh `ts`, unique and rising, of the clock's second. */
export function newTs(state: State): string {
  return `${Math.floor(state.clock.now() / 1_000)}.${String(state.next() % 1_000_000).padStart(6, '0')}`;
}

/** Slack names blocks that have no name. */
export function named<T extends Block>(state: State, blocks: readonly T[]): readonly T[] {
  return blocks.map((block) => ({ ...block, block_id: block.block_id ?? `b${state.next()}` }));
}

export function renderMessage(message: Message): Rendered {
  const spoken = renderText(message.text, message.linkNames);
  if (message.blocks.length === 0) return spoken;
  const shown = renderBlocks(message.blocks);
  // The text of a message with blocks is not shown, but whom it mentions is notified all the same.
  return { ...shown, pings: [...shown.pings, ...spoken.pings] };
}

/** What a view says, with what is typed in its fields. */
export function renderView(open: OpenView): string {
  const lines = [open.view.type === 'modal' ? open.view.title.text : '', renderBlocks(open.blocks).text];
  for (const field of open.values.values()) if (field.value !== null) lines.push(String(field.value));
  lines.push(...Object.values(open.errors));
  return lines.filter((line) => line !== '').join('\n');
}

export function tellPerson(state: State, userId: string, words: string): void {
  const told = state.told.get(userId) ?? [];
  // The same view drawn again with the same words is not a second message.
  if (told.at(-1) !== words) told.push(words);
  state.told.set(userId, told);
}

/** Puts a view on a screen: what was typed stays where block and action kept their names, as Slack does it. */
export function fillView(open: OpenView): void {
  const before = new Map(open.values);
  open.values.clear();
  for (const block of open.blocks) {
    if (block.type !== 'input') continue;
    const { element } = block;
    const id = block.block_id ?? '';
    const kept = before.get(id);
    open.values.set(id, {
      actionId: element.action_id,
      type: element.type,
      value: kept && kept.actionId === element.action_id ? kept.value : initialValue(element),
    });
  }
}

type Element = Extract<Block, { type: 'input' }>['element'];

function initialValue(element: Element): string | number | null {
  switch (element.type) {
    case 'plain_text_input':
    case 'url_text_input':
      return element.initial_value ?? null;
    case 'radio_buttons':
    case 'static_select':
      return element.initial_option?.value ?? null;
    case 'users_select':
      return element.initial_user ?? null;
    case 'datetimepicker':
      return element.initial_date_time ?? null;
    case 'file_input':
      return null;
  }
}

/** `view.state.values`, as payloads carry it. */
export function stateValues(state: State, open: OpenView): Record<string, Record<string, unknown>> {
  const values: Record<string, Record<string, unknown>> = {};
  for (const block of open.blocks) {
    if (block.type !== 'input') continue;
    const id = block.block_id ?? '';
    const field = open.values.get(id);
    if (!field) continue;
    values[id] = { [field.actionId]: { type: field.type, ...fieldPayload(state, block.element, field) } };
  }
  return values;
}

function fieldPayload(state: State, element: Element, field: FieldState): Record<string, unknown> {
  switch (element.type) {
    case 'plain_text_input':
    case 'url_text_input':
      return { value: field.value === '' ? null : field.value };
    case 'radio_buttons':
    case 'static_select':
      return { selected_option: element.options.find((option) => option.value === field.value) ?? null };
    case 'users_select':
      return { selected_user: field.value };
    case 'datetimepicker':
      return { selected_date_time: field.value };
    case 'file_input':
      return {
        files: String(field.value ?? '')
          .split(' ')
          .filter(Boolean)
          .map((id) => fileObject(state, id)),
      };
  }
}

/** The view as payloads carry it. */
export function viewPayload(state: State, open: OpenView): Record<string, unknown> {
  return {
    ...open.view,
    id: open.id,
    team_id: state.teamId,
    app_id: state.appId,
    bot_id: state.botId,
    app_installed_team_id: state.teamId,
    root_view_id: open.id,
    previous_view_id: null,
    hash: `${state.clock.now()}.x`,
    blocks: open.blocks,
    private_metadata: 'private_metadata' in open.view ? (open.view.private_metadata ?? '') : '',
    callback_id: open.view.callback_id ?? '',
    state: { values: stateValues(state, open) },
  };
}

/** https://docs.slack.dev/reference/objects/file-object */
function fileObject(state: State, id: string): object {
  const file = state.files.get(id);
  const extension = file?.name.split('.').at(-1)?.toLowerCase() ?? '';
  const address = `${state.filesUrl}/files-pri/${state.teamId}-${id}`;
  return {
    id,
    created: Math.floor(state.clock.now() / 1_000),
    name: file?.name,
    title: file?.name,
    mimetype: `image/${extension}`,
    filetype: extension,
    size: file?.bytes.length,
    is_external: false,
    url_private: address,
    url_private_download: file?.url ?? `${address}/download/file.${extension}`,
  };
}
