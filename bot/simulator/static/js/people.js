/** The list of residents and groups, and adding to it. */

import * as api from './api.js';
import { ask, complain, field } from './dialogs.js';
import { h, icon } from './dom.js';
import { initial } from './item.js';
import { loadPeople, watch } from './session.js';
import { on, state } from './store.js';
import { list, t } from './texts.js';

/** @param {HTMLElement} place @param {(id: string) => void} choose */
export function createPeople(place, choose) {
  const residents = h('ul', { class: 'people-list' });
  const groups = h('ul', { class: 'people-list' });
  const groupHeading = h('h3', { text: t('people.groups') });
  const empty = h('p', { class: 'empty', text: t('people.empty') });
  place.tabIndex = -1;
  place.append(
    h('h2', { text: t('people.heading') }),
    h('div', { class: 'people-scroll' }, h('h3', { text: t('people.residents') }), empty, residents, groupHeading, groups),
    h(
      'div',
      { class: 'people-buttons' },
      h('button', { type: 'button', on: { click: () => addPerson(choose) } }, icon('person'), t('people.add_person')),
      h('button', { type: 'button', on: { click: () => addGroup(choose) } }, icon('group'), t('people.add_group')),
    ),
  );
  on('people chat', () => {
    empty.hidden = state.people.length > 0;
    groupHeading.hidden = !state.groups.length;
    keepFocus(place, () => {
      residents.replaceChildren(...state.people.map((person) => entry(person, person.about, personMarks(person), choose)));
      groups.replaceChildren(
        ...state.groups.map((group) => entry(group, t('people.members', { count: group.members.length }), [], choose)),
      );
    });
  });
}

/** @param {any} one @param {string} detail @param {string[]} marks @param {(id: string) => void} choose */
function entry(one, detail, marks, choose) {
  const unread = state.unread.get(one.id);
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'person',
        'aria-current': state.chat?.id === one.id || isHolder(one) ? 'true' : null,
        data: { id: one.id },
        on: { click: () => choose(one.id) },
      },
      initial(one),
      h(
        'span',
        { class: 'person-text' },
        h('b', { text: one.name }),
        h('span', { text: detail ?? '' }),
        ...marks.map((mark) => h('i', { class: 'person-mark', text: mark })),
      ),
      unread && h('span', { class: 'unread', 'aria-label': t('people.unread', { count: unread }), role: 'img', text: String(unread) }),
    ),
  );
}

/** @param {any} one */
const isHolder = (one) => !state.chat?.isGroup && state.chat?.person === one.id;

/** In its own words. @param {string} code */
function languageName(code) {
  return code === 'easy' ? t('people.easy') : (list('languages').find((/** @type {any} */ one) => one.code === code)?.name ?? code);
}

/** @param {any} person */
function personMarks(person) {
  const language = person.language && person.language !== 'ja' ? [languageName(person.language)] : [];
  if (person.hasBlocked) return [...language, t('people.blocked')];
  return person.isFriend ? language : [...language, t('people.not_friend')];
}

/** Rebuilds a part and puts the focus back where it was. @param {HTMLElement} place @param {() => void} rebuild */
function keepFocus(place, rebuild) {
  const active = /** @type {HTMLElement|null} */ (document.activeElement);
  const id = active && place.contains(active) ? active.dataset.id : undefined;
  rebuild();
  if (id) /** @type {HTMLElement|null} */ (place.querySelector(`[data-id="${id}"]`))?.focus();
}

/** @param {(id: string) => void} choose */
async function addPerson(choose) {
  const language = h(
    'select',
    { name: 'language' },
    ...list('languages').map((/** @type {any} */ one) => h('option', { value: one.code, lang: one.code, text: one.name })),
  );
  const person = await ask({
    heading: t('new_person.heading'),
    body: [
      field(
        t('new_person.name'),
        h('input', { name: 'name', required: true, maxlength: 20, autocomplete: 'off' }),
        t('new_person.name_hint'),
      ),
      field(t('new_person.language'), language),
      field(t('new_person.about'), h('input', { name: 'about', maxlength: 60, autocomplete: 'off' })),
    ],
    submit: t('new_person.submit'),
    onSubmit: (form) => {
      const given = Object.fromEntries(new FormData(form));
      if (!String(given.name).trim()) return complain(form, 'name', t('new_person.name_needed'));
      return watch(api.addPerson({ municipality: state.municipality, ...given })).catch((error) => complain(form, 'name', error.message));
    },
  });
  if (!person) return;
  await loadPeople();
  choose(person.id);
}

/** @param {(id: string) => void} choose */
async function addGroup(choose) {
  const error = h('p', { class: 'field-error', role: 'alert' });
  const members = h(
    'fieldset',
    { class: 'members' },
    h('legend', { text: t('new_group.members') }),
    ...state.people.map((person) =>
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'members', value: person.id }), h('span', { text: person.name })),
    ),
  );
  const group = await ask({
    heading: t('new_group.heading'),
    body: [field(t('new_group.name'), h('input', { name: 'name', required: true, maxlength: 50, autocomplete: 'off' })), members, error],
    submit: t('new_group.submit'),
    onSubmit: (form) => {
      const given = new FormData(form);
      if (!String(given.get('name')).trim()) return complain(form, 'name', t('new_group.name_needed'));
      if (!given.getAll('members').length) return void (error.textContent = t('new_group.members_needed'));
      return watch(api.addGroup({ municipality: state.municipality, name: given.get('name'), members: given.getAll('members') })).catch(
        (problem) => void (error.textContent = problem.message),
      );
    },
  });
  if (!group) return;
  await loadPeople();
  choose(group.id);
}
