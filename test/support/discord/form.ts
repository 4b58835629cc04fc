import type { Asking } from './asking.ts';
import { fieldsOf, incomplete, modalText, submitted } from './modal.ts';
import { type State, tell, type User } from './state.ts';
import { resolvedUsers } from './typed.ts';

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

export interface FormHands {
  /** The form on the screen; null when there is none. */
  modal(): SeenModal | null;
  /** Types into a field of the form, by its label. */
  type(label: string, text: string): void;
  /** Chooses a line, or a person or role by id; in a list of several it is added, or taken away again. */
  choose(label: string, optionLabelOrId: string): void;
  /** Puts files into a field of the form; `url` where one lies somewhere else. */
  upload(
    label: string,
    files: readonly { readonly name: string; readonly bytes: Buffer; readonly url?: string }[],
  ): void;
  /** Sends the form. */
  submit(): Promise<void>;
  /** Closes the form without sending it. */
  closeModal(): void;
}

/** https://docs.discord.com/developers/resources/message#attachment-object */
function attachment(state: State, id: string): object {
  const file = state.files.get(id);
  const url = file?.url ?? `${state.filesUrl}/ephemeral-attachments/1/${id}/file?ex=6a&is=6b&hm=c0ffee`;
  return {
    id,
    filename: file?.name,
    size: file?.bytes.length,
    url,
    proxy_url: url,
    content_type: 'image/png',
    ephemeral: true,
  };
}

/** What a person does with the form on the screen. */
export function formHands(state: State, ask: Asking['ask'], user: User): FormHands {
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

  return {
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
    upload(label, files) {
      const { open, component, id } = field(label);
      if (component.type !== 19) throw new Error(`“${label}” takes no files`);
      if (files.length > (component.max_values ?? 1)) throw new Error(`“${label}” has too many`);
      const ids = files.map((file) => {
        const made = `11800000000001${String(state.next()).padStart(5, '0')}`;
        state.files.set(made, file);
        return made;
      });
      open.values.set(id, ids);
    },
    async submit() {
      const open = state.screens.get(user.id);
      if (!open) throw new Error(`${user.globalName} has no form on the screen`);
      const missing = incomplete(open);
      if (missing) throw new Error(`the form cannot be sent: ${missing}`);
      const guildId = state.channels.get(open.channelId)?.guildId ?? null;
      const people = fieldsOf(open)
        .filter(({ component }) => component.type === 5)
        .flatMap(({ component }) => open.values.get(component.custom_id ?? '') ?? [])
        .map(String);
      const uploads = fieldsOf(open)
        .filter(({ component }) => component.type === 19)
        .flatMap(({ component }) => open.values.get(component.custom_id ?? '') ?? [])
        .map(String);
      const resolved = {
        ...(people.length > 0 ? resolvedUsers(state, guildId, people) : {}),
        ...(uploads.length > 0
          ? { attachments: Object.fromEntries(uploads.map((id) => [id, attachment(state, id)])) }
          : {}),
      };
      const { acked } = await ask(
        'modal',
        open.channelId,
        `the form “${open.title}”`,
        {
          custom_id: open.customId,
          components: submitted(open),
          ...(Object.keys(resolved).length > 0 ? { resolved } : {}),
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
  };
}
