// Functions that run inside the page; plain JavaScript, because the tests themselves have no document.

/** @returns {string} the id of the element that has the focus */
export function focusedId() {
  return document.activeElement?.id ?? '';
}

/** @returns {number} in CSS pixels; more than the window's means that the page scrolls sideways */
export function pageWidth() {
  return document.documentElement.scrollWidth;
}

/** @returns {string} */
export function ground() {
  return getComputedStyle(document.body).backgroundColor;
}

/**
 * Every element with words of its own whose contrast is below WCAG AA (4.5, large words 3).
 *
 * @returns {string[]}
 */
export function lowContrast() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    if (!canvas) return [];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r = 0, g = 0, b = 0] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if ((color[3] ?? 0) > 200) return color;
    }
    return [255, 255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll('#app *')) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim());
    const style = getComputedStyle(element);
    if (!words || element.closest('.sr, option, select') || style.visibility === 'hidden') continue;
    const [a, b] = [light(rgba(style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const needed = Number.parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
    if (ratio < needed)
      low.push(`${element.className}: ${element.textContent?.slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return low;
}

/**
 * How large a picture is once it is shown.
 *
 * @param {HTMLImageElement} image
 */
export async function naturalSize(image) {
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}

/** A JPEG with much in it, 2,600 × 1,300, in base64. */
export function busyPicture() {
  const canvas = document.createElement('canvas');
  canvas.width = 2_600;
  canvas.height = 1_300;
  const pen = canvas.getContext('2d');
  for (let at = 0; pen && at < 3_000; at++) {
    pen.fillStyle = `hsl(${(at * 47) % 360} 80% ${(at * 13) % 100}%)`;
    pen.fillRect((at * 37) % 2_600, (at * 71) % 1_300, 60, 60);
  }
  return canvas.toDataURL('image/jpeg', 0.98).split(',')[1] ?? '';
}
