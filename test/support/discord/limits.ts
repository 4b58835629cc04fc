import type { Problem } from './refusal.ts';
import { type Component, FLAG, type Json } from './state.ts';

/** Discord's limits beyond what its specification can say. */
const LIMIT = {
  content: 2_000,
  components: 40,
  textDisplays: 4_000,
  rows: 5,
  buttons: 5,
  embeds: 6_000,
  modalComponents: 5,
  label: 45,
} as const;

const LAYOUT_V2: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 14, 17]);
const SELECTS: ReadonlySet<number> = new Set([3, 5, 6, 7, 8]);
type Path = readonly (string | number)[];

/** Every component with its path, parents before children. */
export function walk(components: readonly Component[], at: Path = ['components']): [Component, Path][] {
  return components.flatMap((each, index) => {
    const path = [...at, index];
    const inner = (['accessory', 'component'] as const).flatMap((key) => {
      const one = each[key];
      return one ? [[one, [...path, key]] as [Component, Path]] : [];
    });
    return [
      [each, path] as [Component, Path],
      ...walk(each.components ?? [], [...path, 'components']),
      ...inner,
    ];
  });
}

function problem(path: Path, code: string, message: string): Problem {
  return { path, code, message };
}

function twice<T>(values: readonly (readonly [T, Path])[], what: string): Problem[] {
  const seen = new Set<T>();
  return values.flatMap(([value, path]) => {
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [problem(path, 'COMPONENT_DUPLICATED', `${what} is used twice: ${String(value)}`)];
  });
}

/** What holds wherever components are. */
function everywhere(all: readonly [Component, Path][]): Problem[] {
  const problems: Problem[] = [];
  for (const [each, path] of all) {
    if (each.type === 2) problems.push(...button(each, path));
    if (SELECTS.has(each.type) || each.type === 22) problems.push(...choice(each, path));
    if (each.type === 21) problems.push(...distinctValues(each, path));
    if (each.type === 10 && each.content?.trim() === '')
      problems.push(problem([...path, 'content'], 'BASE_TYPE_REQUIRED', 'This field is required'));
  }
  const ids = all.flatMap(([each, path]) =>
    each.custom_id === undefined ? [] : [[each.custom_id, [...path, 'custom_id']] as const],
  );
  const numbers = all.flatMap(([each, path]) => (each.id ? [[each.id, [...path, 'id']] as const] : []));
  return [...problems, ...twice(ids, 'custom_id'), ...twice(numbers, 'id')];
}

