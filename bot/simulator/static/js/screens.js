/** Which of people, talk and trace is shown where there is no room for all three. */

import { byId } from './dom.js';

const PLACES = { people: 'people', chat: 'talk', trace: 'trace' };

/** @param {'people'|'chat'|'trace'} screen @param {boolean} [isFromHistory] */
export function showScreen(screen, isFromHistory = false) {
  if (document.body.dataset.screen === screen) return;
  document.body.dataset.screen = screen;
  if (!isFromHistory) history.pushState({ screen }, '');
  // On a narrow page the other screens are gone, so the focus moves along.
  if (innerWidth < 720) /** @type {HTMLElement} */ (byId(PLACES[screen])).focus({ preventScroll: true });
}

window.addEventListener('popstate', (event) => {
  const isChatNamed = new URLSearchParams(location.search).has('person') || new URLSearchParams(location.search).has('group');
  showScreen(event.state?.screen ?? (isChatNamed ? 'chat' : 'people'), true);
});
