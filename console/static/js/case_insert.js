// Puts published answers and prepared replies into the text, where the caret is. A / at the beginning of a word opens the prepared ones.

const picker = () => document.querySelector("#canned-picker");
// A dialog that closes gives the focus back, but not the caret.
let caret = null;

function insert(button) {
  const field = document.querySelector("#reply-text");
  if (!field) return;
  const [start, end] = caret ?? [field.selectionStart, field.selectionEnd];
  const before = field.value.slice(0, start);
  const words = (before && !before.endsWith("\n") && start === end ? "\n" : "") + button.dataset.insert;
  caret = null;
  picker()?.close();
  field.focus();
  field.setRangeText(words, start, end, "end");
  note("#reply-cited", button.dataset.cited);
  note("#reply-used", button.dataset.used);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What was inserted is told with the reply: sources for the check of its figures, prepared replies for their count. */
function note(place, id) {
  const list = document.querySelector(place);
  if (!id || !list) return;
  const known = list.value.split(" ").filter(Boolean);
  if (!known.includes(id)) list.value = [...known, id].join(" ");
}

function narrow() {
  const words = document.querySelector("#canned-words").value.normalize("NFKC").toLowerCase().trim();
  let found = 0;
  for (const row of picker().querySelectorAll("[data-words]")) {
    row.hidden = !row.dataset.words.normalize("NFKC").toLowerCase().includes(words);
    if (!row.hidden) found += 1;
  }
  picker().querySelector(".picker-none").hidden = found > 0;
}

function open(isSlash) {
  const field = document.querySelector("#reply-text");
  // The / that was typed is replaced by what is chosen.
  caret = [field.selectionStart - (isSlash ? 1 : 0), field.selectionEnd];
  document.querySelector("#canned-words").value = "";
  narrow();
  picker().showModal();
  document.querySelector("#canned-words").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-insert]");
  if (button) {
    event.preventDefault();
    insert(button);
  } else if (event.target.closest?.("#canned-open")) {
    open(false);
  }
});

document.addEventListener("close", (event) => {
  if (event.target.id !== "canned-picker" || !caret) return;
  document.querySelector("#reply-text")?.setSelectionRange(caret[1], caret[1]);
  caret = null;
}, true);

document.addEventListener("input", (event) => {
  if (event.target.id === "canned-words") narrow();
  if (event.target.id !== "reply-text" || event.isComposing || event.data !== "/" || !picker()) return;
  const before = event.target.value.slice(0, event.target.selectionStart - 1);
  if (before === "" || /\s$/.test(before)) open(true);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "canned-words" || event.isComposing || event.keyCode === 229) return;
  const rows = [...picker().querySelectorAll("[data-words]:not([hidden]) [data-insert]")];
  if (event.key === "Enter") {
    event.preventDefault();
    rows[0]?.click();
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    rows[0]?.focus();
  }
});
