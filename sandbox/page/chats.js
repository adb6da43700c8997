// The messenger's open-channel chats: a list, one conversation, and the operator's answer.

import { avatar, base64, byId, call, clockTime, element, replace, toEnd } from "./dom.js";
import { icon } from "./icons.js";
import { bbcode, plain } from "./markup.js";
import { openFrame } from "./panel.js";
import { choose, portalPath, redraw, store } from "./store.js";
import { fill, portalLanguage } from "./texts.js";

const KEPT = "whatsappb24-read";
let read = (() => { try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; } })();

const readKey = (chatId) => `${store.choice.portal} ${store.choice.user} ${chatId}`;

/** How many of the customer's messages this person has not looked at. */
export const unreadOf = (chat) => chat.client_ids.filter((id) => id > (read[readKey(chat.id)] ?? 0)).length;

function markRead(chat) {
  const last = chat.client_ids.at(-1) ?? 0;
  if ((read[readKey(chat.id)] ?? 0) >= last || document.hidden) return;
  read = { ...read, [readKey(chat.id)]: last };
  try { localStorage.setItem(KEPT, JSON.stringify(read)); } catch { /* private browsing */ }
}

export async function openChat(chatId) {
  await choose({ chat: chatId });
  const talk = byId("chat-talk");
  if (talk) toEnd(talk);
  byId("chat-composer")?.elements.text.focus();
}

export function drawChats(target, here, now) {
  const chat = store.state.chat;
  const shown = store.choice.chat ? "one" : "list";
  if (target.dataset.shown !== `${shown} ${here.lang}` || target.childElementCount === 0) {
    target.dataset.shown = `${shown} ${here.lang}`;
    target.replaceChildren(...(shown === "one" ? conversationFrame(now) : [
      element("h2", { tabindex: "-1" }, now.openChannels), element("ul", { class: "chat-list", id: "chat-list" }),
    ]));
  }
  if (shown === "list") drawList(here, now);
  else if (chat?.id === store.choice.chat) drawConversation(chat, here, now);
}

function drawList(here, now) {
  const rows = [...here.chats].sort((one, other) => (other.last?.at ?? 0) - (one.last?.at ?? 0));
  replace(byId("chat-list"), rows.length === 0 ? [element("li", { class: "empty" }, now.noChats)] : rows.map((chat) => {
    const count = unreadOf(chat);
    const last = chat.last;
    return element("li", {}, element(
      "button", { type: "button", class: "chat-row", "data-key": `chat${chat.id}`, onclick: () => openChat(chat.id) },
      avatar(chat.name),
      element("span", { class: "who" }, element("strong", {}, chat.name), element("small", {}, last ? `${last.author === "client" ? "" : "↩ "}${plain(last.text) || (last.files ? `📎 ${now.files}` : "")}` : "")),
      element("span", { class: "when" }, last ? element("time", {}, clockTime(last.at, portalLanguage(here.lang))) : null, count > 0 ? element("span", { class: "badge", title: now.unread }, String(count)) : null),
    ));
  }));
}

function conversationFrame(now) {
  const file = element("input", { class: "hidden", type: "file", name: "file", multiple: true, tabindex: "-1", "aria-label": now.attach, onchange: drawFiles });
  return [
    element("div", { class: "chat-head", id: "chat-head" }),
    element("ol", { class: "talk chat-talk", id: "chat-talk", "aria-live": "polite", tabindex: "0", "data-follow": true, "aria-label": now.chatTalk }),
    element("div", { class: "chip", id: "chat-chip", hidden: true }),
    element(
      "form", { class: "composer", id: "chat-composer", onsubmit: send },
      element("button", { type: "button", class: "round", "aria-label": now.attach, title: now.attach, onclick: () => file.click() }, icon("attach")),
      file,
      element("input", { name: "text", autocomplete: "off", "aria-label": now.writeOperator, placeholder: now.writeOperator }),
      element("span", { id: "chat-applications" }),
      element("button", { class: "round go", "aria-label": now.send, title: now.send }, icon("send")),
    ),
  ];
}

/** The buttons that applications put below an open channel's chat (`IM_TEXTAREA`, `context: LINES`). */
function drawApplications(here) {
  replace(byId("chat-applications"), here.in_chats.map(({ title }) => element(
    "button", { type: "button", class: "round", "data-key": title, "aria-label": title, title, onclick: () => openBeside(title) }, icon("app"),
  )));
}

