// A button that prints, where the browser can be told to.

const button = document.querySelector("#print");
button.hidden = false;
button.addEventListener("click", () => window.print());
