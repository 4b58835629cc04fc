import { z } from 'zod';

/**
 * Slack's limits on blocks, messages and views, as its reference documents them (docs.slack.dev/reference/block-kit);
 * strict: an unknown field or type is refused, as Slack does.
 */

const text = (max: number) => z.string().min(1).max(max);
const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(max), verbatim: z.boolean().optional() });
const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

const blockId = z.string().max(255).optional();
const actionId = z.string().min(1).max(255);
const url = z
  .string()
  .max(3_000)
  .regex(/^(https?:\/\/|mailto:)/);

const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});
const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
  url: url.optional(),
});

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId,
  url: url.optional(),
  value: z.string().max(2_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: z.array(option).min(1).max(5),
  confirm: confirm.optional(),
});
const radio = z.strictObject({
  type: z.literal('radio_buttons'),
  action_id: actionId,
  options: z.array(option).min(1).max(10),
  initial_option: option.optional(),
  focus_on_load: z.boolean().optional(),
});
const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  action_id: actionId,
  placeholder: plainText(150).optional(),
  initial_user: z.string().optional(),
  focus_on_load: z.boolean().optional(),
});
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id: actionId,
    options: z.array(option).min(1).max(100),
    initial_option: option.optional(),
    placeholder: plainText(150).optional(),
    focus_on_load: z.boolean().optional(),
  })
  .refine(
    ({ options, initial_option: chosen }) =>
      !chosen || options.some((each) => JSON.stringify(each) === JSON.stringify(chosen)),
    'initial_option must be one of the options',
  );
const dateTime = z.strictObject({
  type: z.literal('datetimepicker'),
  action_id: actionId,
  initial_date_time: z.number().int().min(1e9).max(9_999_999_999).optional(),
  focus_on_load: z.boolean().optional(),
});
const plainInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    action_id: actionId,
    initial_value: z.string().max(3_000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.number().int().min(0).max(3_000).optional(),
    max_length: z.number().int().min(1).max(3_000).optional(),
    focus_on_load: z.boolean().optional(),
    placeholder: plainText(150).optional(),
  })
  .refine(
    (input) => (input.initial_value?.length ?? 0) <= (input.max_length ?? 3_000),
    'initial_value too long',
  );
const urlInput = z.strictObject({
  type: z.literal('url_text_input'),
  action_id: actionId,
  initial_value: z.string().max(3_000).optional(),
  focus_on_load: z.boolean().optional(),
  placeholder: plainText(150).optional(),
});

const fileInput = z.strictObject({
  type: z.literal('file_input'),
  action_id: actionId,
  filetypes: z.array(z.string().min(1).max(20)).min(1).optional(),
  max_files: z.number().int().min(1).max(10).optional(),
});

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();
const richElement = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), style }),
  z.strictObject({ type: z.literal('link'), url, text: z.string().min(1).optional(), style }),
  z.strictObject({ type: z.literal('emoji'), name: z.string().min(1), style }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int().min(0).max(253_402_300_799),
    format: z.string().regex(/\{\w+\}/),
    fallback: z.string().min(1).optional(),
    url: url.optional(),
    style,
  }),
]);
const richSection = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.array(richElement).min(1),
});
const richPart = z.discriminatedUnion('type', [
  richSection,
  z.strictObject({
    type: z.literal('rich_text_quote'),
    elements: z.array(richElement).min(1),
    border: z.number().optional(),
  }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(richElement).min(1),
    border: z.number().optional(),
  }),
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(richSection).min(1),
    indent: z.number().int().min(0).max(8).optional(),
    border: z.number().optional(),
  }),
]);

const image = { image_url: url, alt_text: text(2_000) };
const block = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      block_id: blockId,
      text: anyText(3_000).optional(),
      fields: z.array(anyText(2_000)).min(1).max(10).optional(),
      accessory: z.discriminatedUnion('type', [button, overflow, usersSelect]).optional(),
      expand: z.boolean().optional(),
    })
    .refine((section) => section.text || section.fields, 'a section needs text or fields'),
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z
    .strictObject({
      type: z.literal('image'),
      block_id: blockId,
      image_url: url.optional(),
      slack_file: z.strictObject({ id: z.string().regex(/^F[A-Z0-9]+$/) }).optional(),
      alt_text: text(2_000),
      title: plainText(2_000).optional(),
    })
    .refine(
      (each) => (each.image_url === undefined) !== (each.slack_file === undefined),
      'an image needs image_url or slack_file, one of them',
    ),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.union([anyText(3_000), z.strictObject({ type: z.literal('image'), ...image })]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion('type', [button, overflow, radio, staticSelect, usersSelect, dateTime]))
      .min(1)
      .max(25),
  }),
  z.strictObject({
    type: z.literal('input'),
    block_id: blockId,
    label: plainText(2_000),
    hint: plainText(2_000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: z.discriminatedUnion('type', [
      plainInput,
      urlInput,
      radio,
      staticSelect,
      usersSelect,
      dateTime,
      fileInput,
    ]),
  }),
  z.strictObject({ type: z.literal('rich_text'), block_id: blockId, elements: z.array(richPart).min(1) }),
]);
export type Block = z.output<typeof block>;
export type RichElement = z.output<typeof richElement>;
export type Option = z.output<typeof option>;

