// Ctrl+Enter sends what is typed; Enter alone never does, nor while Japanese is being converted.

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-draft]");
  if (!field || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (event.isComposing || event.keyCode === 229 || event.repeat) return;
  event.preventDefault();
  field.form.requestSubmit();
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "reply-file") return;
  const problem = document.querySelector("#reply-file-problem");
  const [file] = event.target.files;
  const isTooLarge = Boolean(file) && file.size > Number(event.target.dataset.most);
  problem.hidden = !isTooLarge;
  document.querySelector("#reply-file-refused")?.remove();
  event.target.setAttribute("aria-invalid", String(isTooLarge));
  if (isTooLarge) event.target.value = "";
});
