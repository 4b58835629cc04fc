import type { ActRequest, ActResult, Attachments } from '../../src/chat/chat.ts';
import type { Card } from '../../src/domain/card.ts';
import { readImage } from '../../src/domain/image/read-image.ts';
import type { PictureAction } from '../../src/domain/item-pictures.ts';
import { picturesProblem } from '../../src/domain/picture.ts';

/** The flow's side of pictures, in memory: the real state machine, the real reading of files. */
export function scriptedAttachments(deps: {
  readonly cards: ReadonlyMap<number, Card>;
  run(itemId: number, action: PictureAction, actor: ActRequest['actor']): ActResult;
}): Attachments {
  const files = new Map<string, { readonly mime: string; readonly bytes: Uint8Array }>();
  const refused = (itemId: number, text: string): ActResult => ({
    ok: false,
    refusal: { code: 'not-possible', text },
    card: deps.cards.get(itemId) ?? null,
  });
  return {
    async attach(itemId, { bytes, alt }, actor) {
      const rules = deps.cards.get(itemId)?.reply?.pictures;
      if (!rules) return refused(itemId, 'Potluck cannot send pictures there.');
      const read = readImage(bytes);
      if (!read.ok) return refused(itemId, read.why);
      const { bytes: clean, ...image } = read.image;
      const picture = { id: `picture-${files.size + 1}`, ...image, bytes: clean.length, alt };
      const unfit = picturesProblem([{ ...picture, alt: 'later' }], rules, 'The network');
      if (unfit !== null) return refused(itemId, unfit);
      const done = deps.run(itemId, { type: 'attach', picture }, actor);
      if (done.ok) files.set(picture.id, { mime: picture.mime, bytes: clean });
      return done;
    },
    describe: async (itemId, pictureId, alt, actor) =>
      deps.run(itemId, { type: 'describe', pictureId, alt }, actor),
    async detach(itemId, pictureId, actor) {
      const done = deps.run(itemId, { type: 'detach', pictureId }, actor);
      if (done.ok) files.delete(pictureId);
      return done;
    },
    file: async (itemId, pictureId) =>
      deps.cards.get(itemId)?.pictures.some(({ id }) => id === pictureId)
        ? (files.get(pictureId) ?? null)
        : null,
  };
}
