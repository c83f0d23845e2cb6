// Tells colleagues that somebody looks at this case, or is typing in it. The page marks an element with data-viewing="ADDRESS".

const TYPING_TOLD_EVERY = 4000;
const TYPING_ENDS_AFTER = 6000;
const place = document.querySelector("[data-viewing]");
let told = 0;
let ending = null;

function form(state) {
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
  return new URLSearchParams({ csrf_token: token, state });
}

function tell(state) {
  // Missing one does no harm: the next follows soon.
  fetch(place.dataset.viewing, { method: "POST", body: form(state), keepalive: true }).catch(() => {});
}

function isTyping() {
  return ending !== null;
}

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
