/** Dialogs: modal, closed by Esc, focus returns to where it was. */

import { byId, h, icon } from './dom.js';
import { t } from './texts.js';

/**
 * Shows a dialog; resolves to what `onSubmit` returned, or to null when it was closed.
 * @param {object} parts
 * @param {string} parts.heading
 * @param {(Node|string|null)[]} parts.body
 * @param {string} [parts.submit] label of the deciding button; none leaves only a closing one
 * @param {boolean} [parts.isDangerous]
 * @param {(form: HTMLFormElement) => any} [parts.onSubmit] returns undefined to keep the dialog open
 * @returns {Promise<any>}
 */
export function ask({ heading, body, submit, isDangerous = false, onSubmit = () => true }) {
  return new Promise((resolve) => {
    /** @type {any} */
    let result = null;
    const title = h('h2', { id: 'dialog-heading', text: heading });
    const close = h('button', {
      type: 'button',
      class: 'plain',
      text: submit ? t('actions.cancel') : t('actions.close'),
      on: { click: () => dialog.close() },
    });
    const decide = submit && h('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary', text: submit });
    const form = h('form', { novalidate: true }, title, ...body, h('div', { class: 'dialog-buttons' }, close, decide));
    const dialog = h('dialog', { 'aria-labelledby': 'dialog-heading' }, form);
    form.addEventListener('submit', async (/** @type {Event} */ event) => {
      event.preventDefault();
      const value = await onSubmit(form);
      if (value === undefined) return;
      result = value;
      dialog.close();
    });
    dialog.addEventListener('click', (/** @type {MouseEvent} */ event) => event.target === dialog && dialog.close());
    dialog.addEventListener('close', () => {
      // The toast may have moved in here while the dialog was open.
      document.body.append(...dialog.querySelectorAll('#toast'));
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A field with its label, and a place for what is wrong with it. @param {string} label @param {HTMLElement} control @param {string} [hint] */
export function field(label, control, hint = '') {
  const name = control.getAttribute('name');
  const error = h('span', { class: 'field-error', id: `error-${name}` });
  control.setAttribute('aria-describedby', `error-${name}`);
  return h(
    'label',
    { class: 'field' },
    h('span', { class: 'field-label', text: label }),
    hint && h('span', { class: 'field-hint', text: hint }),
    control,
    error,
  );
}

/** Says what is wrong beside the field and moves there. @param {HTMLFormElement} form @param {string} name @param {string} text */
export function complain(form, name, text) {
  const control = /** @type {HTMLElement} */ (form.elements.namedItem(name));
  const place = form.querySelector(`#error-${name}`);
  if (place) place.textContent = text;
  control.setAttribute('aria-invalid', 'true');
  control.focus();
}

/**
 * Opens a menu beside `anchor`; arrow keys move, Esc closes and gives the focus back.
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {{label: string, icon?: string, run: () => void, isChecked?: boolean}[]} entries
 */
export function openMenu(anchor, label, entries) {
  document.querySelector('.menu')?.remove();
  const items = entries.map((entry) =>
    h(
      'button',
      {
        type: 'button',
        role: entry.isChecked === undefined ? 'menuitem' : 'menuitemcheckbox',
        'aria-checked': entry.isChecked === undefined ? null : String(entry.isChecked),
        tabindex: '-1',
        on: {
          click: () => {
            close(true);
            entry.run();
          },
        },
      },
      entry.icon && icon(entry.icon),
      entry.label,
    ),
  );
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label }, ...items);

  /** @param {boolean} isFocusBack */
  function close(isFocusBack) {
    menu.remove();
    anchor.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', onPointer, true);
    if (isFocusBack) anchor.focus();
  }
  /** @param {Event} event */
  function onPointer(event) {
    if (!menu.contains(/** @type {Node} */ (event.target))) close(false);
  }
  menu.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const place = items.indexOf(/** @type {any} */ (document.activeElement));
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) items.at(/** @type {any} */ (steps)[event.key] % items.length).focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
  });
  document.addEventListener('pointerdown', onPointer, true);
  byId('main').append(menu);
  place(menu, anchor);
  anchor.setAttribute('aria-expanded', 'true');
  items[0]?.focus();
}

/** @param {HTMLElement} menu @param {HTMLElement} anchor */
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - size.width - 8));
  const below = box.bottom + 4;
  const top = below + size.height > innerHeight - 8 ? Math.max(8, box.top - size.height - 4) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
