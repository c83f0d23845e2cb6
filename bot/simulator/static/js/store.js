/** What the page knows now, and who wants to hear of changes. Modules read `state`, change it, and say what changed. */

/**
 * @typedef {{municipality: string, id: string, person: string, isGroup: boolean}} Chat
 * @typedef {{key: string, isFailed: boolean, preview: any, file: File|null, at: number, again: () => void, discard: () => void}} Pending
 */

export const state = {
  municipality: '',
  account: { name: '', basicId: '' },
  /** @type {any[]} */ people: [],
  /** @type {any[]} */ groups: [],
  /** @type {Chat|null} */ chat: null,
  /** @type {Map<number, any>} */ items: new Map(),
  cursor: 0,
  isLoading: false,
  /** @type {number|null} the newest own message that the account has read, where the platform tells */ readUpTo: null,
  /** @type {any} */ richMenu: null,
  /** @type {any} */ quickReply: null,
  /** @type {any} */ quota: null,
  /** @type {Pending[]} */ pending: [],
  /** @type {any} */ quoted: null,
  isOnline: true,
  /** @type {Map<number, any>} */ turns: new Map(),
  /** @type {Map<string, number>} */ unread: new Map(),
};

/** @type {Map<string, Set<() => void>>} */
const listeners = new Map();

/** @param {string} topics separated by spaces @param {() => void} listener */
export function on(topics, listener) {
  for (const topic of topics.split(' ')) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic)?.add(listener);
  }
}

/** @param {...string} topics */
export function changed(...topics) {
  const heard = new Set(topics.flatMap((topic) => [...(listeners.get(topic) ?? [])]));
  heard.forEach((listener) => listener());
}

/** @param {string|null|undefined} id */
export const personOf = (id) => state.people.find((person) => person.id === id) ?? null;

/** The person who holds the phone. */
export const holder = () => personOf(state.chat?.person);

export const groupOf = (/** @type {string|undefined} */ id) => state.groups.find((group) => group.id === id) ?? null;

/** What the open chat is called for its person: the account, or the group. */
export function chatName() {
  return state.chat?.isGroup ? (groupOf(state.chat.id)?.name ?? '') : state.account.name;
}

/** Items in the order in which they happened. */
export const itemsInOrder = () => [...state.items.values()].sort((one, other) => one.seq - other.seq);

/** @param {any} item */
export const isOwn = (item) => item.from === 'resident' && item.person === state.chat?.person;
