// Asks before a page is left whose form holds something that was not published.

let isDirty = false;

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) isDirty = true;
});
document.addEventListener("submit", () => { isDirty = false; });
document.addEventListener("htmx:after:swap", () => {
  // With problems or a conflict the form came back with what was typed.
  if (document.querySelector(".entry > [role=alert]")) isDirty = true;
});
window.addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});
