// Keeps what is typed in this tab, too, until the server has it: after the session has ended, or the network, nothing is lost.

const page = document.querySelector("#case");
const key = (kind) => `madoguchi.draft.${kind}.${page.dataset.draftKey}`;

function remember(field) {
  try {
    if (field.value.trim()) sessionStorage.setItem(key(field.dataset.draft), field.value);
    else sessionStorage.removeItem(key(field.dataset.draft));
  } catch {
    // Storage may be forbidden or full; the server keeps the draft.
  }
}

function remembered(kind) {
  try {
    return sessionStorage.getItem(key(kind)) ?? "";
  } catch {
    return "";
  }
}

function forget(kind) {
  try {
    sessionStorage.removeItem(key(kind));
  } catch {
    // Nothing was kept.
  }
}

/** Sent in the moment before a reload, so that the page never heard that it was. */
function wasSaid(words) {
  const said = page.querySelectorAll(".said-pending .bubble-words, .said-staff .bubble-words");
  return [...said].some((bubble) => bubble.textContent.trim() === words.trim());
}

/** After a reload the field holds what the server knows, or what the browser restored; words that only this tab has come back. */
function restore() {
  for (const field of page.querySelectorAll("[data-draft]")) {
    const kept = remembered(field.dataset.draft);
    if (wasSaid(kept)) {
      forget(field.dataset.draft);
      continue;
    }
    if (!kept || kept === field.value || field.value.includes(kept.trim())) continue;
    field.value = kept;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const notice = document.querySelector("#draft-restored");
    if (notice && field.dataset.draft === "reply") notice.hidden = false;
  }
}

if (page) {
  restore();
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-draft]")) remember(event.target);
  });
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("[data-draft]")) remember(field);
  });
  // An answer that brings a new form says what is in it from now on: sent words are gone, refused ones stay.
  document.addEventListener("htmx:after:swap", () => {
    for (const field of page.querySelectorAll("[data-draft]")) {
      if (field.defaultValue.trim() === "" && field.value.trim() === "") forget(field.dataset.draft);
      else remember(field);
    }
  });
}
