// What somebody chose for this browser alone; without storage the choice lasts as long as the page.

const PREFIX = "madoguchi.";
const chosen = new Map();

export function setting(name, fallback) {
  try {
    return localStorage.getItem(PREFIX + name) ?? chosen.get(name) ?? fallback;
  } catch {
    return chosen.get(name) ?? fallback;
  }
}

export function choose(name, value) {
  chosen.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage may be forbidden; the map above holds it.
  }
}

document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
document.addEventListener("htmx:after:swap", () => {
  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
});
