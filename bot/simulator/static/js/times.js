/** Times as a resident in Japan reads them. */

import { t } from './texts.js';

const ZONE = 'Asia/Tokyo';
const clock = new Intl.DateTimeFormat('ja-JP', { hour: 'numeric', minute: '2-digit', timeZone: ZONE });
const seconds = new Intl.DateTimeFormat('ja-JP', { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZone: ZONE });
const day = new Intl.DateTimeFormat('ja-JP', { month: 'numeric', day: 'numeric', weekday: 'short', timeZone: ZONE });
const dayWithYear = new Intl.DateTimeFormat('ja-JP', {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  timeZone: ZONE,
});
const key = new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: ZONE });

/** @param {number} at milliseconds */
export const clockOf = (at) => clock.format(at);

/** @param {number|string|Date} at */
export const secondsOf = (at) => seconds.format(new Date(at));

/** The date as 2026-04-01, to compare days. @param {number} at */
export const dayKey = (at) => key.format(at);

/** The date for a separator: 今日, 昨日, or the date. @param {number} at @param {number} [now] */
export function dayName(at, now = Date.now()) {
  if (dayKey(at) === dayKey(now)) return t('chat.today');
  if (dayKey(at) === dayKey(now - 86400000)) return t('chat.yesterday');
  return dayKey(at).slice(0, 4) === dayKey(now).slice(0, 4) ? day.format(at) : dayWithYear.format(at);
}
