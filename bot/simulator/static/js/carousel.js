/** Cards side by side: scrolled by finger, wheel and keyboard, and by two buttons for those who cannot drag. */

import { arrange, h, iconButton } from './dom.js';
import { t } from './texts.js';

/** @param {HTMLElement[]} cards */
export function carousel(cards) {
  const rail = h('ul', { class: 'rail' }, ...cards.map((card) => h('li', {}, card)));
  const move = (/** @type {number} */ step) => () => {
    const width = cards[0].getBoundingClientRect().width + 8;
    rail.scrollBy({ left: step * width, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  };
  const back = iconButton('back', t('messages.previous'), move(-1));
  const forth = iconButton('right', t('messages.next'), move(1));
  const buttons = h('div', { class: 'rail-buttons' }, back, forth);
  const whole = h(
    'div',
    { class: 'carousel', role: 'group', 'aria-label': t('messages.carousel', { count: cards.length }) },
    rail,
    buttons,
  );
  const update = () => {
    const isScrollable = rail.scrollWidth > rail.clientWidth + 2;
    arrange(whole, isScrollable ? [rail, buttons] : [rail]);
    back.setAttribute('aria-disabled', String(rail.scrollLeft < 2));
    forth.setAttribute('aria-disabled', String(rail.scrollLeft + rail.clientWidth > rail.scrollWidth - 2));
    // A rail without a button inside could otherwise not be scrolled by keyboard.
    if (isScrollable && !rail.querySelector('button, a, [tabindex]')) rail.tabIndex = 0;
  };
  rail.addEventListener('scroll', update, { passive: true });
  new ResizeObserver(update).observe(rail);
  return whole;
}
