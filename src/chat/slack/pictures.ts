import type { ViewResponseAction } from '@slack/bolt';
import { z } from 'zod';
import type { Card } from '../../domain/card.ts';
import { ruleWords } from '../../domain/picture.ts';
import { oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import { altLines, PICTURE_ENDINGS, REMOVE_HINT, savePictures } from '../kit/pictures.ts';
import type { KnownBlock, ModalView } from './block-kit.ts';
import type { ViewClick } from './clicks.ts';
import { act, asker, type Desk, tell, words } from './desk.ts';
import { draftForm } from './editor.ts';
import {
  FIELDS,
  type FormState,
  form,
  initial,
  input,
  type Notice,
  notice,
  parseFormState,
  typedText,
  wordsView,
} from './modals.ts';
import { answerForm, type Fields, notDone, type Outcome } from './outcome.ts';
import type { Clicker } from './people.ts';
import { italic, rich, section } from './rich.ts';

/**
 * The pictures of a draft. The form takes the place of the editor, whose words are saved first, and gives it back when
 * every picture has its description.
 */

/** The scope of the field for files (https://docs.slack.dev/reference/block-kit/block-elements/file-input-element). */
const NO_SCOPE =
  'The Slack app may not read files: paste manifests/slack.json into its settings again and reinstall it (files:read), or add pictures in the web room.';

/** A file as a form carries it (https://docs.slack.dev/reference/objects/file-object); its description where Slack has one. */
const fileSchema = z.object({
  name: z.string().catch('file'),
  url_private_download: z.string(),
  alt_txt: z.string().catch(''),
});

/** Where the description of a picture is typed. Ids of fields name the picture, so that nothing is mixed up. */
function altField(pictureId: string): string {
  return `potluck_alt_${pictureId}`;
}

/** Slack keeps what is in a field while its name stays: files that are here already must not come a second time. */
function fresh(name: string, { round = 0 }: FormState): string {
  return `${name}_${round}`;
}

function picturesForm(card: Card, state: FormState, say: Notice | null = null): ModalView {
  const [files, alts] = [fresh(FIELDS.files, state), fresh(FIELDS.alts, state)];
  const rules = card.reply?.pictures;
  const room = rules ? rules.most - card.pictures.length : 0;
  const fields: (KnownBlock | null)[] = card.pictures.map((picture, index) =>
    input(
      altField(picture.id),
      `What does picture ${index + 1} show? (${picture.width} × ${picture.height})`,
      {
        type: 'plain_text_input',
        action_id: altField(picture.id),
        multiline: true,
        max_length: Math.min(rules?.alt ?? 1_500, 2_000),
        ...initial(picture.alt, rules?.alt ?? 1_500),
      },
      true,
    ),
  );
  const adding: readonly KnownBlock[] =
    rules && room > 0
      ? [
          input(
            files,
            'Add pictures',
            {
              type: 'file_input',
              action_id: files,
              filetypes: [...PICTURE_ENDINGS],
              max_files: Math.min(10, room),
            },
            true,
          ),
          input(
            alts,
            room > 1 ? 'What do they show? One line for each, in the same order' : 'What does it show?',
            { type: 'plain_text_input', action_id: alts, multiline: true, max_length: 3_000 },
            true,
          ),
        ]
      : [];
  const hint = [
    rules ? `Up to ${ruleWords(rules).replace(/^up to /, '')}.` : '',
    'None goes out without a description: it is what people hear who cannot see it.',
    card.pictures.length > 0 ? REMOVE_HINT : '',
  ];
  return form('pictures', state, `Pictures of #${card.itemId}`, 'Save', [
    notice(say),
    ...fields,
    ...adding,
    rich([section(italic(hint.filter((each) => each !== '').join(' ')))]),
  ]);
}

/** "Add pictures…" in the editor: its words are saved, and the form of the pictures takes its place. */
export async function onOpenPictures(desk: Desk, click: ViewClick): Promise<void> {
  const state = parseFormState(click.metadata);
  if (!state) return;
  const typed = typedText(click.values, state);
  const view = await openingView(desk, click.clicker, state, typed);
  try {
    await desk.web.updateView(click.viewId, view);
  } catch (error) {
    desk.log.warn({ why: messageOf(error) }, 'the form of the pictures could not be opened');
    const to = { user: click.clicker.id, channel: state.channel };
    await tell(desk, to, words('Slack could not open the form. Add pictures in the web room.', typed));
  }
}

async function openingView(
  desk: Desk,
  clicker: Clicker,
  state: FormState,
  typed: string,
): Promise<ModalView> {
  const target = { itemId: state.item, version: state.version };
  const saved = typed.trim() === '' ? null : await act(desk, clicker, target, { type: 'draft', text: typed });
  const card = saved?.card ?? (await desk.handlers().card(state.item));
  const refusal = saved && !saved.ok && saved.refusal.code !== 'nothing-to-do' ? saved.refusal.text : null;
  if (card && refusal === null && desk.mayReadFiles()) return picturesForm(card, afterSave(card, state));
  const say = { icon: '⚠️', text: refusal ?? NO_SCOPE } as const;
  if (!card) return wordsView('Not done', { icon: '⚠️', text: `There is no #${state.item} any more.` }, typed);
  return draftForm(card, state, { notice: say, typed: { text: typed } });
}

/** What was shown before is no longer what would go out. */
function afterSave(card: Card, state: FormState): FormState {
  return { ...state, version: card.version, shown: null, round: (state.round ?? 0) + 1 };
}

/** The form of the pictures was submitted: when nothing is missing, the editor comes back. */
export function onPictures(
  desk: Desk,
  sent: {
    readonly state: FormState;
    readonly viewId: string;
    readonly clicker: Clicker;
    readonly field: Fields;
  },
): Promise<ViewResponseAction | undefined> {
  const { state, viewId, clicker, field } = sent;
  const frame = { title: `#${state.item}`, viewId, clicker, channel: state.channel, keep: null };
  return answerForm(desk, frame, async (): Promise<Outcome> => {
    const asked = await asker(desk, clicker);
    if (!asked.ok) return notDone(asked.text, null);
    const before = await desk.handlers().card(state.item);
    if (!before) return notDone(`There is no #${state.item} any more.`, null);
    const files = (field(fresh(FIELDS.files, state)).files ?? [])
      .slice(0, 10)
      .flatMap((raw) => fileSchema.safeParse(raw).data ?? []);
    const lines = altLines(field(fresh(FIELDS.alts, state)).value ?? '', files.length);
    const { card, problems } = await savePictures(
      { handlers: desk.handlers(), log: desk.log, actor: asked.actor },
      before,
      {
        alts: new Map(before.pictures.map(({ id }) => [id, field(altField(id)).value ?? ''])),
        files: files.map((file, index) => ({
          name: file.name,
          alt: lines[index] || file.alt_txt,
          load: () => desk.web.file(file.url_private_download),
        })),
      },
    );
    return next(desk, card, afterSave(card, state), problems);
  });
}

async function next(desk: Desk, card: Card, state: FormState, problems: readonly string[]): Promise<Outcome> {
  const missing = card.pictures.filter(({ alt }) => alt === '').length;
  if (problems.length > 0 || missing > 0) {
    const say = problems.join(' ') || 'Say what each picture shows: none goes out without it.';
    const view = picturesForm(card, state, {
      icon: problems.length > 0 ? '⚠️' : 'ℹ️',
      text: oneLine(say, 900),
    });
    return { kind: 'view', view, say, keep: null };
  }
  const typed = card.draft?.text ?? '';
  const say = 'The pictures are saved with the draft. Nothing is public.';
  const view = draftForm(card, state, {
    notice: { icon: '✅', text: say },
    typed: { text: typed },
    measure: await desk.handlers().measure(card.itemId, typed),
  });
  return { kind: 'view', view, say, keep: null };
}
