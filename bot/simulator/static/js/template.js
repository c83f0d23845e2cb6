/** Template messages: buttons, confirm, carousel, image carousel. */

import { perform } from './actions.js';
import { localAddress } from './api.js';
import { picture } from './cards.js';
import { carousel } from './carousel.js';
import { h, style } from './dom.js';
import { t } from './texts.js';
import { actionName } from './wording.js';

/** @param {any} message */
export function templateCard(message) {
  const template = message.template;
  switch (template.type) {
    case 'buttons':
      return column(template, template);
    case 'confirm':
      return column(template, template, 'confirm');
    case 'carousel':
      return carousel(template.columns.map((/** @type {any} */ one) => column(one, template)));
    case 'image_carousel':
      return carousel(template.columns.map(imageColumn));
    default:
      return h('p', { class: 'bubble', text: message.altText });
  }
}

/** @param {any} part @param {any} template whose shape of picture counts for all columns @param {string} [kind] */
function column(part, template, kind = '') {
  return h(
    'div',
    { class: `template ${kind}` },
    part.thumbnailImageUrl && thumbnail(part, template),
    tappable(
      part.defaultAction,
      part.title ?? part.text,
      h('div', { class: 'template-text' }, part.title && h('b', { text: part.title }), h('p', { text: part.text })),
    ),
    h('div', { class: 'template-actions' }, ...part.actions.map(button)),
  );
}

/** @param {any} part @param {any} template */
function thumbnail(part, template) {
  const frame = h(
    'div',
    { class: `thumbnail ${template.imageAspectRatio ?? 'rectangle'} ${template.imageSize ?? 'cover'}` },
    picture(localAddress(part.thumbnailImageUrl), part.thumbnailImageUrl, ''),
  );
  style(frame, { 'background-color': part.imageBackgroundColor });
  return frame;
}

/** @param {any} action @param {string} name @param {HTMLElement} content */
function tappable(action, name, content) {
  if (!action) return content;
  return h(
    'button',
    { type: 'button', class: 'template-default', 'aria-label': actionName(action, name), on: { click: () => perform(action) } },
    content,
  );
}

/** @param {any} action */
function button(action) {
  return h('button', { type: 'button', text: actionName(action), on: { click: () => perform(action) } });
}

/** @param {any} one */
function imageColumn(one) {
  const label = actionName(one.action, t('messages.image'));
  return h(
    'button',
    { type: 'button', class: 'image-column', on: { click: () => perform(one.action) } },
    picture(localAddress(one.imageUrl), one.imageUrl, one.action.label ? '' : label),
    one.action.label && h('span', { text: label }),
  );
}
