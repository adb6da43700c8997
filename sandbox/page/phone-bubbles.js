// One message on the phone, as WhatsApp shows it.

import { call, clockTime, element } from "./dom.js";
import { icon } from "./icons.js";
import { whatsapp } from "./markup.js";
import { answerTo } from "./phone-composer.js";
import { store } from "./store.js";
import { language, texts } from "./texts.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "🙏"];
const TICKS = { waiting: "✓", sent: "✓", delivered: "✓✓", read: "✓✓" };

export function bubble(message) {
  const bare = message.kind === "sticker" && message.file?.id;
  return element(
    "li",
    { class: `bubble ${message.mine ? "mine" : "theirs"}${message.state === "failed" ? " failed" : ""}${bare ? " bare" : ""}`, "data-id": message.id, "data-lang": language },
    message.quote && quote(message.quote),
    file(message), place(message), cards(message), heading(message),
    words(message),
    footer(message), meta(message), choices(message),
    message.reactions.length > 0 && element("span", { class: "reactions" }, message.reactions.join(" ")),
    message.mine ? null : tools(message),
  );
}

// A sandbox's text of a place is its coordinates and of a document its name, which stand on the card already.
function words(message) {
  const onCard = ["location", "contact"].includes(message.kind) || (message.kind === "document" && message.text === message.file?.name);
  return message.text && !onCard ? element("span", { class: "text" }, ...whatsapp(message.text)) : null;
}

function quote({ text, kind, mine }) {
  const now = texts();
  return element("blockquote", { class: mine ? "own" : "" }, element("strong", {}, mine ? now.you : now.company), text || now.kinds[kind] || "");
}

function file(message) {
  const now = texts();
  if (!message.file) return null;
  const label = message.text || now.kinds[message.kind] || "";
  if (!message.file.id) return element("span", { class: "placeholder" }, icon("document"), now.kinds[message.kind] ?? "");
  const src = `/sandbox/page/media/${encodeURIComponent(message.file.id)}`;
  switch (message.kind) {
    case "image":
    case "sticker":
      return element("a", { href: src, target: "_blank", rel: "noreferrer", class: "picture" }, element("img", { src, alt: label }));
    case "audio":
    case "voice":
      return element("audio", { src, controls: true, preload: "metadata", "aria-label": label });
    case "video":
      return element("video", { src, controls: true, preload: "metadata", "aria-label": label });
    default:
      return document_(message, src);
  }
}

function document_(message, src) {
  const name = message.file.name || texts().kinds.document;
  const kind = (message.file.name.split(".").pop() || message.file.mime.split("/").pop() || "").slice(0, 5).toUpperCase();
  return element("a", { href: src, target: "_blank", rel: "noreferrer", class: "document" }, icon("document"), element("span", {}, element("strong", {}, name), element("small", {}, kind)));
}

function place(message) {
  if (message.kind !== "location") return null;
  const { latitude, longitude, name, address } = message.more;
  return element(
    "span", { class: "map" }, element("span", { class: "map-ground", "aria-hidden": "true" }, icon("pin")),
    element("strong", {}, name || texts().kinds.location), element("small", {}, address || `${latitude}, ${longitude}`),
  );
}

function cards(message) {
  if (message.kind !== "contact") return null;
  return element("span", { class: "cards" }, ...message.more.cards.map((card) => element(
    "span", { class: "document" }, icon("person"), element("span", {}, element("strong", {}, card.name), element("small", {}, card.phones.join(", "))),
  )));
}

const heading = (message) => (message.more?.header ? element("strong", { class: "heading" }, message.more.header) : null);
const footer = (message) => (message.more?.footer ? element("small", { class: "footer" }, message.more.footer) : null);

function meta(message) {
  const now = texts();
  const failed = message.state === "failed";
  const told = failed ? `${now.states.failed} · ${message.failure?.code ?? ""} ${message.failure?.reason ?? ""}` : now.states[message.state] ?? message.state;
  return element(
    "span", { class: "meta" },
    failed ? element("span", { class: "bad" }, told) : null,
    element("time", {}, clockTime(message.at, language)),
    // What the company's message became is not seen on a real phone; here it is the point of the demo.
    !message.mine && !failed ? element("small", { class: "state" }, told) : null,
    TICKS[message.state] ? element("span", { class: `ticks ${message.state}`, title: told, "aria-label": told, role: "img" }, TICKS[message.state]) : null,
  );
}

function choices(message) {
  if (!message.more?.options) return null;
  const kind = message.kind === "list" ? "list_reply" : "button_reply";
  const buttons = message.more.options.map((title, at) => element(
    "button", { type: "button", class: "choice", "data-key": `${message.id} ${title}`, onclick: () => tap(message, kind, title) },
    title, message.more.details?.[at] ? element("small", {}, message.more.details[at]) : null,
  ));
  if (message.kind !== "list") return element("span", { class: "choices" }, ...buttons);
  return element("details", { class: "choices" }, element("summary", {}, icon("list"), message.more.opener || texts().chooseOption), ...buttons);
}

const write = (body) => call("POST", `/sandbox/whatsapp/${store.choice.phone}/messages`, { channel: store.choice.channel, ...body });
const tap = (message, kind, text) => write({ kind, text, reply_to: message.id });

function tools(message) {
  const now = texts();
  const faces = element("span", { hidden: true }, ...EMOJI.map((emoji) => element(
    "button", { type: "button", "aria-label": `${now.react} ${emoji}`, onclick: () => { faces.hidden = true; write({ kind: "reaction", emoji, reply_to: message.id }); } }, emoji,
  )));
  return element(
    "span", { class: "tools" },
    element("button", { type: "button", "aria-label": now.reply, title: now.reply, onclick: () => answerTo(message) }, icon("reply")),
    element("button", { type: "button", "aria-label": now.react, title: now.react, onclick: () => { faces.hidden = !faces.hidden; } }, icon("smile")),
    faces,
  );
}
