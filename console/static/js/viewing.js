// Tells the counter that somebody is there, and colleagues that they look at this case or type in it: an element with
// data-viewing="ADDRESS". The server's beats set the pace, because browsers slow the clocks of pages that nobody sees.

const TYPING_TOLD_EVERY = 4000;
const TYPING_ENDS_AFTER = 6000;
const place = document.querySelector("[data-viewing]");
let told = 0;
let ending = null;

function form(state) {
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
  return new URLSearchParams({ csrf_token: token, state });
}

function post(address, body) {
  // Missing one does no harm: the next follows soon.
  fetch(address, { method: "POST", body, keepalive: true }).catch(() => {});
}

function tell(state) {
  post(place.dataset.viewing, form(state));
}

function isTyping() {
  return ending !== null;
}

document.addEventListener("live:beat", () => post(`${document.querySelector("[data-live-from]").dataset.liveFrom}/heartbeat`, form("here")));

if (place) {
  document.addEventListener("live:beat", () => tell(isTyping() ? "typing" : "looking"));
  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-typing]")) return;
    clearTimeout(ending);
    ending = setTimeout(() => { ending = null; told = 0; tell("looking"); }, TYPING_ENDS_AFTER);
    if (Date.now() - told < TYPING_TOLD_EVERY) return;
    told = Date.now();
    tell("typing");
  });
  window.addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.viewing, form("gone")));
}
