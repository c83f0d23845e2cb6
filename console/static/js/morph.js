// Makes one element look like another without losing what somebody is doing in it: focus, selection, typed text, opened details.

const FIELDS = "input, textarea, select";

/** Changes `old` into `fresh`, which must be of the same kind. Elements are found again by their id, or by their place. */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh) || old.hasAttribute("data-live-keep")) return;
  copyAttributes(old, fresh);
  if (old.matches(FIELDS)) copyField(old, fresh);
  else morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const kept = new Map();
  for (const child of old.children) if (child.id) kept.set(child.id, child);
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = counterpart(child, place, kept);
    if (!same) {
      old.insertBefore(child, place);
      if (child.nodeType === Node.ELEMENT_NODE) window.htmx?.process(child);
      continue;
    }
    if (same !== place && isHeld(same)) {
      // Whatever stands before it gives way, so that it need not move.
      while (place !== same) {
        const next = place.nextSibling;
        old.append(place);
        place = next;
      }
    }
    if (same === place) place = place.nextSibling;
    else move(old, same, place);
    if (same.nodeType === Node.ELEMENT_NODE) morph(same, child);
    else if (same.nodeValue !== child.nodeValue) same.nodeValue = child.nodeValue;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** Whether the focus or selected words are in it, which moving would take away. */
function isHeld(node) {
  const selection = getSelection();
  return node.contains(document.activeElement) || (!selection.isCollapsed && node.contains(selection.anchorNode));
}

function counterpart(child, place, kept) {
  if (child.nodeType !== Node.ELEMENT_NODE) return place?.nodeType === child.nodeType ? place : null;
  const same = child.id ? kept.get(child.id) : place;
  if (!same || same.nodeName !== child.nodeName || (same.id ?? "") !== child.id) return null;
  kept.delete(child.id);
  return same;
}

function move(parent, child, place) {
  // moveBefore keeps focus and scrolling where the browser has it.
  if (parent.moveBefore) parent.moveBefore(child, place);
  else parent.insertBefore(child, place);
}

function copyAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isOfTheReader(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !isOfTheReader(old, name)) old.setAttribute(name, value);
  }
}

/** What the person in front of the page has opened stays as they left it. */
function isOfTheReader(element, name) {
  return (name === "open" && element.matches("details, dialog")) || (element.matches("[aria-expanded]") && name === "aria-expanded");
}

/** A field that somebody is in, or has changed, keeps what it says. */
function copyField(old, fresh) {
  if (old === document.activeElement || isChanged(old)) return;
  if (old.matches("select")) {
    if (!old.isEqualNode(fresh)) old.replaceChildren(...fresh.childNodes);
  } else if (old.matches("textarea")) {
    old.defaultValue = fresh.defaultValue;
  } else if (old.type === "checkbox" || old.type === "radio") {
    old.checked = fresh.checked;
  } else if (old.type !== "file") {
    old.value = fresh.getAttribute("value") ?? "";
  }
}

export function isChanged(field) {
  if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findLastIndex((option) => option.defaultSelected));
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type !== "hidden" && field.value !== field.defaultValue;
}
