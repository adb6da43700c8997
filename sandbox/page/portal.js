// The portal: which one, in which language, who sits before it, its menu and bell.

import { byId, call, element, menu, options, replace, warn } from "./dom.js";
import { drawChats, openChat, unreadOf } from "./chats.js";
import { drawContactCenter } from "./contact-center.js";
import { drawDevelopers } from "./developers.js";
import { icon } from "./icons.js";
import { bbcode } from "./markup.js";
import { openApplication, reopen, showStart } from "./panel.js";
import { choose, onDraw, person, portal, portalPath, store } from "./store.js";
import { portalTexts } from "./texts.js";

const LANGUAGES = [["es", "Español"], ["la", "Español (Lat.)"], ["br", "Português (BR)"], ["en", "English"]];
const NEW = "+";
const VIEWS = { chats: drawChats, contacts: drawContactCenter, developer: drawDevelopers };
let view = "chats";
let rung = {};

export function startPortal() {
  startSwitch();
  byId("portal-language").addEventListener("change", async (event) => {
    await call("PUT", portalPath("settings"), { lang: event.target.value });
    reopen();
  });
  byId("person-choice").addEventListener("change", async (event) => {
    await choose({ user: Number(event.target.value), chat: 0 });
    reopen();
  });
  byId("bell").append(icon("bell"), element("span", { class: "badge", id: "bell-count" }));
  menu(byId("bell"), byId("bell-list"));
  byId("bell").addEventListener("click", () => {
    rung = { ...rung, [bellKey()]: Math.max(0, ...notices().map((one) => one.id)) };
    drawBell();
  });
  onDraw(draw);
}

function startSwitch() {
  const form = byId("new-portal");
  const close = () => { form.hidden = true; };
  byId("portal-choice").addEventListener("change", async (event) => {
    if (event.target.value === NEW) {
      form.hidden = false;
      form.elements.name.focus();
      event.target.value = store.choice.portal;
      return;
    }
    await goTo(event.target.value);
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) close(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = form.elements.name.value;
    await call("POST", "/sandbox/bitrix24/portals", { name, lang: portal()?.lang ?? "es" });
    form.reset();
    close();
    await goTo(name);
  });
}

async function goTo(name) {
  view = "chats";
  await choose({ portal: name, chat: 0, user: 1 });
  await reopen();
}

/** Show one of the portal's own pages: `chats`, `contacts`, `developer`. */
export function showView(name) {
  view = name;
  draw();
  byId("portal-view").querySelector("h2")?.focus();
}

/** The messenger with one chat, as `imOpenMessenger` asks for it. */
export function showChat(chatId) {
  if (!portal()?.chats.some((one) => one.id === chatId)) {
    warn(`chat${chatId}`);
    return;
  }
  view = "chats";
  openChat(chatId);
}

function draw() {
  const here = portal();
  if (!here) return;
  const now = portalTexts(here.lang);
  options(byId("portal-choice"), [...store.state.portals.map((one) => [one.name, `${one.name} · ${now.appStates[one.state]}`]), [NEW, now.newPortal]], here.name);
  options(byId("portal-language"), LANGUAGES.some(([code]) => code === here.lang) ? LANGUAGES : [...LANGUAGES, [here.lang, here.lang]], here.lang);
  options(byId("person-choice"), here.users.map((one) => [one.id, `${one.name} · ${one.admin ? now.administrator : now.operator}`]), person().id);
  drawBell();
  const target = byId("portal-view");
  if (target.dataset.view !== view) {
    target.dataset.view = view;
    target.replaceChildren();
  }
  VIEWS[view](target, here, now);
  // After the view, which marks what is looked at as read.
  drawMenu(here, now);
  showStart();
}

function drawMenu(here, now) {
  const unread = here.chats.reduce((sum, chat) => sum + unreadOf(chat), 0);
  const items = [["chats", "chats", now.chats, unread], ["contacts", "contacts", now.contactCenter, 0], ["developer", "developer", now.developers, 0]];
  const own = items.map(([name, drawing, label, count]) => element(
    "button",
    { type: "button", "data-key": name, "aria-current": view === name ? "page" : null, onclick: () => showView(name) },
    icon(drawing), element("span", {}, label),
    count > 0 ? element("span", { class: "badge", title: now.unread }, String(count)) : null,
  ));
  const application = here.state === "installed" ? element(
    "button", { type: "button", "data-key": "app", class: "app", onclick: () => openApplication() }, icon("app"), element("span", {}, here.application.title),
  ) : null;
  replace(byId("portal-menu"), [...own.slice(0, 2), application, own[2]]);
}

const bellKey = () => `${store.choice.portal} ${store.choice.user}`;
const notices = () => portal()?.notices.filter((one) => one.user_id === store.choice.user) ?? [];

function drawBell() {
  const now = portalTexts(portal().lang);
  const mine = notices();
  const fresh = mine.filter((one) => one.id > (rung[bellKey()] ?? 0)).length;
  byId("bell-count").textContent = fresh > 0 ? String(fresh) : "";
  byId("bell").setAttribute("aria-label", fresh > 0 ? `${now.bell}: ${fresh}` : now.bell);
  replace(byId("bell-list"), [
    element("strong", {}, now.bell),
    ...(mine.length === 0 ? [element("p", { class: "hint" }, now.noNotices)] : [...mine].reverse().map((one) => element("p", { class: "notice", "data-id": one.id }, ...bbcode(one.text)))),
  ]);
}
