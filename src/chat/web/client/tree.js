/**
 * What a page should look like, as plain values: the same trees are drawn by dom.js and read by tests.
 *
 * @typedef {string | number | boolean | null | undefined} Prop
 * @typedef {{ readonly tag: string, readonly key: string | null, readonly props: Readonly<Record<string, string | number | true>>, readonly children: readonly Leaf[] }} Tree
 * @typedef {Tree | string} Leaf
 * @typedef {Leaf | number | null | false | undefined} Child
 */

/**
 * One element. Null, false and undefined children and properties are left out; a `key` keeps the element the same one
 * while the elements around it come and go.
 *
 * @param {string} tag
 * @param {Record<string, Prop>} [props]
 * @param {...(Child | readonly Child[])} children
 * @returns {Tree}
 */
export function h(tag, props = {}, ...children) {
  /** @type {Record<string, string | number | true>} */
  const kept = {};
  /** @type {string | null} */
  let key = null;
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'key') key = String(value);
    else kept[name] = value;
  }
  /** @type {Leaf[]} */
  const leaves = [];
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    leaves.push(typeof child === 'number' ? String(child) : child);
  }
  return { tag, key, props: kept, children: leaves };
}

/**
 * A link to a page of the network. Anything but http(s) is shown as words only.
 *
 * @param {string | null} url
 * @param {Record<string, Prop>} props
 * @param {...Child} children
 * @returns {Tree}
 */
export function outside(url, props, ...children) {
  if (url === null || !/^https?:\/\//i.test(url)) return h('span', props, ...children);
  return h('a', { ...props, href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children);
}
