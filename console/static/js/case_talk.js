// Shows the end of the talk first, counts down what can be undone, and brings the reply box, or closes it, as the case comes and goes.

const SECOND = 1000;

function showEnd() {
  const talk = document.querySelector(".case-scroll");
  const isOlderPart = new URLSearchParams(location.search).has("before");
  if (talk && !isOlderPart) talk.scrollTop = talk.scrollHeight;
}

/** Each waiting message has its own end, told by the server in seconds, so that a clock that is wrong does no harm. */
const ends = new Map();

function count() {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const key = place.closest("[id]").id;
    if (!ends.has(key)) ends.set(key, Date.now() + Number(place.dataset.countdown) * SECOND);
    const left = Math.ceil((ends.get(key) - Date.now()) / SECOND);
    const words = left > 0 ? place.dataset.left.replace("{}", left) : place.dataset.over;
    if (place.textContent !== words) place.textContent = words;
    if (left <= 0) place.parentElement.querySelector("form")?.setAttribute("hidden", "");
  }
}

function bringBox() {
  const head = document.querySelector("#case-head");
  const box = document.querySelector("#case-reply[hx-get]");
  if (head?.dataset.mayReply === "yes" && box) window.htmx?.trigger(box, "case:mine");
}

showEnd();
count();
setInterval(count, SECOND / 4);
document.addEventListener("live:part", () => { count(); bringBox(); });
// What can no longer be seen can no longer be answered; the box says so and keeps the words.
document.addEventListener("live:gone", () => {
  const head = document.querySelector("#case-head");
  if (head) head.dataset.mayReply = "no";
});
document.addEventListener("htmx:after:swap", () => { count(); showEnd(); });
