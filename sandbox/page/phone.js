// The customer's telephone: which one, its switches, and the chat with one number of the company.

import { avatar, byId, call, element, menu, options, replace, toEnd } from "./dom.js";
import { icon } from "./icons.js";
import { bubble } from "./phone-bubbles.js";
import { startComposer } from "./phone-composer.js";
import { choose, onDraw, store } from "./store.js";
import { fill, texts } from "./texts.js";

const phonePath = (rest = "") => `/sandbox/whatsapp/${store.choice.phone}${rest}`;

export function startPhone() {
  byId("new-phone-button").append(icon("plus"));
  byId("phone-choice").addEventListener("change", (event) => another({ phone: event.target.value }));
  byId("channel-choice").addEventListener("change", (event) => another({ channel: event.target.value }));
  const list = menu(byId("new-phone-button"), byId("new-phone"));
  byId("new-phone").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const number = form.elements.phone.value.replace(/\D/g, "");
    const { name } = form.elements;
    await call("PUT", `/sandbox/whatsapp/${number}`, name.value.trim() ? { name: name.value.trim() } : {});
    form.reset();
    list.close();
    await another({ phone: number });
    byId("wa-composer").elements.text.focus();
  });
  const knob = (id, name) => byId(id).addEventListener("change", (event) => call("PUT", phonePath(), { [name]: event.target.checked }));
  knob("phone-online", "online");
  knob("phone-auto-read", "auto_read");
  byId("phone-read").addEventListener("click", () => call("POST", phonePath("/read")));
  startComposer();
  onDraw(draw);
}

async function another(changes) {
  await choose(changes);
  toEnd(byId("wa-talk"));
}

function draw({ phones, apps, conversation, now }) {
  const words = texts();
  const phone = phones.find((one) => one.number === store.choice.phone);
  const app = apps.find((one) => one.app_id === store.choice.channel);
  options(byId("phone-choice"), phones.map((one) => [one.number, `${one.name} · +${one.number}`]), store.choice.phone);
  options(byId("channel-choice"), apps.map((one) => [one.app_id, one.name]), store.choice.channel);
  byId("channel-choice").hidden = app === undefined;
  drawKnobs(phone);
  replace(byId("wa-avatar"), app === undefined ? [] : [avatar(app.name)]);
  byId("wa-number").textContent = app === undefined ? "" : `+${app.phone} · ${words.business}`;
  const usable = phone !== undefined && app !== undefined;
  for (const one of byId("wa-composer").elements) one.disabled = !usable;
  const messages = conversation?.messages ?? [];
  const empty = phone === undefined ? words.noPhones : app === undefined ? words.noApps : words.noPhoneMessages;
  replace(byId("wa-talk"), messages.length === 0 ? [element("li", { class: "empty" }, empty)] : [
    conversation.earlier > 0 && element("li", { class: "divider" }, fill(words.earlier, { count: conversation.earlier })),
    ...withDays(messages),
  ]);
  note(usable && !app.connected ? words.notConnectedYet : conversation?.window_until && conversation.window_until < now ? words.windowClosed : "");
}

function withDays(messages) {
  const language = document.documentElement.lang;
  let before = "";
  return messages.flatMap((message) => {
    const day = new Date(message.at).toLocaleDateString(language, { day: "numeric", month: "long" });
    const divider = day === before ? [] : [element("li", { class: "divider", "data-day": day }, day)];
    before = day;
    return [...divider, bubble(message)];
  });
}

function drawKnobs(phone) {
  for (const [id, name] of [["phone-online", "online"], ["phone-auto-read", "auto_read"]]) {
    byId(id).disabled = phone === undefined;
    byId(id).checked = phone?.[name] ?? false;
  }
  byId("phone-read").hidden = phone === undefined || phone.auto_read;
}

function note(text) {
  byId("wa-note").textContent = text;
  byId("wa-note").hidden = text === "";
}
