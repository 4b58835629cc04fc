import type {
  APIActionRowComponent,
  APIButtonComponent,
  APIComponentInMessageActionRow,
  APIContainerComponent,
  APIMessageTopLevelComponent,
  APIModalInteractionResponseCallbackData,
  APISelectMenuOption,
  APITextDisplayComponent,
} from 'discord.js';

/** Discord's own types, and its numbers: the enums would load the whole SDK where Discord is not even configured. */
export type Component = APIMessageTopLevelComponent;
export type Container = APIContainerComponent;
export type ModalView = APIModalInteractionResponseCallbackData;
export type SelectOption = APISelectMenuOption;

/** https://docs.discord.com/developers/components/reference#component-object-component-types */
export const TYPE = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  section: 9,
  text: 10,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
} as const;

/** https://docs.discord.com/developers/resources/message#message-object-message-flags */
export const FLAG = { hasThread: 1 << 5, ephemeral: 1 << 6, componentsV2: 1 << 15 } as const;

const STYLE = { primary: 1, secondary: 2, success: 3, danger: 4, link: 5 } as const;
export type Style = Exclude<keyof typeof STYLE, 'link'>;

/** Longest address of a link button (https://docs.discord.com/developers/components/reference#button). */
const MAX_BUTTON_URL = 512;

export function textDisplay(content: string): APITextDisplayComponent {
  return { type: TYPE.text, content };
}

export function button(customId: string, label: string, style: Style = 'secondary'): APIButtonComponent {
  return { type: TYPE.button, style: STYLE[style], custom_id: customId, label };
}

/** A button that opens an address; null where the address is none or too long. */
export function linkButton(url: string | null, label: string): APIButtonComponent | null {
  if (url === null || url === '' || url.length > MAX_BUTTON_URL) return null;
  return { type: TYPE.button, style: STYLE.link, url, label };
}

/** Buttons in rows of five, which is all a row takes. */
export function rows(
  buttons: readonly (APIButtonComponent | null)[],
): APIActionRowComponent<APIComponentInMessageActionRow>[] {
  const full = buttons.filter((each) => each !== null);
  const made: APIActionRowComponent<APIComponentInMessageActionRow>[] = [];
  for (let at = 0; at < full.length; at += 5)
    made.push({ type: TYPE.row, components: full.slice(at, at + 5) });
  return made;
}

/** A menu fills a row of its own. At most 25 lines. */
export function menu(
  customId: string,
  placeholder: string,
  options: readonly SelectOption[],
): APIActionRowComponent<APIComponentInMessageActionRow> {
  return {
    type: TYPE.row,
    components: [
      { type: TYPE.stringSelect, custom_id: customId, placeholder, options: options.slice(0, 25) },
    ],
  };
}

/** A message as Discord takes it, before it is known where it goes. */
export interface Message {
  readonly components: Component[];
  readonly flags: number;
  readonly allowed_mentions: { readonly parse: []; readonly users?: string[] };
  /** Goes with it; a component names it `attachment://<name>`. */
  readonly file?: FilePart;
}

/** A file that goes with a message. */
export interface FilePart {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** Nobody is pinged by what we write; `users` are those who are meant. */
export function message(components: readonly (Component | null)[], users: readonly string[] = []): Message {
  return {
    components: components.filter((each) => each !== null),
    flags: FLAG.componentsV2,
    allowed_mentions: { parse: [], ...(users.length > 0 ? { users: [...users] } : {}) },
  };
}

/** The same for one pair of eyes only. */
export function ephemeral(components: readonly (Component | null)[]): Message {
  const made = message(components);
  return { ...made, flags: made.flags | FLAG.ephemeral };
}
