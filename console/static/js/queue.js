// The list of cases: counting down offers, picking several, telling of what is new.

import { choose, setting } from "./settings.js";

const ALARM = { frequency: 660, seconds: 0.35, loudness: 0.15 };

/** By the end of an offer: the moment by this browser's own count, whatever its clock says. */
const ends = new Map();

function countDown() {
  for (const part of document.querySelectorAll("[data-until]")) {
    const { until, seconds: left } = part.dataset;
    if (!ends.has(until)) ends.set(until, performance.now() + 1000 * Number(left));
    const seconds = Math.ceil((ends.get(until) - performance.now()) / 1000);
    part.textContent = seconds > 0 ? part.dataset.template.replace("{seconds}", seconds) : part.dataset.ended;
  }
}

function boxes() {
  return [...document.querySelectorAll('input[type=checkbox][form="bulk"]')];
}

function countPicked() {
  const count = boxes().filter((box) => box.checked).length;
  const shown = document.querySelector(".bulk-count");
  if (shown) shown.textContent = count ? shown.dataset.template.replace("{count}", count) : "";
  for (const button of document.querySelectorAll("#bulk button[name=action]")) button.disabled = count === 0;
  const all = document.querySelector("[data-pick-all]");
  if (all) [all.checked, all.indeterminate] = [count > 0 && count === boxes().length, count > 0 && count < boxes().length];
}

function waiting() {
  return Number(document.querySelector("[data-title-count]")?.dataset.titleCount ?? 0);
}

let known = waiting();

function tell() {
  const now = waiting();
  if (now > known) {
    if (setting("sound", "off") === "on") sound();
    if (setting("desktop", "off") === "on") notify();
  }
  known = now;
}

function sound() {
  const context = new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = ALARM.frequency;
  volume.gain.setValueAtTime(ALARM.loudness, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + ALARM.seconds);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + ALARM.seconds);
  tone.addEventListener("ended", () => context.close());
}

function notify() {
  const words = document.querySelector("[data-setting=desktop]")?.dataset;
  if (!words || !("Notification" in window) || Notification.permission !== "granted" || document.visibilityState === "visible") return;
  const shown = new Notification(words.title, { body: words.body, tag: "madoguchi" });
  shown.addEventListener("click", () => { window.focus(); shown.close(); });
}

async function change(box) {
  const problem = document.querySelector("[data-setting-problem]");
  problem.hidden = true;
  if (box.dataset.setting === "desktop" && box.checked) {
    const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
    if (answer !== "granted") {
      box.checked = false;
      problem.textContent = box.dataset.refused;
      problem.hidden = false;
    }
  }
  if (box.dataset.setting === "sound" && box.checked) sound();
  choose(box.dataset.setting, box.checked ? "on" : "off");
}

for (const box of document.querySelectorAll("[data-setting]")) {
  box.checked = setting(box.dataset.setting, box.defaultChecked ? "on" : "off") === "on";
  box.addEventListener("change", () => change(box));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches('[data-pick-all], input[form="bulk"]')) countPicked();
});
for (const name of ["htmx:after:swap", "live:part"]) {
  document.addEventListener(name, () => { countPicked(); countDown(); tell(); });
}
setInterval(countDown, 1000);
countPicked();
countDown();
document.querySelector("#bulk-result")?.focus();
