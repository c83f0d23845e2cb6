/** The talk itself: lines in order, days between them, and staying at the newest one. */

import { announce, arrange, h, icon } from './dom.js';
import { dayLine, itemLine, pendingLine, senderName, typingLine } from './item.js';
import { chatName, isOwn, itemsInOrder, on, state } from './store.js';
import { t } from './texts.js';
import { dayKey } from './times.js';
import { notificationOf } from './wording.js';

const NEAR = 80;

/** Lines already built, by what they show. @type {Map<string, HTMLElement>} */
let lines = new Map();
let announcedUpTo = -1;
let pendingCount = 0;
/** @type {any} */
let shownChat = null;

export function createTimeline() {
  const list = h('ol', { class: 'lines' });
  const empty = h('p', { class: 'empty', text: t('chat.empty') });
  const scroller = h('div', { class: 'scroller', tabindex: '0', role: 'group' }, empty, list);
  const latest = h(
    'button',
    { type: 'button', class: 'to-latest', hidden: true, on: { click: () => scrollDown(scroller) } },
    icon('down'),
    t('chat.latest'),
  );

  const update = () => {
    const isOther = shownChat !== state.chat;
    if (isOther) {
      lines = new Map();
      shownChat = state.chat;
      announcedUpTo = -1;
    }
    const wasAtEnd = isOther || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    const count = list.children.length;
    const wanted = wantedLines();
    arrange(list, wanted);
    empty.hidden = wanted.length > 0 || !state.chat;
    const newest = itemsInOrder().at(-1);
    const hasSpoken = state.pending.length > pendingCount || (newest && isOwn(newest) && list.children.length > count);
    pendingCount = state.pending.length;
    if (wasAtEnd || hasSpoken) scrollDown(scroller);
    else if (list.children.length > count) latest.hidden = false;
    announceNew();
  };
  scroller.addEventListener(
    'scroll',
    () => {
      if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR) latest.hidden = true;
    },
    { passive: true },
  );
  // Pictures, quick replies and the rich menu change the room while the newest line should stay in sight.
  let isAtEnd = true;
  scroller.addEventListener('scroll', () => (isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR), {
    passive: true,
  });
  const stay = new ResizeObserver(() => isAtEnd && scrollDown(scroller));
  stay.observe(scroller);
  stay.observe(list);

  on('chat people', () => scroller.setAttribute('aria-label', t('chat.log', { name: chatName() })));
  on('timeline people', update);
  return h('div', { class: 'timeline' }, scroller, latest);
}

/** @param {HTMLElement} scroller */
function scrollDown(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
}

function wantedLines() {
  const items = itemsInOrder();
  const readUpTo = state.readUpTo ?? items.filter((item) => item.from === 'bot').at(-1)?.seq ?? -1;
  /** @type {HTMLElement[]} */
  const wanted = [];
  const fresh = new Map();
  /** @param {string} key @param {() => HTMLElement} build */
  const put = (key, build) => {
    const line = lines.get(key) ?? build();
    fresh.set(key, line);
    wanted.push(line);
  };
  items.forEach((item, place) => {
    const before = items[place - 1];
    const isNewDay = !before || dayKey(before.at) !== dayKey(item.at);
    if (isNewDay) put(`day ${dayKey(item.at)} ${item.seq}`, () => dayLine(item.at));
    const isFirst = isNewDay || before.from !== item.from || before.person !== item.person || before.sender?.name !== item.sender?.name;
    const isRead = isOwn(item) && item.seq <= readUpTo;
    const names = `${senderName(item)}`;
    put(JSON.stringify([item, isFirst, isRead, names]), () => itemLine(item, { isFirst, isRead }));
  });
  for (const pending of state.pending) {
    if (pending.preview.type !== 'tap' || pending.isFailed) put(`${pending.key} ${pending.isFailed}`, () => pendingLine(pending));
  }
  if (state.isLoading) put('typing', typingLine);
  lines = fresh;
  return wanted;
}

/** Reads new messages of others out, as their notification would. */
function announceNew() {
  const items = itemsInOrder();
  const newest = items.at(-1)?.seq ?? -1;
  if (announcedUpTo >= 0) {
    for (const item of items) {
      if (item.seq > announcedUpTo && !isOwn(item))
        announce(item.from === 'system' ? item.text : `${senderName(item)}、${notificationOf(item.message, senderName(item))}`);
    }
  }
  if (state.chat && (items.length || state.cursor)) announcedUpTo = Math.max(newest, announcedUpTo, 0);
}
