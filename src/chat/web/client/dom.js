/** @typedef {import('./tree.js').Leaf} Leaf */
/** @typedef {import('./tree.js').Tree} Tree */

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'circle', 'g']);
/** Written once, when the element is made: afterwards they belong to the person. */
const INITIAL = new Set(['value', 'checked', 'selected', 'open']);

/** @type {WeakMap<Node, Tree>} */
const drawn = new WeakMap();

/**
 * Makes the children of `parent` look like `leaves` with the fewest changes, so that focus, selection, scroll
 * positions, open menus and typed words survive.
 *
 * @param {Element} parent
 * @param {readonly Leaf[]} leaves
 */
export function draw(parent, leaves) {
  /** @type {Map<string, ChildNode>} */
  const keyed = new Map();
  /** @type {ChildNode[]} */
  const loose = [];
  for (const node of parent.childNodes) {
    const key = drawn.get(node)?.key;
    if (typeof key === 'string') keyed.set(key, node);
    else loose.push(node);
  }
  /** @type {ChildNode[]} */
  const wanted = [];
  for (const leaf of leaves) {
    const old = typeof leaf !== 'string' && leaf.key !== null ? keyed.get(leaf.key) : takeLike(loose, leaf);
    wanted.push(old && fits(old, leaf) ? redraw(old, leaf) : make(leaf));
  }
  const kept = new Set(wanted);
  for (const node of [...parent.childNodes]) if (!kept.has(node)) node.remove();
  arrange(parent, wanted);
}

/**
 * @param {ChildNode[]} loose
 * @param {Leaf} leaf
 */
function takeLike(loose, leaf) {
  const at = loose.findIndex((node) => fits(node, leaf));
  return at < 0 ? undefined : loose.splice(at, 1)[0];
}

/**
 * @param {ChildNode} node
 * @param {Leaf} leaf
 */
function fits(node, leaf) {
  if (typeof leaf === 'string') return node.nodeType === Node.TEXT_NODE;
  return drawn.get(node)?.tag === leaf.tag && drawn.get(node)?.key === leaf.key;
}

/**
 * Moving an element takes the focus from it, so the one that holds the focus stays and the others go round it.
 *
 * @param {Element} parent
 * @param {readonly ChildNode[]} wanted
 */
function arrange(parent, wanted) {
  const focused = wanted.findIndex((node) => node.contains(document.activeElement));
  const pin = focused < 0 ? wanted.length - 1 : focused;
  const pinned = wanted[pin];
  if (pinned && pinned.parentNode !== parent) parent.append(pinned);
  for (let at = pin - 1; at >= 0; at--) {
    const [node, after] = [wanted[at], wanted[at + 1]];
    if (node && after && node.nextSibling !== after) parent.insertBefore(node, after);
  }
  for (let at = pin + 1; at < wanted.length; at++) {
    const [node, before] = [wanted[at], wanted[at - 1]];
    if (node && before && before.nextSibling !== node) parent.insertBefore(node, before.nextSibling);
  }
}

/**
 * @param {Leaf} leaf
 * @returns {ChildNode}
 */
function make(leaf) {
  if (typeof leaf === 'string') return document.createTextNode(leaf);
  const element = SVG_TAGS.has(leaf.tag)
    ? document.createElementNS(SVG, leaf.tag)
    : document.createElement(leaf.tag);
  for (const [name, value] of Object.entries(leaf.props)) set(element, name, value);
  drawn.set(element, leaf);
  draw(element, leaf.children);
  if ('value' in leaf.props && element instanceof HTMLTextAreaElement)
    element.value = String(leaf.props.value);
  return element;
}

/**
 * @param {ChildNode} node
 * @param {Leaf} leaf
 */
function redraw(node, leaf) {
  if (typeof leaf === 'string') {
    if (node.nodeValue !== leaf) node.nodeValue = leaf;
    return node;
  }
  const element = /** @type {Element} */ (node);
  const before = drawn.get(node)?.props ?? {};
  for (const name of Object.keys(before))
    if (!(name in leaf.props) && !INITIAL.has(name)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(leaf.props))
    if (before[name] !== value && !INITIAL.has(name)) set(element, name, value);
  drawn.set(node, leaf);
  if (element.tagName !== 'TEXTAREA') draw(element, leaf.children);
  return node;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | number | true} value
 */
function set(element, name, value) {
  // A second lock besides the policy of the page: no tree can bring a handler or a script address to life.
  if (/^on/i.test(name) || name === 'style' || name === 'srcdoc') return;
  if ((name === 'href' || name === 'src') && !/^(https?:\/\/|\/(?!\/)|#)/i.test(String(value))) return;
  element.setAttribute(name, value === true ? '' : String(value));
}
