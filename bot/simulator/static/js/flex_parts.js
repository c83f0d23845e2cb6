/** The leaves of a Flex message: text, span, button, image, icon, video. */

import { perform } from './actions.js';
import { localAddress } from './api.js';
import { picture } from './cards.js';
import { h, style } from './dom.js';
import { FONTS, GAPS, IMAGES, colour, ratio, size } from './flex_sizes.js';
import { actionName } from './wording.js';

const SIDES = { start: 'flex-start', center: 'center', end: 'flex-end', top: 'flex-start', bottom: 'flex-end' };
const SMALLEST_FONT = 9;

/** @param {string|undefined} side @returns {string} */
const side = (side) => SIDES[/** @type {keyof typeof SIDES} */ (side)] ?? '';

/** @param {any} content */
function fontRules(content) {
  return {
    'font-size': size(content.size, FONTS),
    color: colour(content.color),
    'font-weight': content.weight === 'bold' ? '700' : content.weight === 'regular' ? '400' : '',
    'font-style': content.style === 'italic' ? 'italic' : '',
    'text-decoration': ['underline', 'line-through'].includes(content.decoration) ? content.decoration : '',
  };
}

/** @param {any} content */
export function text(content) {
  const line = h('p', { class: content.wrap ? 'flex-wrapping' : 'flex-one-line' });
  if (content.contents?.length) line.append(...content.contents.map(span));
  else line.textContent = content.text;
  if (content.wrap && content.maxLines > 0) {
    line.classList.add('flex-limited');
    style(line, { '-webkit-line-clamp': content.maxLines });
  }
  const spacing = /^(\d+(?:\.\d+)?)px$/.exec(content.lineSpacing ?? '');
  style(line, { ...fontRules(content), 'text-align': content.align, 'line-height': spacing ? `calc(1.35em + ${spacing[1]}px)` : '' });
  if (content.adjustMode === 'shrink-to-fit') shrink(line);
  return h('div', { class: 'flex-text', style: { 'justify-content': side(content.gravity) } }, line);
}

/** @param {any} content */
export function span(content) {
  return h('span', { text: content.text, style: fontRules(content) });
}

/** Makes the letters smaller until the line fits. @param {HTMLElement} line */
function shrink(line) {
  new ResizeObserver((_, observer) => {
    let font = parseFloat(getComputedStyle(line).fontSize);
    while (line.scrollWidth > line.clientWidth && font > SMALLEST_FONT) line.style.fontSize = `${--font}px`;
    if (line.clientWidth) observer.disconnect();
  }).observe(line);
}

/** @param {any} content */
export function button(content) {
  const kind = content.style ?? 'link';
  const element = h(
    'button',
    {
      type: 'button',
      class: `flex-button flex-${kind} flex-height-${content.height ?? 'md'}`,
      on: {
        click: (/** @type {Event} */ event) => {
          event.stopPropagation();
          perform(content.action);
        },
      },
    },
    h('span', { text: actionName(content.action) }),
  );
  // A link's colour is that of its letters, a filled button's that of its ground.
  style(element, kind === 'link' ? { color: colour(content.color) } : { 'background-color': colour(content.color) });
  if (content.adjustMode === 'shrink-to-fit') shrink(element.firstChild);
  return h('div', { class: 'flex-button-place', style: { 'justify-content': side(content.gravity) } }, element);
}

/** @param {any} content */
export function image(content) {
  const frame = h(
    'div',
    { class: `flex-image ${content.aspectMode === 'cover' ? 'cover' : 'fit'}` },
    picture(localAddress(content.url), content.url, content.action?.label ?? ''),
  );
  style(frame, {
    'max-width': size(content.size ?? 'md', IMAGES),
    'aspect-ratio': ratio(content.aspectRatio),
    'background-color': colour(content.backgroundColor),
  });
  return h(
    'div',
    { class: 'flex-image-place', style: { 'align-items': side(content.align) || 'center', 'justify-content': side(content.gravity) } },
    frame,
  );
}

/** @param {any} content */
export function flexIcon(content) {
  const address = localAddress(content.url);
  const frame = h('span', { class: 'flex-icon' }, address && h('img', { src: address, alt: '' }));
  style(frame, { 'font-size': size(content.size, { ...FONTS, ...GAPS }), 'aspect-ratio': ratio(content.aspectRatio) });
  return frame;
}

/** @param {any} content @param {HTMLElement} alternative */
export function video(content, alternative) {
  const address = localAddress(content.url);
  if (!address) return alternative;
  const player = h('video', { controls: true, preload: 'metadata', src: address, poster: localAddress(content.previewUrl) });
  const label = content.action?.label;
  const link =
    label &&
    h('button', {
      type: 'button',
      class: 'flex-button flex-link flex-height-sm',
      text: label,
      on: { click: () => perform(content.action) },
    });
  return h('div', { class: 'flex-video', style: { 'aspect-ratio': ratio(content.aspectRatio) } }, player, link);
}
