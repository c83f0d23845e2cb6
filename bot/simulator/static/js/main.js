/** Starts the page: reads the people, opens the chat that the address names, and keeps the address true. */

import { RequestError, timeline } from './api.js';
import { byId, h, toast } from './dom.js';
import { createPeople } from './people.js';
import { createPhone } from './phone.js';
import { showScreen } from './screens.js';
import { exists, loadPeople, open, reconnect } from './session.js';
import { changed, groupOf, on, personOf, state } from './store.js';
import { t } from './texts.js';
import { createTrace } from './trace.js';

const UNREAD_EVERY = 10000;

/** @param {string} id of a person or a group */
async function choose(id) {
  const group = groupOf(id);
  // A person's chat with the account goes by the person's id.
  const opening =
    state.chat?.id === id ? null : open({ municipality: state.municipality, id, person: group?.members[0] ?? id, isGroup: !!group });
  const query = new URLSearchParams({ municipality: state.municipality, [group ? 'group' : 'person']: id });
  history.replaceState(history.state, '', `?${query}`);
  document.title = `${group?.name ?? personOf(id)?.name ?? ''} - ${t('page.title')}`;
  showScreen('chat');
  await opening;
}

function createConnectionBanner() {
  const banner = byId('connection');
  on('connection', () => {
    banner.hidden = state.isOnline;
    banner.replaceChildren(
      ...(state.isOnline
        ? []
        : [
            h('span', { text: t('connection.offline') }),
            h('button', { type: 'button', text: t('connection.retry'), on: { click: reconnect } }),
          ]),
    );
    if (state.isOnline) toast(t('connection.back'));
  });
  on('missing', () => {
    toast(t('connection.not_found'));
    // Where one screen is shown at a time, that of no chat at all would have no way out.
    showScreen('people');
  });
}

function createQuota() {
  const line = byId('quota');
  on('timeline', () => {
    line.hidden = !state.quota;
    if (state.quota)
      line.textContent = t(state.quota.limit ? 'page.quota' : 'page.quota_unlimited', {
        used: state.quota.used,
        limit: state.quota.limit ?? 0,
      });
  });
}

/** Counts what reached the people whose chats are not open. */
function watchOthers() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const look = async () => {
    for (const person of document.hidden || !state.isOnline ? [] : state.people) {
      const known = seen.get(person.id);
      const found = await timeline({ municipality: state.municipality, id: person.id, person: person.id }, known ?? 0).catch(() => null);
      if (!found) continue;
      seen.set(person.id, found.cursor);
      const fresh = found.items.filter((/** @type {any} */ item) => item.from === 'bot' && !item.isUnsent).length;
      if (known === undefined || !fresh || state.chat?.id === person.id) continue;
      state.unread.set(person.id, (state.unread.get(person.id) ?? 0) + fresh);
      changed('people');
    }
    setTimeout(look, UNREAD_EVERY);
  };
  look();
}

async function start() {
  const asked = new URLSearchParams(location.search);
  const select = byId('municipality');
  if ([...select.options].some((option) => option.value === asked.get('municipality'))) select.value = asked.get('municipality');
  state.municipality = select.value;
  select.addEventListener('change', () => location.assign(`?municipality=${encodeURIComponent(select.value)}`));
  createConnectionBanner();
  createQuota();
  createPeople(byId('people'), choose);
  createPhone(byId('talk'));
  createTrace(byId('trace'));
  for (const wait of [0, 1000, 3000, 10000]) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      await loadPeople();
      break;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
  }
  const wanted = asked.get('person') ?? asked.get('group');
  if (wanted && exists(wanted)) await choose(wanted);
  else if (wanted) toast(t('connection.not_found'));
  else if (innerWidth >= 720 && state.people.length) await choose(state.people[0].id);
  watchOthers();
}

await start();
