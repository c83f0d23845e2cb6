/** What the resident does, on its way to the server: shown at once, never sent twice, kept for another try when it fails. */

import { RequestError } from './api.js';
import { announce } from './dom.js';
import { refresh, watch } from './session.js';
import { changed, isOwn, itemsInOrder, state } from './store.js';
import { t } from './texts.js';

// A double click repeats within this time; a person who means it twice takes longer.
const PAUSE = 600;

/** @type {Set<string>} */
const busy = new Set();
let count = 0;

/**
 * Sends something, unless the very same thing is just being sent.
 * @param {object} errand
 * @param {string} errand.key what makes two errands the same
 * @param {any} errand.preview the message as the bubble that is shown meanwhile
 * @param {File|null} [errand.file] a photo to show in that bubble
 * @param {() => Promise<any>} errand.run
 * @returns {Promise<any>} the server's answer, or null when it was a repetition or failed
 */
export async function submit({ key, preview, file = null, run }) {
  const lock = `${state.chat?.id} ${key}`;
  if (busy.has(lock) || !state.chat) return null;
  busy.add(lock);
  const pause = new Promise((resolve) => setTimeout(resolve, PAUSE));
  const pending = {
    key: `pending-${++count}`,
    isFailed: false,
    preview,
    file,
    at: Date.now(),
    again: () => {},
    discard: () => drop(pending),
  };
  pending.again = () => tryAgain(pending, run);
  state.pending.push(pending);
  changed('timeline');
  const sent = attempt(pending, run);
  Promise.allSettled([sent, pause]).then(() => busy.delete(lock));
  return sent;
}

/** @param {import('./store.js').Pending} pending @param {() => Promise<any>} run */
async function attempt(pending, run) {
  const chat = state.chat;
  try {
    const answer = await watch(run());
    if (chat === state.chat) await refresh();
    drop(pending);
    return answer;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    pending.isFailed = true;
    announce(`${t('chat.failed')}${error.isOffline ? '' : error.message}`, true);
    changed('timeline');
    return null;
  }
}

/** @param {import('./store.js').Pending} pending @param {() => Promise<any>} run */
async function tryAgain(pending, run) {
  if (!pending.isFailed) return;
  pending.isFailed = false;
  changed('timeline');
  await refresh();
  // The first try may have reached the server although its answer was lost.
  if (hasArrived(pending)) drop(pending);
  else await attempt(pending, run);
}

/** The platform may have put a mention before the text. @param {import('./store.js').Pending} pending */
function hasArrived(pending) {
  return itemsInOrder().some(
    (item) =>
      isOwn(item) &&
      item.at >= pending.at - 1000 &&
      item.message?.type === pending.preview.type &&
      (item.message.text ?? '').endsWith(pending.preview.text ?? ''),
  );
}

/** @param {import('./store.js').Pending} pending */
function drop(pending) {
  state.pending = state.pending.filter((other) => other !== pending);
  changed('timeline');
}
