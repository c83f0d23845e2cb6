/** What a tap does, and sending messages: the one way from a button of any kind to the device API. */

import { copyText, openAddress } from './addresses.js';
import * as api from './api.js';
import { ask } from './dialogs.js';
import { submit } from './outbox.js';
import { pickFiles, pickMoment, pickPlace } from './pickers.js';
import { refresh } from './session.js';
import { changed, state } from './store.js';
import { t } from './texts.js';
import { actionName } from './wording.js';

/** Set by the composer and the rich menu, which other actions may open. @type {Record<string, (text?: string) => void>} */
export const openers = { keyboard: () => {}, richMenu: () => {}, closeRichMenu: () => {} };

/** Does what LINE does for an action. @param {any} action */
export async function perform(action) {
  if (action.type === 'uri') return openUri(action);
  const params = action.type === 'datetimepicker' ? await pickMoment(action) : undefined;
  if (params === null) return;
  const answer = await tap(action, params);
  if (answer === null) return;
  if (action.inputOption === 'openRichMenu') openers.richMenu();
  if (action.inputOption === 'closeRichMenu') openers.closeRichMenu();
  if (answer.opened) openAddress(answer.opened);
  else await respond(answer);
}

/** @param {any} action @param {any} [params] */
function tap(action, params) {
  const said = action.type === 'message' ? action.text : (action.displayText ?? action.text);
  return submit({
    key: `tap ${JSON.stringify([action, params])}`,
    preview: said ? { type: 'text', text: said } : { type: 'tap', text: t('chat.tapped', { label: actionName(action) }) },
    run: () => api.act(/** @type {any} */ (state.chat), action, params),
  });
}

/** @param {any} action */
function openUri(action) {
  openAddress(action.uri);
  // The platform only takes note of it, so nobody needs to be told when that fails.
  api.act(/** @type {any} */ (state.chat), action, undefined).then(refresh, () => {});
}

/** Gives the phone what the tapped action asks for. @param {any} answer of the platform */
async function respond({ asks: asked, text }) {
  if (asked === 'clipboard') return copyText(text ?? '');
  if (asked === 'keyboard') return openers.keyboard(text ?? '');
  if (asked === 'location') {
    const place = await pickPlace();
    if (place) await sendPlace(place);
  }
  if (asked === 'camera' || asked === 'cameraRoll') {
    const capture = asked === 'camera' ? 'environment' : null;
    // A browser opens its file choice only right after a press, and the request before may have taken too long for that.
    await ask({
      heading: t('actions.camera_heading'),
      body: [],
      submit: t('actions.choose_file'),
      onSubmit: async () => sendFiles(await pickFiles('image/*', capture)),
    });
  }
}

/** @param {any} message @param {{file?: File|null, extra?: object}} [options] */
function send(message, { file = null, extra = {} } = {}) {
  // As on LINE, only a text or a sticker can answer a message.
  const quoted = ['text', 'sticker'].includes(message.type) ? state.quoted : null;
  if (quoted) {
    state.quoted = null;
    changed('quote');
  }
  const whole = { ...message, ...extra, ...(quoted ? { quoteItem: quoted.id } : {}) };
  return submit({
    key: `send ${JSON.stringify(whole)} ${file ? `${file.name} ${file.size}` : ''}`,
    preview: message,
    file,
    run: () => api.send(/** @type {any} */ (state.chat), whole, file),
  });
}

/** @param {string} text @param {boolean} mentionBot */
export const sendText = (text, mentionBot) => send({ type: 'text', text }, { extra: mentionBot ? { mentionBot } : {} });

/** @param {any} sticker of texts.json */
export const sendSticker = (sticker) =>
  send({ type: 'sticker', packageId: sticker.package, stickerId: sticker.sticker, keywords: sticker.keywords });

/** @param {any} place */
export const sendPlace = (place) => send({ type: 'location', ...place });

/** @param {File[]} files @param {boolean} [isFile] to send as file whatever it holds */
export async function sendFiles(files, isFile = false) {
  for (const file of files) {
    const kind = file.type.split('/')[0];
    const type = !isFile && ['image', 'video', 'audio'].includes(kind) ? kind : 'file';
    await send(type === 'file' ? { type, fileName: file.name, fileSize: file.size } : { type }, { file });
  }
  return true;
}