const view = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    close: plainText(24).optional(),
    submit: plainText(24).optional(),
    blocks: z.array(block).min(1).max(100),
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3_000).optional(),
    external_id: z.string().max(255).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('home'),
    blocks: z.array(block).max(100),
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3_000).optional(),
    external_id: z.string().max(255).optional(),
  }),
]);
export type View = z.output<typeof view>;

/** Where `msg_blocks_too_long` begins: seen at 13,172 to 13,297 characters in slackapi/bolt-js#2509. */
const MAX_BLOCKS_JSON = 13_150;
const MAX_METADATA_JSON = 15_000;
/** Longer texts can be posted but not edited. */
const MAX_TEXT = 4_000;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string; readonly why: string };

function first(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `[ERROR] ${issue.message} [json-pointer:/${issue.path.join('/')}]` : '[ERROR]';
}

function duplicates(values: readonly (string | undefined)[]): string | null {
  const seen = new Set<string>();
  for (const value of values) {
    if (value === undefined) continue;
    if (seen.has(value)) return value;
    seen.add(value);
  }
  return null;
}

function interactive(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((each) => {
    if (each.type === 'actions') return each.elements.map((element) => element.action_id);
    if (each.type === 'section' && each.accessory) return [each.accessory.action_id];
    if (each.type === 'input') return [each.element.action_id];
    return [];
  });
}

function sameIds(blocks: readonly Block[]): string | null {
  const twiceBlock = duplicates(blocks.map((each) => each.block_id));
  if (twiceBlock) return `[ERROR] block_id already exists: ${twiceBlock}`;
  const twiceAction = duplicates(interactive(blocks));
  return twiceAction ? `[ERROR] action_id already exists: ${twiceAction}` : null;
}

/** The blocks of a message, or Slack's error for them. */
export function checkBlocks(raw: unknown): Checked<readonly Block[]> {
  const parsed = z.array(block).max(50).safeParse(raw);
  if (!parsed.success) return { ok: false, error: 'invalid_blocks', why: first(parsed.error) };
  if (parsed.data.some((each) => each.type === 'input'))
    return { ok: false, error: 'invalid_blocks', why: '[ERROR] input blocks are not for messages' };
  const same = sameIds(parsed.data);
  if (same) return { ok: false, error: 'invalid_blocks', why: same };
  if (JSON.stringify(raw).length > MAX_BLOCKS_JSON)
    return { ok: false, error: 'msg_blocks_too_long', why: `${JSON.stringify(raw).length} characters` };
  return { ok: true, value: parsed.data };
}

/** A modal or a Home tab, or Slack's error for it. A field for files needs a scope, and a modal. */
export function checkView(raw: unknown, scopes: ReadonlySet<string>): Checked<View> {
  const parsed = view.safeParse(raw);
  if (!parsed.success) return { ok: false, error: 'invalid_arguments', why: first(parsed.error) };
  const { data } = parsed;
  const same = sameIds(data.blocks);
  if (same) return { ok: false, error: 'invalid_arguments', why: same };
  const takesFiles = data.blocks.some((each) => each.type === 'input' && each.element.type === 'file_input');
  if (takesFiles && (data.type !== 'modal' || !scopes.has('files:read')))
    return { ok: false, error: 'missing_scope', why: 'file_input needs a modal and files:read' };
  if (data.type === 'modal' && !data.submit && data.blocks.some((each) => each.type === 'input'))
    return { ok: false, error: 'invalid_arguments', why: '[ERROR] submit is required with input blocks' };
  // 250 kB is the documented ceiling of a view.
  if (JSON.stringify(raw).length > 250_000) return { ok: false, error: 'view_too_large', why: '' };
  return { ok: true, value: data };
}

export function checkText(raw: unknown): Checked<string> {
  if (raw !== undefined && typeof raw !== 'string')
    return { ok: false, error: 'invalid_arguments', why: 'text must be a string' };
  const value = raw ?? '';
  if (value.length > MAX_TEXT) return { ok: false, error: 'msg_too_long', why: `${value.length} characters` };
  return { ok: true, value };
}

const metadataSchema = z.strictObject({
  event_type: z.string().min(1).max(255).regex(/^\w+$/),
  event_payload: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown())]),
  ),
});
export type Metadata = z.output<typeof metadataSchema>;

export function checkMetadata(raw: unknown): Checked<Metadata | null> {
  if (raw === undefined) return { ok: true, value: null };
  const parsed = metadataSchema.safeParse(raw);
  if (!parsed.success) return { ok: false, error: 'invalid_metadata_format', why: first(parsed.error) };
  if (JSON.stringify(raw).length > MAX_METADATA_JSON)
    return { ok: false, error: 'metadata_too_large', why: '' };
  return { ok: true, value: parsed.data };
}
