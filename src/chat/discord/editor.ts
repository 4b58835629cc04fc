import type { Card } from '../../domain/card.ts';
import type { Remark } from '../../domain/etiquette.ts';
import type { Measure } from '../../domain/reply.ts';
import { oneLine, tame } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import { fingerprint } from '../kit/payloads.ts';
import { picturesLabel } from '../kit/pictures.ts';
import { canSend, measured } from '../kit/words.ts';
import { button, type Message, rows, TYPE, textDisplay } from './components.ts';
import { answer, type Desk, whyForbidden, words } from './desk.ts';
import { componentId, targetText } from './ids.ts';
import { bold, line, plain, quote } from './markdown.ts';
import type { Clicker } from './people.ts';
import { ACCENTS, picturesLine } from './render.ts';

/**
 * The last look at what will be public. The text is the draft as the ledger keeps it, so nothing is lost when Discord
 * or Potluck stops here; the button carries its fingerprint and sends only what was shown.
 */

/** Longest text that is shown whole: beside it there must be room for the rest of the message. */
const MAX_SHOWN = 2_100;
/** Of what the pictures show, in characters: the rest is in the web room. */
const MAX_PICTURES_SHOWN = 500;
/** Most remarks that are shown: more would be nagging. */
const MAX_REMARKS = 3;

/** The exact public text, part by part; null when it is too long to be read in one message. */
function shownText(measure: Measure): string | null {
  const shown = measure.parts
    .map((part, index) => {
      const name = measure.parts.length > 1 ? `*Post ${index + 1} of ${measure.parts.length}*\n` : '';
      return `${name}${quote(tame(part) || ' ')}`;
    })
    .join('\n');
  return shown.length <= MAX_SHOWN ? shown : null;
}

/** Names exactly what was shown: the words, and which pictures go with them. */
export function markOf(card: Card, text: string): string {
  return fingerprint([text, ...card.pictures.map(({ id, alt }) => `${id} ${alt}`)].join('\n'));
}

function remarkLines(remarks: readonly Remark[]): string {
  if (remarks.length === 0) return '';
  const lines = remarks.slice(0, MAX_REMARKS).map((remark) => {
    const kinder = remark.kinder === null ? '' : ` Kinder: *“${line(remark.kinder, 60)}”*`;
    return `- ${line(remark.text, 90) || remark.code}${kinder}`;
  });
  return `**Before it is public** – hints only, you decide:\n${lines.join('\n')}`;
}

/** Remarks are a courtesy: whatever goes wrong with them must not keep anybody from answering. */
async function remarksOn(desk: Desk, itemId: number, text: string): Promise<readonly Remark[]> {
  try {
    return await desk.handlers().remarks(itemId, text);
  } catch (error) {
    desk.log.warn({ item: itemId, why: messageOf(error) }, 'no remarks on a draft');
    return [];
  }
}

/**
 * The draft of a card as it would be public, with the buttons that send it.
 *
 * @param say what the person has to know first
 * @param mustAsk whether the flow wants a second person for this very text
 */
export async function preview(
  desk: Desk,
  clicker: Clicker,
  card: Card,
  {
    say = null,
    urgent = null,
    mustAsk = false,
  }: {
    readonly say?: string | null;
    /** Goes before everything else that is to be said. */
    readonly urgent?: string | null;
    readonly mustAsk?: boolean;
  } = {},
): Promise<Message> {
  const text = card.draft?.text ?? '';
  if (text === '') return words(`#${card.itemId} has no draft.`);
  if (!canSend(card))
    return words(
      `The draft of #${card.itemId} is saved. Nothing can be sent to ${oneLine(card.source.label, 60)} from here: open the post and answer there.`,
      text,
    );
  const [measure, remarks, forbidden] = await Promise.all([
    desk.handlers().measure(card.itemId, text),
    remarksOn(desk, card.itemId, text),
    whyForbidden(desk, clicker, 'send', card.itemId),
  ]);
  if (!measure) return words('Nothing can be sent there.', text);
  const shown = shownText(measure);
  const problem =
    measure.problem ??
    (shown === null ? 'This is too long to be read here. Read and send it in the web room.' : null);
  const target = `${targetText({ itemId: card.itemId, version: card.version })}:${markOf(card, text)}`;
  const asks = mustAsk || forbidden !== null;
  const mayAsk = card.actions.includes('request-approval');
  const send = asks
    ? button(componentId('ask', target), 'Ask for approval', 'primary')
    : button(componentId('send', target), card.origin === 'prompt' ? 'Publish now' : 'Send now', 'primary');
  const buttons = [
    problem === null ? send : null,
    button(componentId('draft', target), 'Edit'),
    card.origin === 'prompt' ? null : button(componentId('suggest', target), 'Suggestions'),
    problem === null && mayAsk && !asks ? button(componentId('ask', target), 'Ask for approval') : null,
    card.reply?.pictures || card.pictures.length > 0
      ? button(componentId('pictures', target), picturesLabel(card))
      : null,
  ];
  const notice = urgent ?? problem ?? say ?? forbidden ?? measure.notice ?? null;
  const goes = asks ? 'would go' : 'goes';
  return answer([
    {
      type: TYPE.container,
      accent_color: ACCENTS[problem === null ? 'yellow' : 'red'],
      components: [
        ...(notice === null ? [] : [textDisplay(`⚠️ ${bold(line(notice, 200))}`)]),
        textDisplay(
          `👁️ This ${goes} out **in public** as ${bold(line(card.reply?.account ?? '', 80))} · ${plain(measured(measure))}:\n${shown ?? quote('…')}`,
        ),
        ...(card.pictures.length === 0 ? [] : [textDisplay(picturesLine(card.pictures, MAX_PICTURES_SHOWN))]),
        ...(remarks.length === 0 ? [] : [textDisplay(remarkLines(remarks))]),
        textDisplay(`-# The draft of #${card.itemId} is saved. Only you see this; nothing is public yet.`),
        ...rows(buttons),
      ],
    },
  ]);
}

/** The text a second person may approve, as it would be public. */
export async function approvalPreview(desk: Desk, card: Card, say: string | null = null): Promise<Message> {
  if (!card.approval) return words(`Nobody asks for approval of #${card.itemId} any more.`);
  const { text, by } = card.approval;
  const measure = await desk.handlers().measure(card.itemId, text);
  const shown = measure && shownText(measure);
  const problem =
    measure?.problem ?? (shown ? null : 'This cannot be read whole here. Approve it in the web room.');
  const target = `${targetText({ itemId: card.itemId, version: card.version })}:${markOf(card, text)}`;
  const length = measure ? ` · ${plain(measured(measure))}` : '';
  const notice = say ?? problem;
  return answer([
    {
      type: TYPE.container,
      accent_color: ACCENTS[problem === null ? 'yellow' : 'red'],
      components: [
        ...(notice === null ? [] : [textDisplay(`⚠️ ${bold(line(notice, 200))}`)]),
        textDisplay(
          `🖊️ ${bold(line(by, 80) || 'Somebody')} asks for approval. This goes out **in public** as ${bold(line(card.reply?.account ?? '', 80))}${length}:\n${shown ?? quote('…')}`,
        ),
        ...(card.pictures.length === 0 ? [] : [textDisplay(picturesLine(card.pictures, MAX_PICTURES_SHOWN))]),
        // What cannot be read whole is not approved.
        ...rows([
          problem === null ? button(componentId('approve-text', target), 'Approve & send', 'success') : null,
          button(
            componentId('refuse', targetText({ itemId: card.itemId, version: card.version })),
            'Refuse…',
          ),
        ]),
      ],
    },
  ]);
}
