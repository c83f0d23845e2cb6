/** Flex messages: bubbles, carousels and boxes. Texts, buttons and pictures are in flex_parts.js. */

import { perform } from './actions.js';
import { carousel } from './carousel.js';
import { h, style } from './dom.js';
import { button, flexIcon, image, span, text, video } from './flex_parts.js';
import { BORDERS, BUBBLES, GAPS, PADDINGS, colour, gradient, offset, size } from './flex_sizes.js';
import { actionName } from './wording.js';

/** @param {any} message */
export function flexCard(message) {
  const { contents } = message;
  return contents.type === 'carousel' ? carousel(contents.contents.map(bubble)) : bubble(contents);
}

/** @param {any} content */
function bubble(content) {
  const width = content.size ?? 'mega';
  const blocks = ['header', 'hero', 'body', 'footer']
    .filter((name) => content[name])
    .map((name, place) => block(content, name, width, place > 0));
  const element = h('div', { class: `flex-bubble flex-${width}`, dir: content.direction === 'rtl' ? 'rtl' : null }, ...blocks);
  style(element, { '--bubble-width': BUBBLES[/** @type {keyof typeof BUBBLES} */ (width)] ?? BUBBLES.mega });
  return withAction(element, content.action);
}

/** @param {any} content @param {string} name @param {string} width @param {boolean} hasAnotherAbove */
function block(content, name, width, hasAnotherAbove) {
  const rules = content.styles?.[name] ?? {};
  const paddings = /** @type {any} */ (PADDINGS)[width] ?? PADDINGS.mega;
  const part = content[name];
  const inner = component(part, 'vertical');
  if (part.type === 'box' && name !== 'hero' && part.paddingAll === undefined)
    style(inner, paddingOf({ paddingAll: paddings[name], ...part }));
  const element = h('div', { class: `flex-block flex-${name}` }, inner);
  style(element, { 'background-color': colour(rules.backgroundColor) });
  if (rules.separator && hasAnotherAbove) style(element, { 'border-top': `1px solid ${colour(rules.separatorColor) || '#d4d6da'}` });
  return element;
}

/** @type {Record<string, (content: any, layout: string) => HTMLElement>} */
const COMPONENTS = {
  box,
  text,
  button,
  image,
  icon: flexIcon,
  span,
  separator: () => h('div', { class: 'flex-separator', role: 'presentation' }),
  filler: () => h('div', { class: 'flex-filler' }),
  spacer: () => h('div', { class: 'flex-spacer' }),
  video: (content) => video(content, component(content.altContent, 'vertical')),
};

/** A component as a child of a box with `layout`. @param {any} content @param {string} layout @param {string} [gap] of that box @returns {HTMLElement} */
function component(content, layout, gap = '') {
  const element = COMPONENTS[content.type]?.(content, layout) ?? h('div');
  const share = content.flex ?? defaultShare(content, layout);
  // A share of 0 takes the content's size; others divide what is left, whatever they hold.
  style(element, { flex: share === 0 ? 'none' : layout === 'vertical' ? `${share} 1 auto` : `${share} 1 0px` });
  style(
    element,
    layout === 'vertical'
      ? { 'margin-top': size(content.margin, GAPS) || gap }
      : { 'margin-inline-start': size(content.margin, GAPS) || gap },
  );
  if (content.type === 'separator' && colour(content.color)) style(element, { 'background-color': content.color });
  positioned(element, content);
  return content.type === 'button' ? element : withAction(element, content.action);
}

/** @param {any} content @param {string} layout */
function defaultShare(content, layout) {
  if (content.type === 'filler') return 1;
  if (layout === 'vertical' || ['separator', 'icon', 'spacer'].includes(content.type)) return 0;
  return content.width ? 0 : 1;
}

/** @param {HTMLElement} element @param {any} content */
function positioned(element, content) {
  if (content.position === 'absolute') element.classList.add('flex-absolute');
  style(element, {
    top: offset(content.offsetTop),
    bottom: offset(content.offsetBottom),
    'inset-inline-start': offset(content.offsetStart),
    'inset-inline-end': offset(content.offsetEnd),
  });
}

/** @param {any} content */
function box(content) {
  const gap = size(content.spacing, GAPS);
  let flowing = 0;
  const children = content.contents.map((/** @type {any} */ child) => {
    const isFlowing = child.position !== 'absolute';
    return component(child, content.layout, isFlowing && flowing++ > 0 ? gap : '');
  });
  const element = h('div', { class: `flex-box flex-${content.layout}` }, ...children);
  const border = size(content.borderWidth, BORDERS);
  style(element, {
    ...paddingOf(content),
    'background-color': colour(content.backgroundColor),
    'background-image': gradient(content.background),
    'border-radius': size(content.cornerRadius, GAPS),
    border: border && `${border} solid ${colour(content.borderColor) || 'transparent'}`,
    width: size(content.width, {}),
    'max-width': size(content.maxWidth, {}),
    height: size(content.height, {}),
    'max-height': size(content.maxHeight, {}),
    'justify-content': content.justifyContent,
    'align-items': content.alignItems,
  });
  if (content.cornerRadius) element.classList.add('flex-clipped');
  return element;
}

/** @param {any} content */
function paddingOf(content) {
  const all = size(content.paddingAll, GAPS);
  return {
    'padding-top': size(content.paddingTop, GAPS) || all,
    'padding-bottom': size(content.paddingBottom, GAPS) || all,
    'padding-inline-start': size(content.paddingStart, GAPS) || all,
    'padding-inline-end': size(content.paddingEnd, GAPS) || all,
  };
}

/**
 * Makes a component tappable. One that holds buttons of its own keeps them reachable: it gets a small button beside them
 * instead of becoming a button around buttons.
 * @param {HTMLElement} element @param {any} action
 */
function withAction(element, action) {
  if (!action) return element;
  const name = actionName({ label: action.label }, element.textContent ?? '') || actionName(action);
  element.classList.add('flex-tappable');
  element.addEventListener('click', (event) => {
    event.stopPropagation();
    perform(action);
  });
  if (element.querySelector('button, a, [role=button]')) {
    element.append(h('button', { type: 'button', class: 'flex-reach', text: name }));
    return element;
  }
  element.setAttribute('role', 'button');
  element.setAttribute('aria-label', name);
  element.tabIndex = 0;
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    element.click();
  });
  return element;
}
