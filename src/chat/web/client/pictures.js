import { oneLine } from './format.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('../../../domain/picture.ts').Picture} Picture */
/** @typedef {import('../../../domain/picture.ts').PictureRules} PictureRules */

/**
 * @param {number} itemId
 * @param {Picture} picture
 */
export function pictureUrl(itemId, picture) {
  return `/api/items/${itemId}/pictures/${encodeURIComponent(picture.id)}`;
}

/**
 * @param {number} itemId
 * @param {Picture} picture
 */
function image(itemId, picture) {
  const { width, height, alt } = picture;
  return h('img', {
    src: pictureUrl(itemId, picture),
    alt: alt === '' ? 'A picture without a description' : alt,
    width,
    height,
    loading: 'lazy',
    decoding: 'async',
  });
}

/**
 * The pictures of a draft as the team sees them on the card and before sending: each with its description, as the public
 * gets them.
 *
 * @param {Card} card
 */
export function pictureStrip(card) {
  if (card.pictures.length === 0) return null;
  return h(
    'ul',
    { class: 'pictures', key: 'pictures', 'aria-label': 'Pictures that go out with it' },
    card.pictures.map((picture) =>
      h(
        'li',
        { key: `picture-${picture.id}` },
        image(card.itemId, picture),
        picture.alt === ''
          ? h('span', { class: 'over small' }, 'No description yet: it is not sent without one.')
          : h('span', { class: 'muted small', dir: 'auto' }, oneLine(picture.alt, 2_000)),
      ),
    ),
  );
}

/**
 * Where pictures are added, described and removed.
 *
 * @param {Card} card
 * @param {boolean} adding whether one is on its way
 */
export function pictureFields(card, adding) {
  const rules = card.reply?.pictures;
  if (!rules && card.pictures.length === 0) return null;
  return h(
    'div',
    { class: 'picturing', key: 'picturing' },
    card.pictures.map((picture, at) => field(card.itemId, picture, at, rules?.alt ?? 2_000)),
    rules && card.pictures.length < rules.most ? adder(rules, card.pictures.length, adding) : null,
  );
}

/**
 * @param {number} itemId
 * @param {Picture} picture
 * @param {number} at
 * @param {number} most
 */
function field(itemId, picture, at, most) {
  const id = `alt-${picture.id}`;
  return h(
    'div',
    { class: 'picture-field', key: `picture-${picture.id}` },
    image(itemId, picture),
    h(
      'div',
      { class: 'field' },
      h('label', { for: id }, `What does picture ${at + 1} show?`),
      h('textarea', {
        id,
        rows: 2,
        value: picture.alt,
        maxlength: most,
        dir: 'auto',
        placeholder: 'A red pot on the stove, its lid tilted.',
        'data-alt': picture.id,
        'aria-describedby': 'alt-why',
      }),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'square',
        'data-do': 'picture-remove',
        'data-picture': picture.id,
        'aria-label': `Remove picture ${at + 1}`,
        title: 'Remove',
      },
      icon('cross'),
    ),
  );
}

/**
 * @param {PictureRules} rules
 * @param {number} count
 * @param {boolean} adding
 */
function adder(rules, count, adding) {
  return h(
    'div',
    { class: 'adder', key: 'adder' },
    h(
      'label',
      { class: adding ? 'button plain waiting' : 'button plain', for: 'picture-file' },
      h('input', {
        id: 'picture-file',
        type: 'file',
        class: 'sr',
        accept: rules.mimes.join(','),
        multiple: rules.most - count > 1,
        disabled: adding,
      }),
      adding ? 'Adding…' : 'Add a picture…',
    ),
    h(
      'span',
      { class: 'muted small', id: 'alt-why' },
      count === 0
        ? `Up to ${rules.most}. Place and device are taken out of photos.`
        : 'People who cannot see a picture hear its description; it is not sent without one.',
    ),
  );
}

/** Longest sides and qualities that are tried until a photo is small enough. */
const TRIES = /** @type {const} */ ([
  [2_048, 0.88],
  [2_048, 0.75],
  [1_600, 0.75],
  [1_200, 0.7],
  [800, 0.6],
]);

/**
 * A photo of a telephone is larger than networks take: made smaller here, where it costs nobody's time. What fits goes as
 * it is, and so does what the browser cannot read: the room says what is wrong with it.
 *
 * @param {File} file
 * @param {PictureRules} rules
 * @returns {Promise<Blob>}
 */
export async function fitting(file, rules) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  try {
    const pixels = bitmap.width * bitmap.height;
    const most = Math.min(rules.bytes, 10_000_000);
    const fits =
      file.size <= most && pixels <= Math.min(rules.pixels ?? Number.POSITIVE_INFINITY, 50_000_000);
    const taken = rules.mimes.some((mime) => mime === file.type);
    // A film in GIF would stand still.
    if ((fits && taken) || file.type === 'image/gif' || !rules.mimes.includes('image/jpeg')) return file;
    for (const [side, quality] of TRIES) {
      const blob = await drawn(bitmap, side, quality);
      if (blob && blob.size <= most) return blob;
    }
    return file;
  } finally {
    bitmap.close();
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} side
 * @param {number} quality
 * @returns {Promise<Blob | null>}
 */
function drawn(bitmap, side, quality) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) return Promise.resolve(null);
  // What can be seen through would become black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
}
