// The page of one application: a prepared reason goes into the text below it, where it can be changed.

document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-fills]");
  const field = choice && document.getElementById(choice.dataset.fills);
  if (!field || !choice.value) return;
  field.value = field.value.trim() ? `${field.value.trim()}\n${choice.value}` : choice.value;
  choice.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
