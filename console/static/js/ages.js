// Times that go on counting while a page is open: how long somebody waits, how long until something is due.

const MINUTE = 60_000;
const main = document.querySelector("main[data-now]");
const words = JSON.parse(main?.dataset.durations ?? "{}");
/** The server's clock counts, whatever this computer's says. */
const ahead = main ? Date.parse(main.dataset.now) - Date.now() : 0;

function fill(key, values) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** As console/durations.py says it. */
function duration(milliseconds) {
  const all = Math.floor(milliseconds / MINUTE);
  const values = { minutes: all % 60, hours: Math.floor(all / 60), days: Math.floor(all / 1440) };
  if (all < 1) return fill("moment", values);
  if (all < 60) return fill("minutes", values);
  if (all < 2880) return fill(values.minutes && values.hours < 10 ? "hours_minutes" : "hours", values);
  return fill("days", values);
}

function count() {
  for (const part of document.querySelectorAll("[data-counts-to]")) {
    const left = Date.parse(part.dataset.countsTo) - Date.now() - ahead;
    const template = left <= 0 && part.dataset.passed ? part.dataset.passed : part.dataset.template;
    part.textContent = template.replace("{time}", duration(Math.abs(left)));
  }
}

if (main) setInterval(count, MINUTE / 2);
