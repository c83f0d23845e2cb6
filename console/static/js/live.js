// Keeps an open page true: the server sends the parts that changed (console/live/), this puts them into their places.

import { isChanged, morph } from "./morph.js";

const LONGEST_REST = 5000;
const LOSS_SHOWN_AFTER = 2500;
const root = document.querySelector("[data-live-after]");

let source = null;
let followed = "";
let after = root?.dataset.liveAfter;
let rest = 500;
let again = null;
let loss = null;
let isEnded = false;
const title = document.title;

/** What the page shows, as a query. */
function following() {
  const query = new URLSearchParams();
  for (const part of document.querySelectorAll("[data-live]")) query.append("part", part.dataset.live);
  const topics = [...document.querySelectorAll("[data-live-topics]")].map((element) => element.dataset.liveTopics);
  query.set("topics", [...new Set(topics.join(" ").split(" "))].join(","));
  return query.toString();
}

function open() {
  close();
  followed = following();
  source = new EventSource(`${root.dataset.liveFrom}?${followed}&after=${after}`);
  source.addEventListener("hello", (event) => greet(JSON.parse(event.data)));
  source.addEventListener("part", (event) => show(JSON.parse(event.data)));
  source.addEventListener("change", (event) => {
    after = event.lastEventId;
    document.dispatchEvent(new CustomEvent("live:change", { detail: JSON.parse(event.data) }));
  });
  source.addEventListener("beat", (event) => {
    after = event.lastEventId;
    document.dispatchEvent(new CustomEvent("live:beat"));
  });
  source.addEventListener("gone", () => { close(); say("live-gone"); document.dispatchEvent(new CustomEvent("live:gone")); });
  source.addEventListener("ended", () => { close(); isEnded = true; say("live-ended"); });
  source.addEventListener("reload", () => {
    close();
    if ([...document.querySelectorAll("main :is(textarea, input, select)")].some(isChanged)) say("live-old");
    else location.reload();
  });
  source.addEventListener("error", () => {
    // An answer other than an event stream, such as that of a server that is just starting, ends it for good.
    if (source?.readyState === EventSource.CLOSED) openLater();
    loss ??= setTimeout(() => say("live-lost"), LOSS_SHOWN_AFTER);
  });
}

function close() {
  source?.close();
  source = null;
  clearTimeout(again);
}

function openLater() {
  close();
  again = setTimeout(open, rest * (0.5 + Math.random()));
  rest = Math.min(2 * rest, LONGEST_REST);
}

/** The first event of a connection. After a new login forms get the token of the new session; somebody else gets a page of their own. */
function greet({ token, staff_id }) {
  if (String(staff_id) !== root.dataset.liveStaff) {
    location.reload();
    return;
  }
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  rest = 500;
  isEnded = false;
  clearTimeout(loss);
  loss = null;
  if (document.querySelector("#connection")?.childElementCount) {
    say(null);
    announce(root.dataset.liveBack);
  }
  document.dispatchEvent(new CustomEvent("live:beat"));
}

function show({ part, html }) {
  const old = document.querySelector(`[data-live="${CSS.escape(part)}"]`);
  const found = document.createElement("template");
  found.innerHTML = html;
  const fresh = found.content.querySelector("[data-live]");
  if (!old || !fresh) return;
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
  for (const field of fresh.querySelectorAll("input[name=csrf_token]")) field.setAttribute("value", token);
  const known = new Set([...old.querySelectorAll("[data-announce]")].map((element) => element.id));
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = [...old.querySelectorAll("[data-follow]"), ...(old.matches("[data-follow]") ? [old] : [])].filter(isAtEnd);
  morph(old, fresh);
  for (const element of scrolled) element.scrollTop = element.scrollHeight;
  if (focused && !focused.isConnected) {
    old.tabIndex = -1;
    old.focus({ preventScroll: true });
  }
  const news = [...old.querySelectorAll("[data-announce]")].filter((element) => !known.has(element.id));
  if (news.length) announce(news.slice(-3).map((element) => element.dataset.announce).join(" "));
  count();
  document.dispatchEvent(new CustomEvent("live:part", { detail: { element: old, news } }));
}

function isAtEnd(element) {
  return element.scrollHeight - element.scrollTop - element.clientHeight < 40;
}

function announce(text) {
  const place = document.querySelector("#announcement");
  if (place) place.textContent = text;
}

/** One of the messages of page.html about the connection, or none. */
function say(name) {
  const place = document.querySelector("#connection");
  const message = name && document.getElementById(name);
  place?.replaceChildren(...(message ? [message.content.cloneNode(true)] : []));
}

function count() {
  const waiting = Number(document.querySelector("[data-title-count]")?.dataset.titleCount ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

/** Browsers open few connections to one server: of the pages that nobody sees only one stays connected. */
function listenWhereSeen() {
  let release = null;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      release?.();
      release = null;
      if (!source || isEnded) open();
    } else if (navigator.locks) {
      navigator.locks.request("madoguchi-live", { ifAvailable: true }, (lock) => {
        if (!lock) return close();
        return new Promise((resolve) => { release = resolve; });
      });
    }
  });
}

if (root && window.EventSource) {
  open();
  count();
  listenWhereSeen();
  window.addEventListener("offline", () => say("live-lost"));
  window.addEventListener("online", open);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  // A part that a form brought in may follow something else.
  document.addEventListener("htmx:after:swap", () => {
    count();
    if (source && followed !== following()) open();
  });
}
