/** The trace panel: what the bot did in every turn of the open chat, newest first. */

import * as api from './api.js';
import { arrange, h, iconButton } from './dom.js';
import { showScreen } from './screens.js';
import { changed, on, state } from './store.js';
import { t } from './texts.js';
import { turnCard } from './trace_parts.js';

// A turn's messages go on changing their state after it was written, so the last ones are read again.
const REREAD = 3;
const READ_AFTER = [150, 1500, 6000];

/** @param {HTMLElement} place */
export function createTrace(place) {
  const list = h('div', { class: 'turns' });
  const empty = h('div', { class: 'empty' }, h('p', { text: t('trace.empty') }), h('p', { text: t('trace.empty_detail') }));
  const failed = h('p', { class: 'empty', text: t('trace.failed'), hidden: true });
  const violations = h('div', { class: 'violations' });
  place.append(
    h(
      'div',
      { class: 'trace-header' },
      iconButton('back', t('trace.back'), () => showScreen('chat'), { class: 'icon-button not-wide' }),
      h('h2', { text: t('trace.heading') }),
    ),
    h('div', { class: 'trace-scroll' }, violations, empty, failed, list),
  );

  /** @type {Map<number, {json: string, card: HTMLElement}>} */
  let cards = new Map();
  on('turns', () => {
    const turns = [...state.turns.values()].sort((one, other) => other.id - one.id);
    empty.hidden = turns.length > 0;
    const fresh = new Map();
    const wanted = turns.map((turn, position) => {
      const json = JSON.stringify(turn);
      const known = cards.get(turn.id);
      const isOpen = known ? known.card.querySelector('details')?.open : position === 0;
      const card = known?.json === json ? known.card : turnCard(turn, !!isOpen);
      fresh.set(turn.id, { json, card });
      return card;
    });
    // The newest turn opens by itself, and the one before it closes.
    if (turns.length && !cards.has(turns[0].id)) cards.forEach(({ card }) => card.querySelector('details')?.removeAttribute('open'));
    cards = fresh;
    arrange(list, wanted);
  });

  const read = async () => {
    const chat = state.chat;
    if (!chat) return;
    try {
      const after = [...state.turns.keys()].sort((one, other) => other - one)[REREAD] ?? 0;
      const [found, breaches] = await Promise.all([api.traces(chat, after), api.violations()]);
      if (chat !== state.chat) return;
      for (const turn of found.turns) state.turns.set(turn.id, turn);
      failed.hidden = true;
      showViolations(violations, Array.isArray(breaches) ? breaches : (breaches.violations ?? []));
      if (found.turns.length) changed('turns');
    } catch (error) {
      if (!(error instanceof api.RequestError)) throw error;
      failed.hidden = false;
    }
  };
  /** @type {number[]} */
  let timers = [];
  on('timeline', () => {
    timers.forEach(clearTimeout);
    timers = READ_AFTER.map((wait) => window.setTimeout(read, wait));
  });
}

/** @param {HTMLElement} place @param {any[]} breaches */
function showViolations(place, breaches) {
  if (place.dataset.count === String(breaches.length)) return;
  place.dataset.count = String(breaches.length);
  place.classList.toggle('has-violations', breaches.length > 0);
  if (!breaches.length) return place.replaceChildren(h('p', { text: t('trace.violations_none') }));
  const lines = breaches
    .slice(-20)
    .reverse()
    .map((breach) =>
      h(
        'li',
        {},
        h('b', { text: breach.rule }),
        h('span', { text: [breach.message, breach.property, breach.request?.path].filter(Boolean).join(' · ') }),
      ),
    );
  place.replaceChildren(h('details', {}, h('summary', { text: t('trace.violations', { count: breaches.length }) }), h('ul', {}, ...lines)));
}
