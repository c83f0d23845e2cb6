/** What LINE asks the resident for on behalf of an action: a date or time, a photo, a place. */

import { ask, complain, field } from './dialogs.js';
import { h, toast } from './dom.js';
import { list, t } from './texts.js';

const INPUTS = { date: 'date', time: 'time', datetime: 'datetime-local' };
const LARGEST_FILE = 10 * 1024 * 1024;

/**
 * Asks for a date, a time or both, within the action's limits.
 * @param {any} action of type datetimepicker
 * @returns {Promise<Record<string, string>|null>} the postback's params
 */
export function pickMoment(action) {
  /** @type {'date'|'time'|'datetime'} */
  const mode = action.mode;
  const [initial, min, max] = [action.initial, action.min, action.max].map((value) => value?.replace('t', 'T'));
  const input = h('input', { type: INPUTS[mode], name: 'moment', required: true, min, max, value: initial ?? '' });
  return ask({
    heading: action.label || t(`actions.pick_${mode}`),
    body: [field(t(`actions.pick_${mode}`), input, rangeOf(min, max))],
    submit: t('actions.decide'),
    onSubmit: (form) => {
      if (!input.checkValidity()) return complain(form, 'moment', t('actions.out_of_range'));
      return { [mode]: input.value };
    },
  });
}

/** @param {string|undefined} min @param {string|undefined} max */
function rangeOf(min, max) {
  const [from, to] = [min, max].map((value) => value?.replaceAll('-', '/').replace('T', ' ') ?? '');
  if (from && to) return t('actions.range', { min: from, max: to });
  if (from) return t('actions.range_min', { min: from });
  return to ? t('actions.range_max', { max: to }) : '';
}

/** Lets the resident choose files; too large ones are told before they are sent. @param {string} accept @param {string|null} [capture] @returns {Promise<File[]>} */
export function pickFiles(accept, capture = null) {
  return new Promise((resolve) => {
    const input = h('input', { type: 'file', accept, capture, multiple: !capture, class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' });
    const finish = (/** @type {File[]} */ files) => {
      input.remove();
      const small = files.filter((file) => file.size <= LARGEST_FILE);
      if (small.length < files.length) toast(t('actions.too_big'));
      resolve(small);
    };
    input.addEventListener('change', () => finish([...input.files]));
    input.addEventListener('cancel', () => finish([]));
    document.body.append(input);
    input.click();
  });
}

/** The list of places and the fields for one's own; `choose` is called with a location message. @param {(place: any) => void} choose */
export function placeChoice(choose) {
  const places = list('places').map((/** @type {any} */ place) =>
    h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: 'place',
          on: { click: () => choose(place) },
        },
        h('b', { text: place.title }),
        h('span', { text: place.address }),
      ),
    ),
  );
  const [first] = list('places');
  const title = h('input', { name: 'title', value: '', autocomplete: 'off', maxlength: 100 });
  const number = (/** @type {string} */ name, /** @type {number} */ value, /** @type {number} */ limit) =>
    h('input', { name, type: 'number', step: 'any', min: -limit, max: limit, required: true, value: String(value) });
  const latitude = number('latitude', first.latitude, 90);
  const longitude = number('longitude', first.longitude, 180);
  const own = () =>
    latitude.checkValidity() && longitude.checkValidity()
      ? choose({ ...(title.value ? { title: title.value } : {}), latitude: Number(latitude.value), longitude: Number(longitude.value) })
      : toast(t('actions.out_of_range'));
  return [
    h('ul', { class: 'places' }, ...places),
    h(
      'details',
      { class: 'own-place' },
      h('summary', { text: t('composer.place_own') }),
      field(t('composer.place_title'), title),
      field(t('composer.latitude'), latitude),
      field(t('composer.longitude'), longitude),
      h('button', { type: 'button', class: 'plain', text: t('composer.place_send'), on: { click: own } }),
    ),
  ];
}

/** @returns {Promise<any>} a place, or null */
export async function pickPlace() {
  /** @type {any} */
  let chosen = null;
  await ask({
    heading: t('actions.place_heading'),
    body: placeChoice((place) => {
      chosen = place;
      /** @type {HTMLDialogElement|null} */ (document.querySelector('dialog[open]'))?.close();
    }),
  });
  return chosen;
}
