/** A message in words: for notifications, screen readers and quotations. */

import { state } from './store.js';
import { list, t } from './texts.js';

/** The sentence that LINE shows in a notification: the altText where there is one. @param {any} message @param {string} name */
export function notificationOf(message, name) {
  if (!message) return t('chat.unsent_other', { name });
  if (message.altText) return message.altText;
  switch (message.type) {
    case 'text':
      return message.text;
    case 'textV2':
      return plainText(message);
    case 'image':
    case 'video':
    case 'audio':
    case 'file':
    case 'sticker':
    case 'location':
      return t(`messages.sent_${message.type}`, { name });
    default:
      return t('messages.unknown', { type: message.type });
  }
}

/** The same for a quotation, without a name. @param {any} message */
export function briefly(message) {
  if (!message) return t('chat.unsent_own');
  if (message.altText) return message.altText;
  if (message.type === 'text') return message.text;
  if (message.type === 'textV2') return plainText(message);
  if (message.type === 'sticker') return stickerWords(message);
  if (message.type === 'location') return message.title ?? t('messages.location');
  if (message.type === 'file') return message.fileName ?? t('messages.file');
  return ['image', 'video', 'audio'].includes(message.type) ? t(`messages.${message.type}`) : message.type;
}

/** A sticker's keywords; of stickers that are not in our list only the number is known. @param {any} message @returns {string[]} */
export function stickerKeywords(message) {
  const known = list('stickers').find(
    (/** @type {any} */ one) => one.package === String(message.packageId) && one.sticker === String(message.stickerId),
  );
  const words = message.keywords?.length ? message.keywords : known?.keywords;
  return words?.length ? words.slice(0, 3) : [t('messages.sticker_unknown', { package: message.packageId, sticker: message.stickerId })];
}

/** @param {any} message */
export const stickerWords = (message) => stickerKeywords(message).join('・');

/** The parts of a textV2: strings, and substitutions. @param {any} message @returns {(string|any)[]} */
export function partsOfTextV2(message) {
  return message.text.split(/(\{\{|\}\}|\{[0-9A-Za-z_]{1,20}\})/).map((/** @type {string} */ part) => {
    if (part === '{{' || part === '}}') return part[0];
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return (name && message.substitution?.[name]) || part;
  });
}

/** @param {any} substitution */
export function substitutionText(substitution) {
  if (substitution.type !== 'mention') return `(${t('messages.emoji')})`;
  const id = substitution.mentionee?.userId;
  return `@${id ? (state.people.find((person) => person.id === id)?.name ?? id.slice(0, 6)) : t('messages.everyone')}`;
}

/** @param {any} message */
const plainText = (message) =>
  partsOfTextV2(message)
    .map((part) => (typeof part === 'string' ? part : substitutionText(part)))
    .join('');

/** What a button is called to those who cannot see it. @param {any} action @param {string} [fallback] */
export function actionName(action, fallback = '') {
  return action?.label || action?.displayText || action?.text || action?.uri || action?.linkUri || fallback || action?.type || '';
}

/** The language a text is written in, as far as its letters tell. @param {string} text @param {string|null|undefined} language of its reader */
export function languageOf(text, language) {
  if (/[\u3041-\u30ff]/.test(text) || !language || language.startsWith('ja'))
    return /^[\x20-\x7e\s]*[A-Za-z]{3}[\x20-\x7e\s]*$/.test(text) ? 'en' : 'ja';
  return /\p{L}/u.test(text) ? language : 'ja';
}
