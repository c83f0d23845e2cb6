/** One turn in the trace panel; nearly every field of a turn may be missing. */

import { copyText } from './addresses.js';
import { h, icon } from './dom.js';
import { t } from './texts.js';
import { secondsOf } from './times.js';

/** @param {any} turn @param {boolean} isOpen */
export function turnCard(turn, isOpen) {
  const summary = h(
    'summary',
    {},
    h('span', { class: 'turn-time', text: secondsOf(turn.at) }),
    h('span', { class: 'tag route', text: turn.route }),
    turn.status && h('span', { class: `tag ${turn.status.startsWith('error') ? 'bad' : ''}`, text: turn.status }),
    h('span', { class: 'turn-text', text: turn.text ?? '' }),
    isNumber(turn.milliseconds) && h('span', { class: 'turn-duration', text: duration(turn.milliseconds) }),
  );
  return h(
    'article',
    { class: 'turn', data: { turn: turn.id } },
    h(
      'details',
      { open: isOpen },
      summary,
      h(
        'dl',
        { class: 'facts' },
        ...fact('text', turn.text),
        ...fact('normalised', turn.normalised === turn.text ? null : turn.normalised),
        ...fact('tokens', turn.tokens?.length ? tokens(turn.tokens) : null),
        ...fact('mode', turn.mode),
        ...fact('decision', turn.decision),
        ...fact('confidence', isNumber(turn.confidence) ? meter(turn.confidence, 1, t('trace.confidence')) : null),
      ),
      section('hits', turn.hits, hits),
      section('steps', turn.steps, steps),
      section('messages', turn.messages, messages),
      h(
        'button',
        { type: 'button', class: 'plain', on: { click: () => copyText(JSON.stringify(turn, null, 2)) } },
        icon('copy'),
        t('trace.copy'),
      ),
    ),
  );
}

const isNumber = (/** @type {any} */ value) => typeof value === 'number';

/** @param {number} value */
const duration = (value) => t('trace.milliseconds', { value: value < 10 ? value.toFixed(1) : Math.round(value) });

/** @param {string} name @param {any} value */
function fact(name, value) {
  if (value === null || value === undefined || value === '') return [];
  return [h('dt', { text: t(`trace.${name}`) }), h('dd', {}, value)];
}

/** @param {string} name @param {any[]|null|undefined} rows @param {(rows: any[]) => HTMLElement} draw */
function section(name, rows, draw) {
  return rows?.length ? h('section', {}, h('h3', { text: t(`trace.${name}`) }), draw(rows)) : null;
}

/** @param {string[]} words */
const tokens = (words) => h('span', { class: 'tokens' }, ...words.map((word) => h('span', { class: 'token', text: word })));

/** A bar with its number. @param {number} value @param {number} most @param {string} label */
function meter(value, most, label) {
  return h(
    'span',
    { class: 'meter' },
    bar(value, most),
    h('span', { class: 'number', 'aria-label': label, role: 'text', text: value.toFixed(2) }),
  );
}

/** @param {number} value @param {number} most */
function bar(value, most) {
  const share = most > 0 ? Math.max(0, Math.min(1, value / most)) : 0;
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span', { style: { width: `${share * 100}%` } }));
}

/** @param {string[]} headings @param {HTMLElement[]} rows */
function table(headings, rows) {
  return h(
    'div',
    { class: 'table' },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...headings.map((heading) => h('th', { scope: 'col', text: t(`trace.${heading}`) })))),
      h('tbody', {}, ...rows),
    ),
  );
}

/** @param {any[]} rows */
function hits(rows) {
  const most = Math.max(...rows.map((row) => row.score ?? 0));
  return table(
    ['entry', 'score', 'parts'],
    rows.map((row) => {
      const parts = Object.entries(row.parts ?? {});
      const mostOfParts = Math.max(...parts.map(([, value]) => Math.abs(Number(value))), 0);
      return h(
        'tr',
        {},
        h('td', {}, h('code', { text: row.entry }), row.question && h('span', { class: 'question', text: row.question })),
        h('td', { class: 'score' }, h('span', { class: 'number', text: (row.score ?? 0).toFixed(2) }), bar(row.score ?? 0, most)),
        h(
          'td',
          {},
          h(
            'ul',
            { class: 'parts' },
            ...parts.map(([name, value]) =>
              h(
                'li',
                {},
                h('span', { text: name.replaceAll('_', '_\u200b') }),
                h('span', { class: 'number', text: Number(value).toFixed(2) }),
                bar(Math.abs(Number(value)), mostOfParts),
              ),
            ),
          ),
        ),
      );
    }),
  );
}

/** @param {any[]} rows */
function steps(rows) {
  const most = Math.max(...rows.map((row) => row.milliseconds));
  return h(
    'ul',
    { class: 'steps' },
    ...rows.map((row) =>
      h(
        'li',
        {},
        h('code', { text: row.name }),
        bar(row.milliseconds, most),
        h('span', { class: 'number', text: duration(row.milliseconds) }),
      ),
    ),
  );
}

/** @param {any[]} rows */
function messages(rows) {
  return table(
    ['state', 'via', 'cost'],
    rows.map((row) =>
      h(
        'tr',
        {},
        h(
          'td',
          {},
          h('span', { class: `tag ${['failed', 'unknown', 'undeliverable'].includes(row.state) ? 'bad' : ''}`, text: row.state }),
        ),
        h('td', { text: row.via ?? t('trace.none') }),
        h('td', {}, row.cost ? h('span', { class: 'push-mark', text: t('trace.cost_paid', { cost: row.cost }) }) : t('trace.cost_free')),
      ),
    ),
  );
}
