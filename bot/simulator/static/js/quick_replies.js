/** The row of suggested answers above the composer; it goes away with the first tap. */

import { perform } from './actions.js';
import { localAddress } from './api.js';
import { byId, h } from './dom.js';
import { on, state } from './store.js';
import { t } from './texts.js';
import { actionName } from './wording.js';

export function createQuickReplies() {
  const row = h('div', { class: 'quick-replies', role: 'group', 'aria-label': t('quick_replies.label'), hidden: true });
  let shown = '';
  on('timeline', () => {
    const items = state.quickReply?.items ?? [];
    const wanted = JSON.stringify([state.chat?.id, state.chat?.person, items]);
    if (wanted === shown) return;
    shown = wanted;
    row.hidden = !items.length;
    row.replaceChildren(...items.map((/** @type {any} */ item) => button(item, row)));
    row.scrollLeft = 0;
  });
  return row;
}

/** @param {any} item @param {HTMLElement} row */
function button({ action, imageUrl }, row) {
  const address = localAddress(imageUrl);
  const tap = async () => {
    const opensPicker = action.type === 'datetimepicker';
    // The button under the focus goes away, and the keyboard needs a place to go on from.
    if (!opensPicker && row.querySelector(':focus-visible')) byId('composer-text')?.focus();
    if (!opensPicker) row.hidden = true;
    await perform(action);
    // Where the tap failed or asked for something, the platform still holds the suggestions.
    row.hidden = !state.quickReply;
  };
  return h('button', { type: 'button', on: { click: tap } }, address && h('img', { src: address, alt: '' }), actionName(action));
}
