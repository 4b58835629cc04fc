import { renderMarkdown } from './markdown.ts';
import type { Component, Json, OpenModal } from './state.ts';

/** A field of a form: what it is called, and the component in it. */
export interface Field {
  readonly label: string;
  readonly component: Component;
}

export function fieldsOf(open: OpenModal): readonly Field[] {
  return open.components.flatMap((each) => {
    if (each.type === 18 && each.component) return [{ label: each.label ?? '', component: each.component }];
    return (each.components ?? []).map((inner) => ({ label: inner.label ?? '', component: inner }));
  });
}

/** What the fields hold when the form opens. */
export function fillModal(open: OpenModal): void {
  for (const { component } of fieldsOf(open)) {
    const chosen = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
    open.values.set(component.custom_id ?? '', initial(component, chosen));
  }
}

function initial(
  component: Component,
  chosen: readonly string[],
): string | readonly string[] | boolean | null {
  switch (component.type) {
    case 4:
      return component.value ?? '';
    case 21:
      return chosen[0] ?? null;
    case 23:
      return component.default ?? false;
    case 3:
    case 22:
      return chosen;
    default:
      return (component.default_values ?? []).map((each) => each.id);
  }
}

/** Every word of the form, with what is typed in it. */
export function modalText(open: OpenModal): string {
  const lines = [open.title];
  for (const each of open.components) {
    if (each.type === 10) lines.push(renderMarkdown(each.content ?? '').text);
    if (each.type === 18)
      lines.push(each.label ?? '', each.description ?? '', ...words(open, each.component));
    for (const inner of each.components ?? []) lines.push(inner.label ?? '', ...words(open, inner));
  }
  return lines.filter((line) => line !== '').join('\n');
}

function words(open: OpenModal, component: Component | undefined): readonly string[] {
  if (!component) return [];
  const value = open.values.get(component.custom_id ?? '');
  return [
    component.placeholder ?? '',
    ...(component.options ?? []).flatMap((option) => [option.label, option.description ?? '']),
    component.type === 4 && typeof value === 'string' ? value : '',
  ];
}

/** What Discord's own client finds missing before it sends the form; null when nothing is. */
export function incomplete(open: OpenModal): string | null {
  for (const { label, component } of fieldsOf(open)) {
    const value = open.values.get(component.custom_id ?? '');
    const required = component.required ?? component.type !== 23;
    const size = typeof value === 'string' || Array.isArray(value) ? value.length : value === true ? 1 : 0;
    if (size === 0 && required) return `“${label}” is required`;
    if (component.type === 4 && size > 0) {
      if (size < (component.min_length ?? 0)) return `“${label}” is too short`;
      if (size > (component.max_length ?? 4_000)) return `“${label}” is too long`;
    }
    if (Array.isArray(value) && size > 0) {
      if (size < (component.min_values ?? 1)) return `“${label}” has too few`;
      if (size > (component.max_values ?? (component.type === 22 ? 10 : 1))) return `“${label}” has too many`;
    }
  }
  return null;
}

/** The components of a submitted form, as the interaction carries them. */
export function submitted(open: OpenModal): Json[] {
  const value = (component: Component): Json => {
    const held = open.values.get(component.custom_id ?? '') ?? null;
    return {
      type: component.type,
      id: component.id,
      custom_id: component.custom_id,
      ...(Array.isArray(held) ? { values: held } : { value: held }),
    };
  };
  return open.components.map((each) => ({
    type: each.type,
    id: each.id,
    ...(each.component ? { component: value(each.component) } : {}),
    ...(each.components ? { components: each.components.map(value) } : {}),
  }));
}
