import { base64, call, element, markAttachment, redraw, replace, toEnd } from "./page.js";
import { texts } from "./texts.js";

const byId = (id) => document.getElementById(id);
let chosen = null;

const KIND_OF = { image: "image", audio: "audio", video: "video" };

export function startPhones() {
  byId("new-phone").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const number = form.elements.phone.value.replace(/\D/g, "");
    await call("PUT", `/sandbox/whatsapp/${number}`, form.elements.name.value ? { name: form.elements.name.value } : {});
    chosen = number;
    form.reset();
    await redraw();
    byId("phone-composer").elements.text.focus();
  });
  const composer = byId("phone-composer");
  markAttachment(composer);
  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { text, file, channel } = composer.elements;
    const body = { text: text.value || undefined, channel: channel.value || undefined };
    const attached = file.files[0];
    if (chosen === null || (!body.text && !attached)) return;
    if (attached) {
      body.kind = KIND_OF[attached.type.split("/")[0]] ?? "document";
      body.media = { content_type: attached.type || "application/octet-stream", filename: attached.name, base64: await base64(attached) };
    }
    await call("POST", `/sandbox/whatsapp/${chosen}/messages`, body);
    text.value = "";
    file.value = "";
    file.dispatchEvent(new Event("change"));
  });
}

export async function drawPhones(phones, apps) {
  const now = texts();
  if (chosen === null || !phones.some((phone) => phone.number === chosen)) chosen = phones[0]?.number ?? null;
  replaceTabs(byId("phones"), phones.map((phone) => ({
    key: phone.number, title: phone.name, small: `+${phone.number}`, selected: phone.number === chosen,
  })), (key) => { chosen = key; toEnd(byId("phone-talk")); redraw(); });
  const channel = byId("phone-composer").elements.channel;
  const before = channel.value;
  replace(channel, apps.map((app) => element("option", { value: app.phone }, `+${app.phone}`)));
  if (before && apps.some((app) => app.phone === before)) channel.value = before;
  channel.hidden = apps.length < 2;
  const phone = phones.find((one) => one.number === chosen);
  drawKnobs(phone);
  const talk = byId("phone-talk");
  if (phone === undefined) {
    replace(talk, [element("li", { class: "empty" }, now.noPhones)]);
    return;
  }
  const messages = await call("GET", `/sandbox/whatsapp/${phone.number}/messages`);
  replace(talk, messages.length === 0 ? [element("li", { class: "empty" }, now.noMessages)] : messages.map(bubble));
  for (const button of talk.querySelectorAll("[data-tap]")) {
    button.onclick = () => call("POST", `/sandbox/whatsapp/${phone.number}/messages`, JSON.parse(button.dataset.tap));
  }
}

export function replaceTabs(target, tabs, choose) {
  replace(target, tabs.map((tab) => element(
    "button",
    { type: "button", class: "tab", role: "tab", "aria-selected": String(tab.selected), "data-key": tab.key },
    element("span", {}, tab.title), element("small", {}, tab.small),
  )));
  for (const button of target.children) button.onclick = () => choose(button.dataset.key);
}

function drawKnobs(phone) {
  const now = texts();
  const target = byId("phone-knobs");
  if (phone === undefined) { replace(target, []); return; }
  const knob = (name, label) => element(
    "label", {}, element("input", { type: "checkbox", checked: phone[name], "data-key": name }), label,
  );
  replace(target, [
    knob("online", now.online), knob("auto_read", now.autoRead),
    phone.auto_read ? null : element("button", { type: "button", class: "quiet", "data-key": "read" }, now.read),
  ].filter(Boolean));
  for (const box of target.querySelectorAll("input")) {
    box.checked = phone[box.dataset.key];
    box.onchange = () => call("PUT", `/sandbox/whatsapp/${phone.number}`, { [box.dataset.key]: box.checked });
  }
  const read = target.querySelector("button");
  if (read) read.onclick = () => call("POST", `/sandbox/whatsapp/${phone.number}/read`);
}

export function ticks(state) {
  const signs = { waiting: "✓", sent: "✓", delivered: "✓✓", read: "✓✓" }[state];
  return signs ? element("span", { class: `ticks ${state}`, "aria-hidden": "true" }, signs) : null;
}

function bubble(message) {
  const now = texts();
  const mine = message.direction === "in";
  const failed = message.state === "failed";
  return element(
    "li", { class: `bubble ${mine ? "mine" : "theirs"}${failed ? " failed" : ""}` },
    message.kind in now.kinds ? element("span", { class: "kind" }, now.kinds[message.kind]) : null,
    picture(message), message.text, choices(message),
    element(
      "span", { class: "meta" },
      failed ? element("span", { class: "bad" }, `${now.states.failed} · ${message.failure?.code ?? ""} ${message.failure?.reason ?? ""}`) : now.states[message.state] ?? message.state,
      " ", new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), " ", ticks(message.state),
    ),
  );
}

function picture(message) {
  const url = message.media?.url;
  if (!url || !["image", "sticker"].includes(message.kind)) return null;
  const address = new URL(url, location.href);
  return address.host === location.host ? element("img", { src: address.pathname + address.search, alt: message.text }) : null;
}

function choices(message) {
  const content = message.content;
  if (!content) return null;
  const kind = message.kind === "list" ? "list_reply" : "button_reply";
  const options = message.kind === "list" ? content.items.flatMap((item) => item.options) : content.options;
  return element("div", { class: "choices" }, ...options.map((option) => element(
    "button",
    { type: "button", "data-tap": JSON.stringify({ kind, text: option.title, reply_to: message.ids.messageId }) },
    option.title,
  )));
}
