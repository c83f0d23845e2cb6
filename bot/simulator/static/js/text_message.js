/** Text as it appears in a bubble: lines, links, telephone numbers, mentions, LINE's own emoji. */

import { openAddress } from './addresses.js';
import { h } from './dom.js';
import { t } from './texts.js';
import { partsOfTextV2, substitutionText } from './wording.js';

const LINKS = new RegExp(
  [
    String.raw`https?://[^\s<>"'）」』】、。]+`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
    // Telephone numbers as they are written in Japan; a year or an amount has no leading zero and two hyphens.
    String.raw`(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])`,
    String.raw`(?<![\d-])0(?:120|570|800|[789]0)\d{6,8}(?!\d)`,
    String.raw`(?<!\d)(?:#\d{4})(?!\d)`,
  ].join('|'),
  'g',
);

/** @param {string} text @returns {(Node|string)[]} */
function withLinks(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    const place = match.index ?? 0;
    parts.push(text.slice(from, place), link(match[0]));
    from = place + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** @param {string} found */
function link(found) {
  const address = found.startsWith('http') ? found : found.includes('@') ? `mailto:${found}` : `tel:${found.replace(/-/g, '')}`;
  const open = (/** @type {Event} */ event) => {
    event.preventDefault();
    openAddress(address);
  };
  return h('a', { href: address, rel: 'noopener', text: found, on: { click: open } });
}

/** @param {any} message of type text */
export function textContent(message) {
  if (!message.emojis?.length) return withLinks(message.text);
  const parts = [];
  let from = 0;
  for (const { index, length = 1 } of [...message.emojis].sort((one, other) => one.index - other.index)) {
    parts.push(...withLinks(message.text.slice(from, index)), emoji());
    from = index + length;
  }
  return [...parts, ...withLinks(message.text.slice(from))];
}

/** @param {any} message of type textV2 */
export function textV2Content(message) {
  return partsOfTextV2(message).flatMap((part) => {
    if (typeof part === 'string') return withLinks(part);
    return part.type === 'mention' ? h('b', { class: 'mention', text: substitutionText(part) }) : emoji();
  });
}

/** LINE's emoji are its property, so a neutral mark stands for them. */
const emoji = () => h('span', { class: 'line-emoji', role: 'img', 'aria-label': t('messages.emoji'), text: '☺' });
