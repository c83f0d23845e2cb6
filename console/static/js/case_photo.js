// Shows a photo of the talk large, and larger; without scripts its link opens it alone.

const view = document.querySelector("#photo-view");
const part = (name) => view.querySelector(`[data-photo="${name}"]`);
const ground = view?.querySelector(".photo-ground");
let zoom = 1;
let opener = null;

function show(level) {
  zoom = Math.min(Math.max(level, 1), 3);
  ground.dataset.zoom = String(zoom);
  part("smaller").disabled = zoom === 1;
  part("larger").disabled = zoom === 3;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-photo-link]");
  if (link && view && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opener = link;
    part("image").src = link.href;
    part("image").alt = link.querySelector("img").alt;
    part("open").href = link.href;
    show(1);
    view.showModal();
    return;
  }
  const action = event.target.closest?.("[data-photo]")?.dataset.photo;
  if (action === "larger") show(zoom + 1);
  if (action === "smaller") show(zoom - 1);
  if (action === "close") view.close();
});
view?.addEventListener("close", () => opener?.focus());
