import { language, show, speak, texts } from "./texts.js";
import { drawPhones, startPhones } from "./phones.js";
import { drawChats, startChats } from "./chats.js";
import { drawFaults, startFaults } from "./faults.js";

const byId = (id) => document.getElementById(id);

export async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) {
    warn(`${content.error} — ${content.what_to_do}`);
    throw new Error(content.error);
  }
  return content;
}

let hiding;
export function warn(text) {
  byId("alert").textContent = text;
  byId("alert").hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { byId("alert").hidden = true; }, 6000);
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Redrawing only what differs keeps focus and the reading position where they are.
export function replace(target, children) {
  const fresh = element("div", {}, ...children);
  if (target.dataset.drawn === fresh.innerHTML) return;
  target.dataset.drawn = fresh.innerHTML;
  const held = target.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 60;
  target.replaceChildren(...fresh.childNodes);
  if (held) target.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  if (atEnd) toEnd(target);
}

export function toEnd(target) {
  target.scrollTop = target.scrollHeight;
  // Pictures arrive after the text and push the end away.
  for (const picture of target.querySelectorAll("img")) picture.onload = () => { target.scrollTop = target.scrollHeight; };
}

export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export function markAttachment(form) {
  const input = form.elements.file;
  const mark = () => {
    const label = input.closest(".attach");
    label.classList.toggle("filled", input.files.length > 0);
    label.title = input.files[0]?.name ?? "";
  };
  input.addEventListener("change", mark);
  form.addEventListener("reset", () => setTimeout(mark));
  form.querySelector(".attach").addEventListener("keydown", (event) => { if (event.key === "Enter") input.click(); });
}

function drawApps(apps) {
  const now = texts();
  replace(byId("apps"), apps.length === 0 ? [element("li", { class: "hint" }, now.noApps)] : apps.map((app) => element(
    "li", {},
    element("strong", {}, `+${app.phone}`), " ", app.name, " ",
    app.subscriptions.length > 0
      ? element("span", { class: "badge" }, now.connected)
      : element("span", { class: "badge off" }, now.notConnected),
    element("dl", {}, element("dt", {}, now.appId), element("dd", {}, app.app_id), element("dt", {}, now.key), element("dd", {}, app.key)),
  )));
}

function drawLog(id, rows, line) {
  byId(`${id}-count`).textContent = rows.length || "";
  byId(`${id}-count`).classList.toggle("some", id === "complaints" && rows.length > 0);
  const last = rows.slice(-8).reverse();
  replace(byId(id), last.length === 0 ? [element("li", { class: "hint" }, texts().nothing)] : last.map((row) => element("li", {}, ...line(row))));
}

async function draw() {
  const [apps, phones, chats, faults, notices, complaints] = await Promise.all([
    call("GET", "/sandbox/gupshup/apps"),
    call("GET", "/sandbox/whatsapp"),
    call("GET", "/sandbox/bitrix24/chats"),
    call("GET", "/sandbox/faults"),
    call("GET", "/sandbox/bitrix24/notifications"),
    call("GET", "/sandbox/complaints"),
  ]);
  drawApps(apps);
  await drawPhones(phones, apps);
  drawChats(chats);
  drawFaults(faults);
  drawLog("notices", notices, (one) => [one.text]);
  drawLog("complaints", complaints, (one) => [element("strong", {}, one.operation), " ", one.complaint]);
}

let drawing = Promise.resolve();
export function redraw() {
  drawing = drawing.then(draw, draw);
  return drawing;
}

function live(isLive) {
  byId("live").textContent = isLive ? texts().live : texts().stale;
  document.body.classList.toggle("stale", !isLive);
}

async function watch() {
  let last = 0;
  for (;;) {
    try {
      const news = await call("GET", `/sandbox/events?after=${last}`);
      if (news.last !== last) await redraw();
      last = news.last;
      live(true);
    } catch {
      live(false);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
}

byId("language").value = language;
byId("language").addEventListener("change", (event) => {
  speak(event.target.value);
  live(!document.body.classList.contains("stale"));
  redraw();
});
show();
startPhones();
startChats();
startFaults();
watch();