const openBeside = (title) => openFrame({ placement: "IM_TEXTAREA", title, options: { dialogId: `chat${store.choice.chat}`, URI: "/online/" }, over: true });

function drawFiles() {
  const { file } = byId("chat-composer").elements;
  byId("chat-chip").hidden = file.files.length === 0;
  replace(byId("chat-chip"), file.files.length === 0 ? [] : [element(
    "span", {}, element("em", {}, [...file.files].map((one) => one.name).join(", ")),
    element("button", { type: "button", class: "round", "aria-label": "×", onclick: () => { file.value = ""; drawFiles(); } }, icon("close")),
  )]);
}

async function send(event) {
  event.preventDefault();
  const { text, file } = event.target.elements;
  if (!text.value.trim() && file.files.length === 0) return;
  const files = await Promise.all([...file.files].map(async (one) => ({ name: one.name, mime: one.type || "application/octet-stream", base64: await base64(one) })));
  await call("POST", `/sandbox/bitrix24/chats/${store.choice.chat}/messages`, { text: text.value.trim(), portal: store.choice.portal, user_id: store.choice.user, files });
  text.value = "";
  file.value = "";
  drawFiles();
  toEnd(byId("chat-talk"));
}

function drawConversation(chat, here, now) {
  markRead(chat);
  drawApplications(here);
  const crm = chat.crm.map((one) => `${one.type} ${one.id}`).join(" · ");
  replace(byId("chat-head"), [
    element("button", { type: "button", class: "round", "data-key": "back", "aria-label": now.backToChats, title: now.backToChats, onclick: () => choose({ chat: 0 }) }, icon("back")),
    avatar(chat.name),
    element("span", { class: "who" }, element("strong", {}, chat.name), element("small", {}, [chat.line, `chat${chat.id}`, crm].filter(Boolean).join(" · "))),
    chat.closed ? element("small", { class: "closed" }, now.finished) : element("button", { type: "button", class: "link", "data-key": "finish", onclick: finish }, now.finish),
  ]);
  replace(byId("chat-talk"), [
    chat.earlier > 0 && element("li", { class: "divider" }, fill(now.earlier, { count: chat.earlier })),
    ...chat.messages.map((message) => bubble(message, here, now)),
  ]);
}

async function finish() {
  await call("POST", portalPath(`chats/${store.choice.chat}/finish`));
  await redraw();
}

function bubble(message, here, now) {
  const side = message.hidden || message.author === "system" ? "system" : message.author === "client" ? "theirs" : "mine";
  const text = message.deleted ? [element("em", {}, now.deletedMessage)] : bbcode(message.text);
  return element(
    "li", { class: `bubble ${side}${message.refused ? " failed" : ""}`, "data-id": message.id, "data-lang": here.lang },
    side === "system" || !message.name ? null : element("strong", { class: "author" }, message.name),
    ...message.files.map((file) => attachment(file, here)),
    text.length > 0 ? element("span", { class: "text" }, ...text) : null,
    side === "system" ? null : element("span", { class: "meta" }, element("time", {}, clockTime(message.at, portalLanguage(here.lang))), side === "mine" ? mark(message, now) : null),
  );
}

function mark(message, now) {
  if (message.refused) return element("span", { class: "bad" }, now.refused);
  const [sign, label] = message.delivered ? ["✓✓", now.seen] : ["✓", now.sentMark];
  return element("span", { class: `ticks ${message.delivered ? "read" : "sent"}`, role: "img", "aria-label": label, title: label }, sign);
}

function attachment(file, here) {
  const src = `/sandbox/page/files/${encodeURIComponent(here.name)}/${file.id}`;
  switch (file.kind) {
    case "image": return element("a", { href: src, target: "_blank", rel: "noreferrer", class: "picture" }, element("img", { src, alt: file.name }));
    case "audio": return element("audio", { src, controls: true, preload: "metadata", "aria-label": file.name });
    case "video": return element("video", { src, controls: true, preload: "metadata", "aria-label": file.name });
    default: return element("a", { href: src, target: "_blank", rel: "noreferrer", class: "document" }, icon("document"), element("span", {}, element("strong", {}, file.name), element("small", {}, file.size)));
  }
}
