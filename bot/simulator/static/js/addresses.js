/** Opening a link: our own pages from this server, others after showing where they lead; and copying text. */

import { localAddress } from './api.js';
import { ask } from './dialogs.js';
import { h, toast } from './dom.js';
import { t } from './texts.js';

/** @param {string} address */
export async function openAddress(address) {
  const local = /^https?:/.test(address) ? localAddress(address) : null;
  if (local && window.open(local, '_blank')) return;
  const kind = address.startsWith('tel:') ? 'call' : address.startsWith('mailto:') ? 'mail' : 'open';
  const isApp = /^line:/.test(address);
  const target = kind === 'open' ? { target: '_blank', rel: 'noopener noreferrer' } : {};
  const link = h('a', { class: 'primary', href: local ?? address, text: t(`actions.${kind}`), ...target });
  await ask({
    heading: t(`actions.${kind}_heading`),
    body: [
      kind === 'open' ? h('p', { text: t(isApp ? 'actions.open_app_detail' : 'actions.open_detail') }) : null,
      h('p', { class: 'address', text: address.replace(/^(tel|mailto):/, '') }),
      isApp || !/^(https?|tel|mailto):/.test(address) ? null : h('p', { class: 'dialog-link' }, link),
    ],
  });
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('actions.copied'));
  } catch {
    // Browsers refuse the clipboard outside secure pages; then the text is shown, ready to be copied by hand.
    const area = h('textarea', { readonly: true, rows: 6, 'aria-label': t('actions.copy_heading'), value: text });
    const shown = ask({ heading: t('actions.copy_heading'), body: [area] });
    area.select();
    await shown;
  }
}
