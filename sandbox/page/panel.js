// Our panel: the application's pages in frames, opened as Bitrix24 opens them, one slider over another.

import { byId, call, element } from "./dom.js";
import { icon } from "./icons.js";
import { person, portal, portalPath, redraw } from "./store.js";
import { fill, texts } from "./texts.js";

const ALLOWED = "clipboard-read; clipboard-write; fullscreen; microphone; camera";
let layers = [];
let openings = 0;
let goInstall = () => {};

/** The layer whose frame this window is, if it is one of ours and still on its own origin. */
export const layerOf = (source, origin) => layers.find((one) => one.iframe && one.iframe.contentWindow === source && one.request.origin === origin);

export function startPanel(hooks) {
  ({ goInstall } = hooks);
  for (const [id, drawing, act] of [
    ["panel-back", "back", () => close(layers.at(-1))],
    ["panel-reload", "reload", () => (layers.length > 0 ? reload(layers.at(-1)) : reopen())],
    ["panel-widen", "widen", () => widen(!isWide())],
    ["panel-close", "close", () => (layers.length > 0 ? close(layers.at(-1)) : widen(false))],
  ]) {
    byId(id).append(icon(drawing));
    byId(id).addEventListener("click", act);
  }
}

const isWide = () => byId("stage").classList.contains("wide");

export function widen(wide) {
  byId("stage").classList.toggle("wide", wide);
  const button = byId("panel-widen");
  button.setAttribute("aria-pressed", String(wide));
  button.dataset.label = wide ? "narrow" : "widen";
  button.setAttribute("aria-label", texts()[button.dataset.label]);
  button.title = texts()[button.dataset.label];
  button.replaceChildren(icon(wide ? "narrow" : "widen"));
}

/** Close everything and open the application anew, as after a change of portal, person or language. */
export async function reopen() {
  closeAll();
  await redraw();
  const here = portal();
  if (here && here.state !== "absent" && !isStub()) await openApplication();
  showStart();
}

/** The application's own page; until installation is finished the portal opens its wizard instead. */
export const openApplication = () => openFrame({});

const isStub = () => portal().state === "installing" && !person().admin;

/** Open a placement in a frame; `over` keeps what is open and comes back to it, `onClose` is told then. */
export async function openFrame({ placement = "DEFAULT", options = {}, title = "", over = false, wide = false, onClose = undefined }) {
  if (isStub()) {
    closeAll();
    showStart();
    return;
  }
  openings += 1;
  const opening = openings;
  const layer = { placement, options, title: title || portal().application?.title || "", user: person().id, path: portalPath(""), onClose, wasWide: isWide() };
  layer.request = await ask(layer);
  if (opening !== openings) return;
  if (!over) closeAll();
  put(layer);
  if (wide) widen(true);
}

/** A page of the portal itself, which this demo only names. */
export function openNote(text, onClose) {
  put({ title: "Bitrix24", element: element("div", { class: "panel-note" }, element("p", {}, text)), onClose, wasWide: isWide() });
}

const ask = ({ path, user, placement, options }) => call("POST", `${path}frame-request`, { user_id: user, placement, options });

function put(layer) {
  layers.push(layer);
  if (layer.request) layer.iframe = framed(layer);
  layer.element ??= element("div", { class: "layer" }, layer.iframe);
  byId("panel-layers").append(layer.element);
  if (layer.request) post(layer.request);
  drawBar();
}

const framed = (layer) => element("iframe", { name: layer.request.name, title: layer.title || texts().panelPane, allow: ALLOWED });

// The browser posts the form into the frame by its name, which is also how the page learns its APP_SID.
function post({ url, form, name }) {
  const made = element(
    "form", { method: "post", action: url, target: name, hidden: true, "accept-charset": "utf-8" },
    ...Object.entries(form).map(([key, value]) => element("input", { type: "hidden", name: key, value })),
  );
  document.body.append(made);
  made.submit();
  made.remove();
}

export async function reload(layer) {
  if (!layer.request) return;
  layer.request = await ask(layer);
  if (!layers.includes(layer)) return;
  layer.iframe = framed(layer);
  layer.element.replaceChildren(layer.iframe);
  post(layer.request);
}

export function close(layer) {
  if (!layers.includes(layer)) return;
  layers = layers.filter((one) => one !== layer);
  layer.element.remove();
  widen(layers.length > 0 && layer.wasWide);
  layer.onClose?.();
  drawBar();
  showStart();
}

function closeAll() {
  openings += 1;
  for (const layer of [...layers].reverse()) {
    layer.element.remove();
    layer.onClose?.();
  }
  layers = [];
  drawBar();
}

export function setTitle(layer, title) {
  layer.title = title;
  if (layer.iframe) layer.iframe.title = title;
  drawBar();
}

/** The frame grows with its page, and the pane scrolls; it never becomes lower than the pane. */
export function resize(layer, height) {
  const wanted = Number(height);
  layer.iframe.style.height = Number.isFinite(wanted) && wanted > layer.element.clientHeight ? `${Math.min(wanted, 20_000)}px` : "";
}

export function scrollTo(layer, top) {
  layer.element.scrollTop = Number(top) || 0;
}

function drawBar() {
  const top = layers.at(-1);
  byId("panel-title").textContent = top?.title || portal()?.application?.title || "WhatsAppB24";
  byId("panel-back").hidden = layers.length < 2;
  byId("panel-close").disabled = layers.length === 0;
  for (const layer of layers) layer.element.inert = layer !== top;
}

/** What stands in the panel while no page of the application does. */
export function showStart() {
  const note = byId("panel-note");
  const here = portal();
  note.hidden = layers.length > 0 || here === null;
  if (note.hidden) return;
  const now = texts();
  const [title, text] = here.state === "absent" ? [fill(now.absentTitle, { portal: here.name }), now.absentText]
    : isStub() ? [now.stubTitle, now.stubText] : [now.closedTitle, now.closedText];
  if (note.dataset.drawn === title + text) return;
  note.dataset.drawn = title + text;
  note.replaceChildren(
    icon("app"), element("h3", {}, title), element("p", {}, text),
    ...(here.state === "absent" ? [element("button", { type: "button", class: "primary", onclick: () => goInstall() }, now.goInstall)] : []),
  );
  drawBar();
}
