// Says so when a request of htmx did not reach the server.

document.addEventListener("htmx:error", () => {
  const alert = document.querySelector("#alert");
  const problem = document.querySelector("#network-problem");
  if (alert && problem) alert.replaceChildren(problem.content.cloneNode(true));
});
document.addEventListener("htmx:before:request", () => {
  document.querySelector("#alert")?.replaceChildren();
});
