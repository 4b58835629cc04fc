import type { ItemEvent, Refusal } from './item.ts';
import { cleanAlt, MAX_PICTURES, type Picture } from './picture.ts';

/** What a person does to the pictures of a draft. Their bytes come and go together with it. */
export type PictureAction =
  | { readonly type: 'attach'; readonly picture: Picture }
  | { readonly type: 'describe'; readonly pictureId: string; readonly alt: string }
  | { readonly type: 'detach'; readonly pictureId: string };

type Changed =
  | { readonly pictures: readonly Picture[]; readonly detail: ItemEvent['detail'] }
  | { readonly refusal: Refusal };

function refuse(code: Refusal['code'], text: string): Changed {
  return { refusal: { code, text } };
}

/** The pictures after an action, or why not. */
export function changePictures(pictures: readonly Picture[], action: PictureAction): Changed {
  if (action.type === 'attach') {
    const picture = { ...action.picture, alt: cleanAlt(action.picture.alt) };
    if (pictures.some(({ id }) => id === picture.id))
      return refuse('nothing-to-do', 'That picture is there already.');
    if (pictures.length >= MAX_PICTURES)
      return refuse('invalid', `There are ${MAX_PICTURES} pictures already. Remove one first.`);
    return { pictures: [...pictures, picture], detail: { picture: picture.id, alt: picture.alt } };
  }
  const found = pictures.find(({ id }) => id === action.pictureId);
  if (!found) return refuse('nothing-to-do', 'That picture is no longer there.');
  if (action.type === 'detach')
    return {
      pictures: pictures.filter((picture) => picture !== found),
      detail: { picture: found.id, alt: found.alt },
    };
  const alt = cleanAlt(action.alt);
  if (alt === found.alt) return refuse('nothing-to-do', 'The description has not changed.');
  return {
    pictures: pictures.map((picture) => (picture === found ? { ...picture, alt } : picture)),
    detail: { picture: found.id, alt },
  };
}

/** Whether these are the pictures that a person saw, in that order. */
export function samePictures(pictures: readonly Picture[], seen: readonly string[]): boolean {
  return pictures.length === seen.length && pictures.every(({ id }, index) => id === seen[index]);
}
