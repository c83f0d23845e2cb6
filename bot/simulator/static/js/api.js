/** The device API: what "the phone" can do, over HTTP. */

import { root } from './dom.js';

const DEVICE = `${root}/device`;

/** A request that failed; `isOffline` when no answer came at all, or when the server says that it is only starting. */
export class RequestError extends Error {
  /** @param {string} detail @param {number} status */
  constructor(detail, status) {
    super(detail);
    this.status = status;
    this.isOffline = status === 0 || status === 503;
  }
}

/** @param {string} address @param {RequestInit} [options] @returns {Promise<any>} */
async function request(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { ...options, signal: AbortSignal.timeout(15000) });
  } catch (error) {
    throw new RequestError(String(error), 0);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(body?.detail ?? body?.title ?? String(response.status), response.status);
  return body;
}

const get = (/** @type {string} */ path) => request(DEVICE + path);

/** @param {string} path @param {object} body */
function post(path, body) {
  return request(DEVICE + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

/** @param {{municipality: string, id: string}} chat */
const chatPath = (chat) => `/chats/${encodeURIComponent(chat.municipality)}/${encodeURIComponent(chat.id)}`;

/** @param {string} municipality */
export const people = (municipality) => get(`/people?municipality=${encodeURIComponent(municipality)}`);
export const addPerson = (/** @type {object} */ person) => post('/people', person);
export const addGroup = (/** @type {object} */ group) => post('/groups', group);
export const violations = () => get('/violations');

/** @param {any} chat @param {number} after */
export const timeline = (chat, after) => get(`${chatPath(chat)}/timeline?after=${after}&person=${encodeURIComponent(chat.person)}`);
export const streamAddress = (/** @type {any} */ chat) => `${DEVICE}${chatPath(chat)}/stream`;
export const act = (/** @type {any} */ chat, /** @type {any} */ action, /** @type {any} */ params) =>
  post(`${chatPath(chat)}/actions`, { person: chat.person, action, ...(params ? { params } : {}) });
export const unsend = (/** @type {any} */ chat, /** @type {string} */ messageId) =>
  post(`${chatPath(chat)}/unsend`, { person: chat.person, messageId });
export const setFriendship = (/** @type {any} */ chat, /** @type {string} */ state) =>
  post(`${chatPath(chat)}/friendship`, { person: chat.person, state });

/** Sends a message; with a file, as multipart. @param {any} chat @param {object} message @param {File|null} [file] */
export function send(chat, message, file = null) {
  const whole = { person: chat.person, ...message };
  if (!file) return post(`${chatPath(chat)}/messages`, whole);
  const form = new FormData();
  form.append('message', JSON.stringify(whole));
  form.append('file', file, file.name);
  return request(`${DEVICE}${chatPath(chat)}/messages`, { method: 'POST', body: form });
}

/** @param {string} messageId */
export const contentAddress = (messageId) => `${DEVICE}/content/${encodeURIComponent(messageId)}`;

/** @param {any} chat @param {number} after */
export function traces(chat, after) {
  const query = new URLSearchParams({ municipality: chat.municipality, person: chat.id, after: String(after) });
  return request(`${root}/traces?${query}`);
}

/**
 * The address on this server of something published under the municipality's public address, or null when it lies elsewhere.
 * @param {string|undefined} url
 */
export function localAddress(url) {
  if (!url) return null;
  let parsed;
  try {
    parsed = new URL(url, location.href);
  } catch {
    return null;
  }
  const isHere = parsed.origin === document.body.dataset.publicOrigin || parsed.origin === location.origin;
  return isHere ? parsed.pathname + parsed.search + parsed.hash : null;
}
