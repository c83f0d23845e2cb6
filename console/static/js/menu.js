// Opens and closes the rooms on narrow screens.

const button = document.querySelector(".menu-button");
const side = document.querySelector("#side");

function show(isOpen) {
  button.setAttribute("aria-expanded", String(isOpen));
  side.toggleAttribute("data-open", isOpen);
}

if (button && side) {
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
      show(false);
      button.focus();
    }
  });
}
