/** Where the resident writes: text, the "+" panel with stickers and places, quotation, speaker and mention in groups. */

import { openers, sendFiles, sendPlace, sendSticker, sendText } from './actions.js';
import { h, icon, iconButton } from './dom.js';
import { senderName } from './item.js';
import { pickFiles, placeChoice } from './pickers.js';
import { changed, groupOf, holder, on, personOf, state } from './store.js';
import { list, t } from './texts.js';
import { briefly } from './wording.js';

const LONGEST_TEXT = 5000;

/** @param {HTMLElement} menuButton the rich menu's, which stands here too */
export function createComposer(menuButton) {
  const text = h('textarea', {
    id: 'composer-text',
    rows: 1,
    maxlength: LONGEST_TEXT,
    placeholder: t('composer.placeholder'),
    'aria-label': t('composer.label'),
    'aria-describedby': 'composer-hint',
    enterkeyhint: 'send',
    autocomplete: 'off',
  });
  const mention = h('input', { type: 'checkbox', id: 'mention' });
  const panel = h('div', { class: 'attachments', id: 'attachments', hidden: true });
  const more = iconButton('plus', t('composer.more'), () => show(panel.hidden), {
    'aria-expanded': 'false',
    'aria-controls': 'attachments',
  });
  const sendButton = iconButton('send', t('composer.send'), submitText, { class: 'icon-button send', disabled: true });

  /** @param {boolean} isWanted */
  function show(isWanted) {
    panel.hidden = !isWanted;
    more.setAttribute('aria-expanded', String(isWanted));
    if (isWanted) panel.replaceChildren(...choices(panel, () => show(false)));
    if (isWanted) openers.closeRichMenu();
  }
  function fit() {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight + 2, 132)}px`;
    sendButton.disabled = !text.value.trim();
  }
  function submitText() {
    const words = text.value.trim();
    if (!words) return;
    text.value = '';
    fit();
    sendText(words, !!state.chat?.isGroup && mention.checked);
    text.focus();
  }
  text.addEventListener('input', fit);
  text.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    // While an input method composes, Enter accepts a conversion; Safari tells it only by the key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) submitText();
  });
  openers.keyboard = (words = '') => {
    openers.closeRichMenu();
    text.value = words;
    fit();
    text.focus();
  };
  /** @type {Map<string, string>} */
  const drafts = new Map();
  let chatId = '';
  on('chat', () => {
    drafts.set(chatId, text.value);
    chatId = state.chat?.id ?? '';
    text.value = drafts.get(chatId) ?? '';
    fit();
    show(false);
  });
  const row = h('div', { class: 'composer-row' }, more, text, sendButton);
  const composer = h(
    'div',
    { class: 'composer' },
    createQuotation(),
    createGroupRow(mention),
    row,
    h('p', { class: 'unseen', id: 'composer-hint', text: t('composer.hint') }),
    panel,
  );
  on('chat people', () => {
    composer.hidden = !!holder()?.hasBlocked && !state.chat?.isGroup;
    menuButton.classList.toggle('inert', composer.hidden);
  });
  return composer;
}

/** What the "+" panel offers first. @param {HTMLElement} panel @param {() => void} close */
function choices(panel, close) {
  const choose = async (/** @type {string} */ accept, /** @type {boolean} */ isFile) => {
    const files = await pickFiles(accept);
    if (files.length) close();
    sendFiles(files, isFile);
  };
  const open = (/** @type {HTMLElement[]} */ content) => {
    panel.replaceChildren(
      h('button', {
        type: 'button',
        class: 'plain',
        text: t('composer.back'),
        on: { click: () => panel.replaceChildren(...choices(panel, close)) },
      }),
      ...content,
    );
    panel.querySelector('button')?.focus();
  };
  const entry = (/** @type {string} */ name, /** @type {() => void} */ run) =>
    h('button', { type: 'button', class: 'choice', on: { click: run } }, icon(name), h('span', { text: t(`composer.${name}`) }));
  return [
    h(
      'div',
      { class: 'choices' },
      entry('photo', () => choose('image/*,video/*,audio/*', false)),
      entry('sticker', () => open([stickers(close)])),
      entry('place', () =>
        open(
          placeChoice((place) => {
            close();
            sendPlace(place);
          }),
        ),
      ),
      entry('file', () => choose('', true)),
    ),
  ];
}

/** @param {() => void} close */
function stickers(close) {
  return h(
    'ul',
    { class: 'stickers' },
    ...list('stickers').map((/** @type {any} */ sticker) =>
      h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            on: {
              click: () => {
                close();
                sendSticker(sticker);
              },
            },
          },
          ...sticker.keywords.map((/** @type {string} */ word) => h('span', { text: `${word} ` })),
        ),
      ),
    ),
  );
}

function createQuotation() {
  const bar = h('div', { class: 'quoting', hidden: true });
  on('quote chat', () => {
    bar.hidden = !state.quoted;
    if (!state.quoted) return;
    const cancel = iconButton('close', t('chat.quote_cancel'), () => {
      state.quoted = null;
      changed('quote');
    });
    bar.replaceChildren(
      h(
        'span',
        {},
        h('b', { text: t('chat.quoting', { name: senderName(state.quoted) }) }),
        h('span', { text: briefly(state.quoted.message) }),
      ),
      cancel,
    );
  });
  return bar;
}

/** In a group: who speaks, and whether the account is named. @param {HTMLInputElement} mention */
function createGroupRow(mention) {
  const speaker = h('select', { 'aria-label': t('chat_menu.speaker') });
  const mentionText = h('span');
  const row = h('div', { class: 'group-row', hidden: true }, speaker, h('label', {}, mention, mentionText));
  speaker.addEventListener('change', () => {
    if (state.chat) state.chat.person = speaker.value;
    changed('people', 'timeline');
  });
  on('chat people', () => {
    const group = state.chat?.isGroup ? groupOf(state.chat.id) : null;
    row.hidden = !group;
    if (!group) return;
    mentionText.textContent = t('composer.mention', { name: state.account.name });
    speaker.replaceChildren(...group.members.map((/** @type {string} */ id) => h('option', { value: id, text: personOf(id)?.name ?? id })));
    speaker.value = state.chat?.person;
  });
  return row;
}
