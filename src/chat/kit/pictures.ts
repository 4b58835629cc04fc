import type { Card } from '../../domain/card.ts';
import { oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import type { ActRequest, ActResult, ChatHandlers, ChatLog } from '../chat.ts';

/** What somebody said in the form of a draft's pictures. */
export interface PictureForm {
  /** What stands in the field of each picture that was there, by its id. */
  readonly alts: ReadonlyMap<string, string>;
  /** New ones, in order. */
  readonly files: readonly { readonly name: string; readonly alt: string; load(): Promise<Uint8Array> }[];
}

/** In the place of a description: the picture shall go. */
export const REMOVE = '-';
export const REMOVE_HINT = 'A minus (-) alone removes the picture.';

/** "One line for each, in the same order": the descriptions of several new pictures. */
export function altLines(typed: string, count: number): readonly string[] {
  if (count <= 1) return [typed.replace(/\s+/g, ' ').trim()];
  const lines = typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return Array.from({ length: count }, (_, index) => lines[index] ?? '');
}

/**
 * Does what the form says, picture by picture; what cannot be done is told with the name of the file, and keeps nothing
 * else from being done.
 */
export async function savePictures(
  deps: { readonly handlers: ChatHandlers; readonly log: ChatLog; readonly actor: ActRequest['actor'] },
  card: Card,
  form: PictureForm,
): Promise<{ readonly card: Card; readonly problems: readonly string[] }> {
  const { attachments } = deps.handlers;
  const { itemId } = card;
  const problems: string[] = [];
  let now = card;
  const settle = (result: ActResult, about: string): void => {
    now = result.card ?? now;
    if (!result.ok && result.refusal.code !== 'nothing-to-do')
      problems.push(`${about}${result.refusal.text}`);
  };
  for (const picture of card.pictures) {
    const typed = form.alts.get(picture.id)?.replace(/\s+/g, ' ').trim();
    if (typed === REMOVE) settle(await attachments.detach(itemId, picture.id, deps.actor), '');
    else if (typed && typed !== picture.alt)
      settle(await attachments.describe(itemId, picture.id, typed, deps.actor), '');
  }
  for (const file of form.files) {
    const about = form.files.length > 1 ? `“${oneLine(file.name, 40)}”: ` : '';
    try {
      const bytes = await file.load();
      settle(await attachments.attach(itemId, { bytes, alt: file.alt }, deps.actor), about);
    } catch (error) {
      deps.log.warn({ item: itemId, why: messageOf(error) }, 'a picture could not be fetched');
      problems.push(`${about}${messageOf(error)}`);
    }
  }
  return { card: now, problems };
}

/** Names of files that the forms of chats let through; what a file is, its bytes tell later. */
export const PICTURE_ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'gif'] as const;

/** "Add pictures…", "2 pictures…": the button that opens the form. */
export function picturesLabel(card: Pick<Card, 'pictures'>): string {
  const count = card.pictures.length;
  return count === 0 ? 'Add pictures…' : count === 1 ? '1 picture…' : `${count} pictures…`;
}

/** The pictures that a preview of this card shows, by id; nothing where none can be added. */
export function seenPictures(card: Card): { readonly pictures?: readonly string[] } {
  return card.reply?.pictures || card.pictures.length > 0
    ? { pictures: card.pictures.map(({ id }) => id) }
    : {};
}
