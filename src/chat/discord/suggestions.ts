import type { Card } from '../../domain/card.ts';
import type { DraftSuggestion, Suggestions } from '../chat.ts';
import { soon } from '../kit/payloads.ts';
import { SUGGESTION_GONE, withSuggestion } from '../kit/suggestions.ts';
import { whyNot } from '../kit/words.ts';
import { button, type Message, rows, TYPE, textDisplay } from './components.ts';
import { answer, asker, type Desk, words } from './desk.ts';
import { draftForm, MAX_INPUT } from './forms.ts';
import { componentId, type Target, targetText } from './ids.ts';
import type { Line } from './line.ts';
import { bold, line, plain, quoteOf, small } from './markdown.ts';
import type { Clicker } from './people.ts';

/** Suggestions for the answer of a card, for one pair of eyes. "Use 2" opens the form with the text in it; nothing is sent. */

/** So many of each kind are shown, the best of them. */
const MOST: Readonly<Record<DraftSuggestion['kind'], number>> = {
  model: 3,
  similar: 3,
  saved: 2,
  opening: 1,
};
/** What is shown of each text, the longest that fits: every sign of an outside text may need a backslash. */
const SHOWN = [320, 180, 90, 40] as const;
/** All texts of a message hold 4,000 characters (https://docs.discord.com/developers/components/reference#text-display). */
const MAX_TEXT = 3_900;

/** What there is to begin an answer with. */
export async function suggestAnswer(
  desk: Desk,
  clicker: Clicker,
  target: Target,
  by?: 'model',
): Promise<Message> {
  const { itemId } = target;
  const who = await asker(desk, clicker, itemId);
  if (!who.ok) return words(who.text);
  const card = await desk.handlers().card(itemId);
  const no = card ? whyNot(card, 'draft') : `There is no #${itemId}.`;
  if (!card || no !== null) return words(no ?? '');
  return suggestionsMessage(card, await desk.handlers().suggest(itemId, who.actor, by));
}

function suggestionsMessage(card: Card, found: Suggestions): Message {
  const left: Record<DraftSuggestion['kind'], number> = { ...MOST };
  const shown = found.suggestions.filter(({ kind }) => left[kind]-- > 0);
  const target = targetText({ itemId: card.itemId, version: card.version });
  const fitting = SHOWN.map((limit) => texts(card, { ...found, suggestions: shown }, limit)).find(
    (each) => each.reduce((sum, { length }) => sum + length, 0) <= MAX_TEXT,
  );
  return answer([
    {
      type: TYPE.container,
      components: [
        ...(fitting ?? [`**Suggestions for #${card.itemId}**`]).map(textDisplay),
        ...rows([
          ...shown.map((each, at) =>
            // A custom id of ours has a colon before this part already.
            button(componentId('take', `${target}:${each.id.replace(':', '-')}`), `Use ${at + 1}`),
          ),
          found.model ? button(componentId('suggest-model', target), 'Write three drafts') : null,
        ]),
      ],
    },
  ]);
}

/** @param limit of each text, in characters */
function texts(card: Card, { suggestions, note, instead }: Suggestions, limit: number): readonly string[] {
  const talk = instead
    .slice(0, 6)
    .map((each) => `${bold(line(each.by, 40) || 'Somebody')}: ${line(each.text, limit) || '…'}`);
  return [
    `**Suggestions for #${card.itemId}**${note === null ? '' : `\n${line(note, 200)}`}`,
    ...(talk.length === 0 ? [] : [talk.join('\n')]),
    ...suggestions.map(
      (each, at) =>
        `${at + 1} · ${bold(line(each.title, 70) || 'A suggestion')}\n${quoteOf(each.text, limit, 6)}${hints(each)}`,
    ),
    small(plain('Only you see this. Taking one opens the form with its text; nothing is sent.')),
  ];
}

/** The first hint on a draft that nobody has read. */
function hints({ remarks }: DraftSuggestion): string {
  const [first] = remarks ?? [];
  return first ? `\n${small(line(first.text, 120))}` : '';
}

/** "Use 2": the form with the text in it, below what the draft says already. */
export async function openTaken(
  desk: Desk,
  clicker: Clicker,
  on: Line,
  target: Target & { readonly mark: string | null },
): Promise<void> {
  const made = await soon(desk.clock, taken(desk, clicker, target));
  if (made === null) return on.say(words('That took too long. Please try it again.'));
  return typeof made === 'string' ? on.say(words(made)) : on.modal(made);
}

async function taken(
  desk: Desk,
  clicker: Clicker,
  { itemId, mark }: Target & { readonly mark: string | null },
): Promise<ReturnType<typeof draftForm> | string> {
  const who = await asker(desk, clicker, itemId);
  if (!who.ok) return who.text;
  const card = await desk.handlers().card(itemId);
  if (!card) return `There is no #${itemId}.`;
  const no = whyNot(card, 'draft');
  if (no !== null) return no;
  const suggestion = await desk.handlers().takeSuggestion(itemId, (mark ?? '').replace('-', ':'), who.actor);
  if (!suggestion) return SUGGESTION_GONE;
  const text = withSuggestion(card.draft?.text ?? '', null, suggestion);
  return text.length > MAX_INPUT
    ? 'There is no room for it in a form of Discord: make the draft shorter first.'
    : draftForm(card, text);
}
