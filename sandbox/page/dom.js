// Making and refreshing elements; nothing here knows what is drawn.

export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Drawing only what differs keeps focus, players and the reading position where they are: children that
// carry a key are kept one by one.
export function replace(target, children) {
  const fresh = children.filter(Boolean);
  const atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 80;
  const kept = new Map();
  for (const child of target.children) kept.set(signature(child), [...(kept.get(signature(child)) ?? []), child]);
  const next = fresh.map((child) => kept.get(signature(child))?.shift() ?? child);
  const same = next.length === target.childNodes.length && next.every((child, at) => child === target.childNodes[at]);
  if (same) return;
  const held = target.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place(target, next);
  if (held && document.activeElement?.dataset?.key !== held) {
    target.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }
  if (atEnd && "follow" in target.dataset) toEnd(target);
}

// Moving a playing element stops it, so what stays in its order is not touched.
function place(target, next) {
  const wanted = new Set(next);
  for (const child of [...target.childNodes]) if (!wanted.has(child)) child.remove();
  next.forEach((child, at) => {
    if (target.childNodes[at] !== child) target.insertBefore(child, target.childNodes[at] ?? null);
  });
}

const drawn = new WeakMap();
function signature(child) {
  if (!drawn.has(child)) drawn.set(child, child.outerHTML);
  return drawn.get(child);
}

export function toEnd(target) {
  const jump = () => { target.scrollTop = target.scrollHeight; };
  jump();
  // Pictures arrive after the text and push the end away.
  for (const picture of target.querySelectorAll("img, video")) {
    picture.addEventListener(picture.tagName === "IMG" ? "load" : "loadedmetadata", jump, { once: true });
  }
}

// A select keeps its element, so that an open list stays open while the page lives.
export function options(select, rows, chosen) {
  replace(select, rows.map(([value, label]) => element("option", { value }, label)));
  if (select.value !== String(chosen)) select.value = String(chosen);
}

export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

let hiding;
export function warn(text, lasting = false) {
  const alert = byId("alert");
  alert.textContent = text;
  alert.hidden = false;
  clearTimeout(hiding);
  if (!lasting) hiding = setTimeout(() => { alert.hidden = true; }, 6000);
}

export async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const content = await answer.json();
  if (answer.ok) return content;
  warn(`${content.error} — ${content.what_to_do}`);
  throw new Refusal(content.error);
}

// The person has read why; nobody else needs to hear of it.
export class Refusal extends Error {}
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Refusal) event.preventDefault();
});

// A menu under a button: closes by Escape, by a click elsewhere, and after a choice.
export function menu(button, list) {
  const show = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button, input, select, a")?.focus();
  };
  show(false);
  button.addEventListener("click", () => show(list.hidden));
  addEventListener("pointerdown", (event) => {
    if (!list.hidden && !list.contains(event.target) && !button.contains(event.target)) show(false);
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    button.focus();
  });
  return { close: () => show(false) };
}

export const clockTime = (at, language) => new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

export function avatar(name) {
  const letters = name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => [...part][0]).join("").toUpperCase();
  const shade = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return element("span", { class: `avatar shade${shade}`, "aria-hidden": "true" }, letters || "?");
}
