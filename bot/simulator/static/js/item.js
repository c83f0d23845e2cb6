/** One line of the talk: a bubble with its sender and time, or a line of the system. */

import { copyText } from './addresses.js';
import * as api from './api.js';
import { audioCard, fileCard, imageCard, imagemapCard, locationCard, stickerCard, videoCard } from './cards.js';
import { openMenu } from './dialogs.js';
import { byId, h, icon, style, toast } from './dom.js';
import { flexCard } from './flex.js';
import { refresh, watch } from './session.js';
import { changed, chatName, holder, isOwn, itemsInOrder, personOf, state } from './store.js';
import { templateCard } from './template.js';
import { textContent, textV2Content } from './text_message.js';
import { t } from './texts.js';
import { clockOf, dayName } from './times.js';
import { briefly, languageOf } from './wording.js';

/** @type {Record<string, (message: any, id: string, file: File|null) => HTMLElement>} */
const CARDS = {
  sticker: stickerCard,
  image: imageCard,
  video: videoCard,
  audio: audioCard,
  file: fileCard,
  location: locationCard,
  imagemap: imagemapCard,
  template: templateCard,
  flex: flexCard,
};

/** @param {any} item */
export function senderName(item) {
  if (isOwn(item)) return t('chat.own');
  if (item.from === 'resident') return personOf(item.person)?.name ?? '';
  return item.sender?.name ?? state.account.name;
}

/** @param {any} message @param {string} id @param {File|null} [file] a file that is still being sent */
function bubble(message, id, file = null) {
  const card = CARDS[message.type];
  if (card) return h('div', { class: `card card-${message.type}` }, quotation(message), card(message, id, file));
  const words =
    message.type === 'text' || message.type === 'tap'
      ? textContent(message)
      : message.type === 'textV2'
        ? textV2Content(message)
        : [message.type === 'coupon' ? t('messages.coupon', { id: message.couponId }) : t('messages.unknown', { type: message.type })];
  return h('div', { class: 'bubble', lang: languageOf(message.text ?? '', holder()?.language) }, quotation(message), ...words);
}

/** The message that this one answers. @param {any} message */
function quotation(message) {
  const isQuoted = (/** @type {any} */ item) =>
    message.quotedMessageId ? item.id === message.quotedMessageId : item.message?.quoteToken === message.quoteToken;
  const quoted = (message.quotedMessageId || (message.quoteToken && !message.id)) && itemsInOrder().find(isQuoted);
  return (
    quoted && h('blockquote', { class: 'quotation' }, h('b', { text: senderName(quoted) }), h('span', { text: briefly(quoted.message) }))
  );
}

/** @param {number} at */
export const dayLine = (at) => h('li', { class: 'day' }, h('span', { text: dayName(at) }));

/** @param {any} item @param {{isFirst: boolean, isRead: boolean}} shown whether it opens a run of one sender, and is read */
export function itemLine(item, { isFirst, isRead }) {
  if (item.from === 'system') return h('li', { class: 'system' }, h('span', { text: item.text ?? '' }));
  const own = isOwn(item);
  if (item.isUnsent || !item.message) {
    return h(
      'li',
      { class: 'system' },
      h('span', { text: own ? t('chat.unsent_own') : t('chat.unsent_other', { name: senderName(item) }) }),
    );
  }
  const meta = metaButton(item, isRead);
  const content = bubble(item.message, item.id);
  const line = h(
    'li',
    { class: `item ${own ? 'own' : 'other'} ${isFirst ? 'first' : ''}`, data: { seq: item.seq } },
    own ? null : avatar(item, isFirst),
    h(
      'div',
      { class: 'stack' },
      h('span', { class: isFirst && !own ? 'sender' : 'unseen', text: senderName(item) }),
      h('div', { class: `row row-${item.message.type}` }, content, meta),
    ),
  );
  content.addEventListener('contextmenu', (/** @type {Event} */ event) => {
    event.preventDefault();
    meta.click();
  });
  return line;
}

/** @param {any} item @param {boolean} isFirst */
function avatar(item, isFirst) {
  if (!isFirst) return h('span', { class: 'avatar empty', 'aria-hidden': 'true' });
  const address = api.localAddress(item.sender?.iconUrl);
  if (address) return h('img', { class: 'avatar', src: address, alt: '' });
  return item.from === 'bot'
    ? h('span', { class: 'avatar account', 'aria-hidden': 'true', text: senderName(item)[0] ?? '' })
    : initial(personOf(item.person));
}

/** A person as the first letter of the name on a colour of their own. @param {any} person */
export function initial(person) {
  const circle = h('span', { class: 'avatar', 'aria-hidden': 'true', text: [...(person?.name ?? '?')][0] });
  const hue = [...(person?.id ?? '')].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  style(circle, { '--hue': hue });
  return circle;
}

/** Read mark and time; at the same time the way to what can be done with the message. @param {any} item @param {boolean} isRead */
function metaButton(item, isRead) {
  const time = clockOf(item.at);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'meta',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': `${isRead ? `${t('chat.read')} ` : ''}${t('chat.operate', { time })}`,
      on: { click: () => openMenu(button, t('chat.operate', { time }), operations(item)) },
    },
    h('span', { class: 'meta-more' }, icon('more')),
    isRead && h('span', { text: t('chat.read') }),
    item.cost > 0 && h('span', { class: 'push-mark', text: t('chat.push_title', { cost: item.cost }) }),
    h('span', { text: time }),
  );
  return button;
}

/** @param {any} item */
function operations(item) {
  const reply = () => {
    state.quoted = item;
    changed('quote');
    byId('composer-text')?.focus();
  };
  const unsend = () =>
    watch(api.unsend(/** @type {any} */ (state.chat), item.id)).then(refresh, (error) =>
      toast(t('actions.failed', { detail: error.message })),
    );
  return [
    { label: t('item_menu.copy'), run: () => copyText(briefly(item.message)) },
    ...(item.message.quoteToken || isOwn(item) ? [{ label: t('item_menu.reply'), run: reply }] : []),
    ...(isOwn(item) ? [{ label: t('item_menu.unsend'), run: unsend }] : []),
  ];
}

/** @param {import('./store.js').Pending} pending */
export function pendingLine(pending) {
  return h(
    'li',
    { class: `item own pending ${pending.isFailed ? 'failed' : ''}` },
    h(
      'div',
      { class: 'stack' },
      h('span', { class: 'unseen', text: t('chat.own') }),
      h(
        'div',
        { class: 'row' },
        bubble(pending.preview, '', pending.file),
        pending.isFailed ? null : h('span', { class: 'meta still', text: t('chat.sending') }),
      ),
      pending.isFailed &&
        h(
          'div',
          { class: 'failure' },
          h('span', { text: t('chat.failed') }),
          h('button', { type: 'button', text: t('chat.resend'), on: { click: pending.again } }),
          h('button', { type: 'button', text: t('chat.discard'), on: { click: pending.discard } }),
        ),
    ),
  );
}

export const typingLine = () =>
  h(
    'li',
    { class: 'item other first typing' },
    h('span', { class: 'avatar account', 'aria-hidden': 'true', text: chatName()[0] ?? '' }),
    h('div', { class: 'bubble dots', role: 'img', 'aria-label': t('chat.typing', { name: state.account.name }) }, h('i'), h('i'), h('i')),
  );
