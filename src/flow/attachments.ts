import type { ActRequest, ActResult, Attachments } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { readImage } from '../domain/image/read-image.ts';
import type { Item } from '../domain/item.ts';
import type { PictureAction } from '../domain/item-pictures.ts';
import { type Picture, picturesProblem } from '../domain/picture.ts';
import { messageOf, RejectedError } from '../errors.ts';
import type { Media, Source } from '../sources/source.ts';
import type { Queries, Store } from '../store/store.ts';
import type { Act } from './act.ts';
import type { Policy } from './policy.ts';
import { actorOf } from './track.ts';
import type { View } from './view.ts';
import { wayOut } from './way-out.ts';

export interface AttachmentsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly act: Pick<Act, 'change' | 'told'>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly policy: Policy;
  /** Unique for ever. */
  readonly newId: () => string;
}

/** What the team does to the pictures of its drafts: the item and the file change together, or not at all. */
export function createAttachments(deps: AttachmentsDeps): Attachments {
  const { store, clock, view, policy } = deps;

  function refused(text: string, item: Item | null): Promise<ActResult> | ActResult {
    const refusal = { code: item ? 'not-possible' : 'not-found', text } as const;
    return item
      ? view.card(item).then((card) => ({ ok: false, refusal, card }))
      : { ok: false, refusal, card: null };
  }

  function change(
    itemId: number,
    action: PictureAction,
    actor: ActRequest['actor'],
    also: (queries: Queries) => Promise<void>,
  ): Promise<ActResult> {
    return deps.act.told(itemId, action.type, () =>
      deps.act.change(itemId, action, actorOf(actor, policy.roleOf(actor)), also),
    );
  }

  const attach: Attachments['attach'] = (itemId, { bytes, alt }, actor) =>
    deps.act.told(itemId, 'attach', async () => {
      const item = await store.item(itemId);
      if (!item) return refused(`There is no #${itemId}.`, null);
      const source = deps.sources.get(item.source);
      const way = wayOut(source, item, await store.post(item.source, item.postId));
      const network = source?.label ?? item.source;
      if (!way?.pictures) return refused(`Potluck cannot send pictures to ${network}.`, item);
      const read = readImage(bytes);
      if (!read.ok) return refused(read.why, item);
      const { bytes: clean, ...image } = read.image;
      const picture: Picture = { id: deps.newId(), ...image, bytes: clean.length, alt };
      // What the network will never take is said now; a description may still follow.
      const unfit = picturesProblem([{ ...picture, alt: 'later' }], way.pictures, network);
      if (unfit !== null) return refused(unfit, item);
      const by = { id: actor.id, name: actor.name };
      return change(itemId, { type: 'attach', picture }, actor, (queries) =>
        queries.addAttachment({
          id: picture.id,
          itemId,
          mime: picture.mime,
          bytes: clean,
          by,
          at: clock.now(),
        }),
      );
    });

  return {
    attach,
    describe: (itemId, pictureId, alt, actor) =>
      change(itemId, { type: 'describe', pictureId, alt }, actor, async () => {}),
    detach: (itemId, pictureId, actor) =>
      change(itemId, { type: 'detach', pictureId }, actor, (queries) =>
        queries.removeAttachment(itemId, pictureId),
      ),
    file: (itemId, pictureId) => store.attachment(itemId, pictureId),
  };
}

/**
 * The files of an item's pictures, ready to go out.
 *
 * @throws RejectedError when one is not there: nothing was sent
 */
export async function loadMedia(
  store: Pick<Queries, 'attachment'>,
  itemId: number,
  pictures: readonly Picture[],
): Promise<readonly Media[]> {
  const media: Media[] = [];
  for (const { id, mime, width, height, alt } of pictures) {
    const file = await store.attachment(itemId, id).catch((error: unknown) => {
      throw new RejectedError(`A picture could not be read (${messageOf(error)}); nothing was sent.`, {
        cause: error,
      });
    });
    if (!file) throw new RejectedError('A picture is no longer stored. Remove it and add it again.');
    media.push({ mime, bytes: file.bytes, width, height, alt });
  }
  return media;
}
