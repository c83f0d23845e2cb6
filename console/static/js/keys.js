// Single keys for those who work without a mouse. They can be switched off, and wait while something is typed or converted.
// A page names its own keys: data-key="r" on a button presses it, on a field moves there; data-key-name is its line in the list of keys.

import { setting } from "./settings.js";

const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]";
const WAIT_FOR_SECOND = 1200;
let first = { key: "", at: 0 };

function isTyping(event) {
  return event.isComposing || event.keyCode === 229 || event.target.closest?.(FIELDS) || document.querySelector("dialog[open]");
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next].querySelector("a[href]")?.focus();
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function pick() {
  const box = document.activeElement?.closest?.("[data-row]")?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find((found) => found.dataset.key === key && found.offsetParent !== null);
  if (!target) return false;
  if (target.matches(FIELDS)) target.focus();
  else target.click();
  return true;
}

function search() {
  const field = document.querySelector("#words");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function help() {
  const dialog = document.querySelector("#key-help");
  if (!dialog) return false;
  const list = dialog.querySelector("[data-own-keys]");
  const own = [...document.querySelectorAll("[data-key][data-key-name]")].filter((found) => found.offsetParent !== null);
  list.replaceChildren(...own.flatMap((found) => {
    const [term, words, key] = [document.createElement("dt"), document.createElement("dd"), document.createElement("kbd")];
    key.textContent = found.dataset.key;
    term.append(key);
    words.textContent = found.dataset.keyName;
    return [term, words];
  }));
  list.hidden = own.length === 0;
  dialog.showModal();
  return true;
}

function goTo(key) {
  const target = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  target?.click();
  return Boolean(target);
}

function act(key) {
  if (first.key === "g" && Date.now() - first.at < WAIT_FOR_SECOND) {
    first = { key: "", at: 0 };
    return goTo(key);
  }
  first = { key, at: Date.now() };
  switch (key) {
    case "j": return move(1);
    case "k": return move(-1);
    case "x": return pick();
    case "/": return search();
    case "?": return help();
    default: return press(key);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat && event.key !== "j" && event.key !== "k") return;
  if (setting("keys", "on") === "off" || isTyping(event)) return;
  if (act(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-opens-keys]")) help();
});
