/** Building and replacing elements. Styles are set through CSSOM, since the page's policy forbids style attributes. */

export const root = document.body.dataset.root ?? '';

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; also `class`, `text`, `on` (listeners), `data`, `style` (CSS properties)
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {HTMLElement} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'class') element.className = value;
  else if (name === 'text') element.textContent = value;
  else if (name === 'on') for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
  else if (name === 'data') Object.assign(element.dataset, value);
  else if (name === 'style') style(element, value);
  else if (name === 'value') /** @type {any} */ (element).value = value;
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** Sets CSS properties; empty values are left out. @param {HTMLElement} element @param {Record<string, any>} rules */
export function style(element, rules) {
  for (const [name, value] of Object.entries(rules)) {
    if (value !== null && value !== undefined && value !== '') element.style.setProperty(name, String(value));
  }
}

/** @param {string} name a symbol of icons.svg @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${root}/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button with an icon only; the label is read out and shown as tool tip.
 * @param {string} name @param {string} label @param {() => void} onClick @param {Record<string, any>} [props]
 */
export function iconButton(name, label, onClick, props = {}) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, on: { click: onClick }, ...props },
    icon(name),
  );
}

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Makes `parent` hold exactly `wanted`, in order, touching only what differs, so that focus and scrolling stay.
 * @param {Element} parent @param {Element[]} wanted
 */
export function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  wanted.forEach((element, place) => {
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
  });
}

/** Says a sentence to screen readers: politely, or at once. @param {string} text @param {boolean} [urgent] */
export function announce(text, urgent = false) {
  const line = h('p', { text });
  byId(urgent ? 'alert' : 'live').append(line);
  setTimeout(() => line.remove(), 10000);
}

let toastTimer = 0;

/** Shows a short sentence at the foot of the page. @param {string} text */
export function toast(text) {
  const place = byId('toast');
  // A modal dialog makes the page behind it inert, so the sentence has to move into the dialog to be seen and heard.
  (document.querySelector('dialog[open]') ?? document.body).append(place);
  place.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => (place.textContent = ''), 5000);
}
