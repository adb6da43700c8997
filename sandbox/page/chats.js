import { base64, call, element, markAttachment, redraw, replace, toEnd } from "./page.js";
import { replaceTabs, ticks } from "./phones.js";
import { texts } from "./texts.js";

const byId = (id) => document.getElementById(id);
let chosen = null;
let chats = [];

const keyOf = (chat) => `${chat.portal}/${chat.chat_id}`;

export function startChats() {
  const composer = byId("chat-composer");
  markAttachment(composer);
  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chat = chats.find((one) => keyOf(one) === chosen);
    const { text, file } = composer.elements;
    const attached = file.files[0];
    if (chat === undefined || (!text.value && !attached)) return;
    const body = { text: text.value, portal: chat.portal };
    if (attached) {
      body.files = [{ name: attached.name, mime: attached.type || "application/octet-stream", base64: await base64(attached) }];
    }
    await call("POST", `/sandbox/bitrix24/chats/${chat.chat_id}/messages`, body);
    text.value = "";
    file.value = "";
    file.dispatchEvent(new Event("change"));
  });
}

export function drawChats(fresh) {
  const now = texts();
  chats = fresh;
  if (!chats.some((chat) => keyOf(chat) === chosen)) chosen = chats.length ? keyOf(chats[0]) : null;
  replaceTabs(byId("chats"), chats.map((chat) => ({
    key: keyOf(chat), title: chat.name ?? `Chat ${chat.chat_id}`, small: `${now.line} ${chat.line}`, selected: keyOf(chat) === chosen,
  })), (key) => { chosen = key; toEnd(byId("chat-talk")); redraw(); });
  byId("portals").textContent = [...new Set(chats.map((chat) => chat.portal))].join(", ");
  const chat = chats.find((one) => keyOf(one) === chosen);
  replace(byId("chat-facts"), chat === undefined ? [] : [
    element("span", {}, `${now.portal}: ${chat.portal}`), element("span", {}, `${now.line}: ${chat.line}`), element("span", {}, `chat${chat.chat_id}`),
  ]);
  const messages = chat?.messages ?? [];
  replace(byId("chat-talk"), messages.length === 0
    ? [element("li", { class: "empty" }, chat === undefined ? now.noChats : now.noMessages)]
    : messages.map(bubble));
}

function bubble(message) {
  const side = message.hidden ? "system" : { operator: "mine", bot: "mine", client: "theirs" }[message.author] ?? "system";
  const files = message.files.map((file) => element("span", { class: "kind" }, `📎 ${file.name}`));
  const text = message.deleted ? element("del", {}, message.text) : message.text;
  return element(
    "li", { class: `bubble ${side}${message.refused ? " failed" : ""}` }, ...files, text,
    side === "mine" ? element("span", { class: "meta" }, ...outcome(message)) : null,
  );
}

function outcome(message) {
  const now = texts();
  if (message.refused) return [element("span", { class: "bad" }, now.states.failed)];
  return message.delivered ? [now.states.delivered, " ", ticks("delivered")] : [now.states.submitted];
}
