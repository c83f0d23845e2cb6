/** The page's sentences, from texts.json. */

const response = await fetch(new URL('../texts.json', import.meta.url));
const texts = await response.json();

/**
 * The sentence at `path` with its {places} filled in.
 * @param {string} path for example `chat.read`
 * @param {Record<string, string|number>} [values]
 */
export function t(path, values = {}) {
  const sentence = list(path);
  return sentence.replace(/\{(\w+)\}/g, (/** @type {string} */ place, /** @type {string} */ name) => String(values[name] ?? place));
}

/** Data that is not a sentence: languages, stickers, places. @param {string} path @returns {any} */
export function list(path) {
  const found = path.split('.').reduce((part, name) => part?.[name], texts);
  if (found === undefined) throw new Error(`texts.json: '${path}' is missing`);
  return found;
}
