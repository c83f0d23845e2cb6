/** The rich menu under the composer: a picture with tappable areas, or the same as a list of words. */

import { openers, perform } from './actions.js';
import { areaButton, picture } from './cards.js';
import { h, icon, style } from './dom.js';
import { on, state } from './store.js';
import { t } from './texts.js';
import { actionName } from './wording.js';

export function createRichMenu() {
  let isOpen = false;
  let isText = false;
  let shown = '';
  const panel = h('div', { class: 'rich-menu', id: 'rich-menu', role: 'group', 'aria-label': t('rich_menu.label'), hidden: true });
  const label = h('span');
  const button = h(
    'button',
    { type: 'button', class: 'chat-bar', 'aria-controls': 'rich-menu', hidden: true, on: { click: () => open(!isOpen) } },
    label,
  );
  const element = h('div', { class: 'rich-menu-place' }, button, panel);

  const open = (/** @type {boolean} */ wanted) => {
    isOpen = wanted && !!state.richMenu;
    panel.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    button.replaceChildren(label, icon(isOpen ? 'down' : 'up'));
  };
  const draw = () => {
    const menu = state.richMenu;
    panel.replaceChildren(
      isText ? asText(menu) : asImage(menu),
      h('button', {
        type: 'button',
        class: 'plain menu-switch',
        text: t(isText ? 'rich_menu.as_image' : 'rich_menu.as_text'),
        on: {
          click: () => {
            isText = !isText;
            draw();
            panel.querySelector('.menu-switch').focus();
          },
        },
      }),
    );
  };
  on('timeline', () => {
    const menu = state.richMenu;
    const wanted = JSON.stringify([state.chat?.id, menu?.richMenuId]);
    button.hidden = !menu;
    if (wanted === shown) return;
    // A menu that replaces another (a switched tab) stays as open as the one before; a new chat starts as the menu says.
    const isSwitched = !!menu && shown.startsWith(JSON.stringify([state.chat?.id]).slice(0, -1)) && !shown.endsWith(',null]');
    shown = wanted;
    label.textContent = menu?.chatBarText ?? '';
    if (menu) draw();
    open(menu ? (isSwitched ? isOpen : !!menu.selected) : false);
  });
  openers.richMenu = () => open(true);
  openers.closeRichMenu = () => open(false);
  return { element, button };
}

/** @param {any} area @param {number} place */
const nameOf = (area, place) => actionName(area.action, t('rich_menu.area', { number: place + 1 }));

/** @param {any} menu */
function asImage(menu) {
  const { width, height } = menu.size;
  const frame = h(
    'div',
    { class: 'rich-menu-image' },
    picture(menu.image, menu.richMenuId, ''),
    ...menu.areas.map((/** @type {any} */ area, /** @type {number} */ place) =>
      areaButton(area.bounds, width, height, nameOf(area, place), () => perform(area.action)),
    ),
  );
  style(frame, { 'aspect-ratio': `${width} / ${height}` });
  return frame;
}

/** @param {any} menu */
function asText(menu) {
  return h(
    'ul',
    { class: 'rich-menu-text' },
    ...menu.areas.map((/** @type {any} */ area, /** @type {number} */ place) =>
      h('li', {}, h('button', { type: 'button', text: nameOf(area, place), on: { click: () => perform(area.action) } })),
    ),
  );
}
