// Whoever opens a form by a key goes on typing in it.

document.addEventListener("click", (event) => {
  const summary = event.target.closest?.(".move > summary");
  // Keys click without a pointer.
  if (!summary || event.detail !== 0) return;
  const form = summary.parentElement;
  setTimeout(() => {
    if (form.open) form.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
  });
});