function button(each: Component, path: Path): Problem[] {
  const problems: Problem[] = [];
  const link = each.style === 5;
  if (each.style === 6) return [problem(path, 'BUTTON_PREMIUM', 'there is nothing to sell')];
  if (link && (!each.url || each.custom_id))
    problems.push(problem(path, 'BUTTON_COMPONENT_LINK', 'a link has a url and no custom_id'));
  if (!link && (each.url || !each.custom_id))
    problems.push(
      problem(path, 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'a custom_id is required, and no url'),
    );
  if (!each.label && !each.emoji)
    problems.push(problem(path, 'BUTTON_COMPONENT_INVALID', 'a label or an emoji is required'));
  if (each.url && !/^(?:https?|discord):\/\//i.test(each.url))
    problems.push(
      problem([...path, 'url'], 'URL_TYPE_INVALID_SCHEME', 'Scheme must be one of http, https, discord'),
    );
  return problems;
}

function choice(each: Component, path: Path): Problem[] {
  const min = each.min_values ?? 1;
  const max = each.max_values ?? 1;
  const problems = distinctValues(each, path);
  if (min > max) problems.push(problem([...path, 'min_values'], 'BAD_RANGE', 'more than max_values'));
  if (each.options && max > each.options.length)
    problems.push(problem([...path, 'max_values'], 'BAD_RANGE', 'more than there are options'));
  const given = each.default_values ?? (each.options ?? []).filter((option) => option.default);
  const chosen = given.length;
  if (chosen > max || (each.default_values && chosen > 0 && chosen < min))
    problems.push(problem([...path, 'options'], 'BAD_DEFAULTS', 'not within min_values and max_values'));
  return problems;
}

function distinctValues(each: Component, path: Path): Problem[] {
  const values = (each.options ?? []).map(
    (option, index) => [option.value, [...path, 'options', index, 'value']] as const,
  );
  return twice(values, 'value').map((found) => ({
    ...found,
    code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
  }));
}

function row(each: Component, path: Path): Problem[] {
  const inside = each.components ?? [];
  const selects = inside.filter((one) => SELECTS.has(one.type)).length;
  if (selects > 0 && inside.length > 1)
    return [
      problem([...path, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'a select is alone in its row'),
    ];
  if (inside.length > LIMIT.buttons)
    return [problem([...path, 'components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.')];
  return [];
}

/** What a message would come to look like, judged as a whole. */
export interface Looks {
  readonly content: string;
  readonly embeds: readonly Json[];
  readonly components: readonly Component[];
  readonly flags: number;
}

export function checkLooks(looks: Looks): Problem[] {
  const v2 = (looks.flags & FLAG.componentsV2) !== 0;
  const all = walk(looks.components);
  const problems = everywhere(all);
  for (const [each, path] of all) if (each.type === 1) problems.push(...row(each, path));
  if (looks.content.length > LIMIT.content)
    problems.push(problem(['content'], 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.'));
  problems.push(...checkEmbeds(looks.embeds));
  if (!v2) {
    for (const [index, each] of looks.components.entries())
      if (LAYOUT_V2.has(each.type))
        problems.push(
          problem(['components', index], 'UNION_TYPE_CHOICES', 'needs the flag IS_COMPONENTS_V2'),
        );
    if (looks.components.length > LIMIT.rows)
      problems.push(problem(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.'));
    return problems;
  }
  const legacy = 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2';
  if (looks.content !== '') problems.push(problem(['content'], legacy, 'cannot be used with components v2'));
  if (looks.embeds.length > 0)
    problems.push(problem(['embeds'], legacy, 'cannot be used with components v2'));
  if (all.length > LIMIT.components)
    problems.push(
      problem(
        ['components'],
        'COMPONENT_MAX_TOTAL',
        `${all.length} components, more than ${LIMIT.components}`,
      ),
    );
  const letters = all.reduce((sum, [each]) => sum + (each.type === 10 ? (each.content ?? '').length : 0), 0);
  if (letters > LIMIT.textDisplays)
    problems.push(
      problem(
        ['components'],
        'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
        `${letters} characters, more than ${LIMIT.textDisplays}`,
      ),
    );
  return problems;
}

function checkEmbeds(embeds: readonly Json[]): Problem[] {
  const lengths = embeds.map((embed) => {
    const { title, description, footer, author, fields } = embed as {
      readonly title?: string | null;
      readonly description?: string | null;
      readonly footer?: { readonly text?: string | null } | null;
      readonly author?: { readonly name?: string | null } | null;
      readonly fields?: readonly { readonly name: string; readonly value: string }[] | null;
    };
    const parts = [title, description, footer?.text, author?.name];
    for (const field of fields ?? []) parts.push(field.name, field.value);
    return parts.reduce((sum, part) => sum + (part ?? '').length, 0);
  });
  const problems = embeds.flatMap((embed, index) =>
    ((embed.fields as readonly { name: string; value: string }[] | null) ?? []).flatMap((field, at) =>
      field.name.trim() === '' || field.value.trim() === ''
        ? [problem(['embeds', index, 'fields', at], 'BASE_TYPE_REQUIRED', 'This field is required')]
        : [],
    ),
  );
  if (lengths.reduce((sum, length) => sum + length, 0) > LIMIT.embeds)
    problems.push(problem(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000'));
  return problems;
}

/** The parts of a form. */
export function checkModal(components: readonly Component[]): Problem[] {
  const all = walk(components, ['data', 'components']);
  const problems = everywhere(all);
  if (components.length > LIMIT.modalComponents)
    problems.push(
      problem(['data', 'components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.'),
    );
  for (const [each, path] of all) {
    if (each.disabled !== undefined)
      problems.push(problem([...path, 'disabled'], 'MODAL_COMPONENT_DISABLED', 'not for modals'));
    if (each.type === 4) problems.push(...textInput(each, path));
    if (SELECTS.has(each.type) && each.min_values === 0 && each.required !== false)
      problems.push(problem([...path, 'min_values'], 'BAD_RANGE', 'a required select takes at least one'));
  }
  return problems;
}

function textInput(each: Component, path: Path): Problem[] {
  const problems: Problem[] = [];
  const labelled = path.at(-1) === 'component';
  if (labelled && each.label)
    problems.push(problem([...path, 'label'], 'TEXT_INPUT_LABEL', 'the Label around it has the label'));
  if (!labelled && !each.label)
    problems.push(problem([...path, 'label'], 'BASE_TYPE_REQUIRED', 'This field is required'));
  const min = each.min_length ?? 0;
  const max = each.max_length ?? 4_000;
  if (min > max) problems.push(problem([...path, 'min_length'], 'BAD_RANGE', 'more than max_length'));
  const { value } = each;
  if (value && (value.length < min || value.length > max))
    problems.push(
      problem([...path, 'value'], 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`),
    );
  return problems;
}

/** Discord numbers the components that came without a number. */
export function numbered(components: readonly Component[]): readonly Component[] {
  const taken = new Set(walk(components).map(([each]) => each.id ?? 0));
  let next = 0;
  const number = (each: Component): Component => {
    let id = each.id ?? 0;
    if (id === 0) {
      do next += 1;
      while (taken.has(next));
      id = next;
    }
    return {
      ...each,
      id,
      ...(each.components ? { components: each.components.map(number) } : {}),
      ...(each.accessory ? { accessory: number(each.accessory) } : {}),
      ...(each.component ? { component: number(each.component) } : {}),
    };
  };
  return components.map(number);
}
