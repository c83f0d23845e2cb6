// Shows how many characters a long field holds, beside how many it may.

const numbers = new Intl.NumberFormat("ja");

function count(field) {
  const counter = document.querySelector(`[data-counts="${field.id}"]`);
  if (!counter) return;
  const length = [...field.value].length;
  const limit = Number(field.dataset.limit);
  counter.dataset.words ??= counter.textContent;
  counter.textContent = `${numbers.format(length)} ／ ${counter.dataset.words}`;
  counter.toggleAttribute("data-over", length > limit);
}

function countAll() {
  for (const field of document.querySelectorAll("[data-limit]")) count(field);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-limit]")) count(event.target);
});
document.addEventListener("htmx:after:swap", countAll);
countAll();
