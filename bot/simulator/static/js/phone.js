/** The phone: header, talk, bars about friendship, quick replies, composer and rich menu. */

import { ask, openMenu } from './dialogs.js';
import { byId, h, iconButton, toast } from './dom.js';
import { createComposer } from './composer.js';
import { createQuickReplies } from './quick_replies.js';
import { createRichMenu } from './rich_menu.js';
import { showScreen } from './screens.js';
import { setFriendship } from './session.js';
import { chatName, groupOf, holder, itemsInOrder, on, state } from './store.js';
import { t } from './texts.js';
import { createTimeline } from './timeline.js';
import { notificationOf } from './wording.js';

/** @param {HTMLElement} place */
export function createPhone(place) {
  const nothing = h('p', { class: 'nothing', text: t('people.choose_short') });
  const menu = createRichMenu();
  const phone = h(
    'div',
    { class: 'phone' },
    createHeader(),
    createNotification(),
    createTimeline(),
    createFriendshipBar(),
    createQuickReplies(),
    createComposer(menu.button),
    menu.element,
  );
  place.append(nothing, phone);
  const update = () => {
    phone.hidden = !state.chat;
    nothing.hidden = !!state.chat;
  };
  on('chat', update);
  update();
}

function createHeader() {
  const name = h('h2', { class: 'chat-name' });
  const detail = h('span', { class: 'chat-detail' });
  const back = iconButton('back', t('people.to_list'), () => showScreen('people'), { class: 'icon-button only-narrow' });
  const notify = iconButton('bell', t('chat_menu.notification'), toggleNotification, {
    id: 'notification-toggle',
    'aria-pressed': 'false',
  });
  const trace = iconButton('trace', t('chat_menu.trace'), () => showScreen('trace'), { class: 'icon-button not-wide' });
  const more = iconButton('more', t('chat_menu.label'), () => openMenu(more, t('chat_menu.label'), profileEntries()), {
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
  });
  on('chat people', () => {
    name.replaceChildren(chatName(), ' ', h('span', { class: 'bot-mark', text: t('chat.bot') }));
    if (state.chat?.isGroup) name.replaceChildren(chatName(), ` (${groupOf(state.chat.id)?.members.length ?? 0})`);
    detail.textContent = [holder()?.name, state.chat?.isGroup ? '' : state.account.basicId].filter(Boolean).join(' → ');
  });
  return h('div', { class: 'phone-header' }, back, h('div', { class: 'phone-title' }, name, detail), notify, trace, more);
}

function profileEntries() {
  const person = holder();
  if (!person || state.chat?.isGroup) return [{ label: t('people.to_list'), run: () => showScreen('people') }];
  if (person.hasBlocked) return [{ label: t('chat_menu.unblock'), run: () => change('friend') }];
  return [
    ...(person.isFriend ? [] : [{ label: t('chat_menu.befriend'), run: () => change('friend') }]),
    { label: t('chat_menu.block'), run: block },
  ];
}

async function block() {
  const isSure = await ask({
    heading: t('chat_menu.block_question', { name: state.account.name }),
    body: [h('p', { text: t('chat_menu.block_detail') })],
    submit: t('chat_menu.block'),
    isDangerous: true,
  });
  if (isSure) await change('blocked');
}

/** @param {string} wanted */
const change = (wanted) =>
  setFriendship(wanted).catch((error) => toast(t('actions.failed', { detail: error.isOffline ? '' : error.message })));

function createFriendshipBar() {
  const bar = h('div', { class: 'friendship', hidden: true });
  on('chat people', () => {
    const person = holder();
    const isBlocked = !!person?.hasBlocked && !state.chat?.isGroup;
    const isStranger = !!person && !person.isFriend && !isBlocked && !state.chat?.isGroup;
    bar.hidden = !isBlocked && !isStranger;
    bar.replaceChildren(
      h('span', { text: t(isBlocked ? 'chat_menu.blocked_bar' : 'chat_menu.stranger_bar') }),
      h('button', {
        type: 'button',
        class: 'primary',
        text: t(isBlocked ? 'chat_menu.unblock' : 'chat_menu.befriend'),
        on: { click: () => change('friend') },
      }),
    );
  });
  return bar;
}

let isNotificationShown = false;

function toggleNotification() {
  isNotificationShown = !isNotificationShown;
  byId('notification-toggle').setAttribute('aria-pressed', String(isNotificationShown));
  updateNotification();
}

let updateNotification = () => {};

/** What the lock screen would show of the account's last message. */
function createNotification() {
  const text = h('p');
  const card = h(
    'div',
    { class: 'notification', role: 'status', hidden: true },
    h('small', { text: t('chat_menu.notification_now') }),
    h('b'),
    text,
  );
  updateNotification = () => {
    const last = itemsInOrder()
      .filter((item) => item.from === 'bot')
      .at(-1);
    const name = last?.sender?.name ?? state.account.name;
    card.hidden = !isNotificationShown;
    card.querySelector('b').textContent = name;
    text.textContent = last ? notificationOf(last.message, name) : t('chat_menu.notification_none');
  };
  on('timeline chat', () => isNotificationShown && updateNotification());
  return card;
}
