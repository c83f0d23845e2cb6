/** Keeps the open chat up to date: reads the timeline, follows the stream, notices when the server is away. */

import * as api from './api.js';
import { changed, personOf, state } from './store.js';

const LONGEST_WAIT = 10000;

/** @type {EventSource|null} */
let stream = null;
let wait = 500;
let retryTimer = 0;
let loadingTimer = 0;
/** @type {Promise<void>|null} */
let reading = null;
let isStale = false;

/** @param {boolean} isOnline */
function setOnline(isOnline) {
  if (state.isOnline === isOnline) return;
  state.isOnline = isOnline;
  changed('connection');
}

/** Opens a chat and leaves the one before. @param {import('./store.js').Chat} chat */
export async function open(chat) {
  state.chat = chat;
  state.items = new Map();
  state.turns = new Map();
  state.pending = [];
  Object.assign(state, { cursor: 0, isLoading: false, richMenu: null, quickReply: null, quoted: null });
  state.unread.delete(chat.id);
  changed('chat', 'people', 'timeline', 'turns');
  follow();
  await refresh();
}

/** Reads people, groups and accounts of the chosen municipality. */
export async function loadPeople() {
  const found = await watch(api.people(state.municipality));
  state.people = found.people;
  state.groups = found.groups ?? [];
  state.account = found.channels.find((/** @type {any} */ channel) => channel.municipality === state.municipality) ?? state.account;
  changed('people');
}

/** Reads what is new. Calls while a reading runs lead to one more reading, not to many. */
export function refresh() {
  isStale = true;
  reading ??= readUntilFresh().finally(() => (reading = null));
  return reading;
}

async function readUntilFresh() {
  while (isStale && state.chat) {
    isStale = false;
    const chat = state.chat;
    try {
      const found = await watch(api.timeline(chat, state.cursor));
      if (chat === state.chat) take(found);
      else isStale = true;
    } catch (error) {
      if (!(error instanceof api.RequestError)) throw error;
      if (error.isOffline) retryLater();
      else if (chat === state.chat) await leave();
      return;
    }
  }
}

/** The platform forgot this chat, as it does when it starts anew. */
async function leave() {
  stream?.close();
  clearTimeout(retryTimer);
  state.chat = null;
  changed('chat', 'missing');
  await loadPeople().catch(() => {});
}

/** @param {any} found */
function take(found) {
  if (found.cursor < state.cursor) {
    // The platform started anew and counts from the beginning, so what is shown is of its former life.
    state.items = new Map();
    state.cursor = 0;
    isStale = true;
    return;
  }
  for (const item of found.items) state.items.set(item.seq, item);
  state.cursor = Math.max(state.cursor, found.cursor);
  state.isLoading = found.isLoading;
  state.richMenu = found.richMenu;
  state.quickReply = found.quickReply;
  state.quota = found.quota ?? null;
  state.readUpTo = found.readUpTo ?? null;
  clearTimeout(loadingTimer);
  // Nothing announces that a loading animation has run out, so it is asked for.
  if (state.isLoading) loadingTimer = window.setTimeout(refresh, 3000);
  changed('timeline');
}

/** Passes an answer on, and notes whether the server is there. @template T @param {Promise<T>} answer @returns {Promise<T>} */
export async function watch(answer) {
  try {
    const found = await answer;
    setOnline(true);
    return found;
  } catch (error) {
    if (error instanceof api.RequestError) setOnline(!error.isOffline);
    throw error;
  }
}

function follow() {
  stream?.close();
  clearTimeout(retryTimer);
  if (!state.chat) return;
  const mine = new EventSource(api.streamAddress(state.chat));
  stream = mine;
  mine.addEventListener('open', () => {
    wait = 500;
    setOnline(true);
    refresh();
  });
  mine.addEventListener('change', () => refresh());
  mine.addEventListener('error', () => {
    if (mine !== stream) return;
    mine.close();
    retryLater();
    // A stream ends without a reason; an ordinary request tells whether the server is away or the chat is.
    refresh();
  });
}

function retryLater() {
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(reconnect, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

/** Tries the server again at once. */
export async function reconnect() {
  clearTimeout(retryTimer);
  if (!state.people.length) await loadPeople().catch(() => retryLater());
  follow();
}

/** Asks for the person's friendship anew, after blocking or adding. @param {string} wanted `friend` or `blocked` */
export async function setFriendship(wanted) {
  if (!state.chat) return;
  await watch(api.setFriendship(state.chat, wanted));
  await loadPeople();
  await refresh();
}

/** @param {string} id */
export const exists = (id) => personOf(id) !== null || state.groups.some((group) => group.id === id);

window.addEventListener('online', reconnect);
