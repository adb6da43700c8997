// Writing as the customer: text, files, samples of everything WhatsApp knows, answers to a message.

import { base64, byId, call, element, menu, replace, toEnd } from "./dom.js";
import { icon } from "./icons.js";
import { samplePhoto, sampleSticker, sampleVoice } from "./samples.js";
import { store } from "./store.js";
import { texts } from "./texts.js";

const KINDS = { image: "image", audio: "audio", video: "video" };
let answered = null;

export function startComposer() {
  const form = byId("wa-composer");
  byId("wa-attach").append(icon("plus"));
  form.querySelector(".go").append(icon("send"));
  const list = menu(byId("wa-attach"), byId("wa-menu"));
  byId("wa-attach").addEventListener("click", () => drawMenu(form.elements.file, list));
  form.elements.file.addEventListener("change", drawChip);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    const attached = form.elements.file.files[0];
    if (!text && !attached) return;
    await write({ ...(text ? { text } : {}), ...(attached ? await withFile(attached) : {}) });
    form.elements.text.value = "";
    form.elements.file.value = "";
    form.elements.text.focus();
    drawChip();
  });
}

/** The next message quotes this one. */
export function answerTo(message) {
  answered = message;
  drawChip();
  byId("wa-composer").elements.text.focus();
}

async function write(body) {
  const quoted = answered ? { reply_to: answered.id } : {};
  await call("POST", `/sandbox/whatsapp/${store.choice.phone}/messages`, { channel: store.choice.channel, ...quoted, ...body });
  answered = null;
  drawChip();
  toEnd(byId("wa-talk"));
}

async function withFile(file) {
  return {
    kind: KINDS[file.type.split("/")[0]] ?? "document",
    media: { content_type: file.type || "application/octet-stream", filename: file.name, base64: await base64(file) },
  };
}

function drawMenu(input, list) {
  const now = texts();
  const pick = (accept) => () => { input.accept = accept; input.click(); list.close(); };
  const send = (made) => async () => { list.close(); await write(await made()); };
  const rows = [
    [now.photo, pick("image/*,video/*")], [now.document, pick("")], [now.audio, pick("audio/*")],
    [now.samplePhoto, send(samplePhoto)], [now.sampleVoice, send(sampleVoice)],
    [now.samplePdf, send(() => ({ kind: "document", media: { filename: "documento.pdf" } }))],
    [now.sticker, send(sampleSticker)],
    [now.location, send(() => ({ kind: "location", location: { latitude: "-12.0464", longitude: "-77.0428", name: "Plaza Mayor", address: "Lima" } }))],
    [now.contact, send(() => ({ kind: "contact" }))],
  ];
  byId("wa-menu").replaceChildren(...rows.map(([label, act]) => element("button", { type: "button", onclick: act }, label)));
  byId("wa-menu").firstChild.focus();
}

function drawChip() {
  const now = texts();
  const form = byId("wa-composer");
  const file = form.elements.file.files[0];
  const rows = [];
  if (answered) rows.push([`${now.replyTo}: ${answered.text || now.kinds[answered.kind] || ""}`, () => { answered = null; }]);
  if (file) rows.push([file.name, () => { form.elements.file.value = ""; }]);
  byId("wa-chip").hidden = rows.length === 0;
  replace(byId("wa-chip"), rows.map(([label, drop]) => element(
    "span", {}, element("em", {}, label),
    element("button", { type: "button", class: "round", "aria-label": now.remove, title: now.remove, onclick: () => { drop(); drawChip(); } }, icon("close")),
  )));
}
