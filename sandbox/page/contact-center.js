// The Contact Center: a tile for each connector of the application, and the open lines behind it.

import { byId, call, element, replace } from "./dom.js";
import { icon } from "./icons.js";
import { openFrame } from "./panel.js";
import { portalPath, redraw } from "./store.js";

// Which tile shows its lines; the first one until somebody closes it.
let opened;

export function drawContactCenter(target, here, now) {
  if (!byId("tiles")) {
    target.replaceChildren(
      element("h2", { tabindex: "-1" }, now.contactCenter), element("p", { class: "hint", id: "cc-hint" }),
      element("div", { class: "tiles", id: "tiles" }), element("div", { class: "lines", id: "lines" }),
    );
  }
  target.querySelector("h2").textContent = now.contactCenter;
  byId("cc-hint").textContent = here.connectors.length === 0 ? now.noConnectors : now.ccHint;
  if (opened !== null && !here.connectors.some((one) => one.id === opened)) opened = here.connectors[0]?.id;
  replace(byId("tiles"), here.connectors.map((one) => tile(one, now)));
  const connector = here.connectors.find((one) => one.id === opened);
  replace(byId("lines"), connector ? [
    element("h3", {}, now.lines), ...here.lines.map((line) => row(connector, line, now)), newLine(now),
  ] : []);
}

function tile(connector, now) {
  const working = Object.values(connector.lines).filter((one) => one.state === "works").length;
  const picture = /^data:image\//.test(connector.icon) ? element("img", { src: connector.icon, alt: "" }) : icon("chats");
  return element(
    "button",
    { type: "button", class: "tile", "data-key": connector.id, "aria-expanded": String(opened === connector.id), onclick: () => { opened = opened === connector.id ? null : connector.id; redraw(); } },
    element("span", { class: "tile-icon" }, picture), element("strong", {}, connector.name),
    element("small", { class: working > 0 ? "state works" : "state" }, working > 0 ? `${now.works} · ${working}` : now.free),
  );
}

function row(connector, line, now) {
  const found = connector.lines[String(line.id)];
  const state = found?.state ?? "free";
  const open = () => openFrame({ placement: "SETTING_CONNECTOR", options: { CONNECTOR: connector.id, LINE: String(line.id) }, title: `${connector.name} · ${line.name}` });
  return element(
    "div", { class: "line", "data-line": line.id },
    element("span", {}, element("strong", {}, line.name), element("small", { class: `state ${state}` }, found?.channel ? `${now[state]} · ${found.channel}` : now[state])),
    element("button", { type: "button", class: found ? "quiet" : "primary", "data-key": `open ${line.id}`, onclick: open }, found ? now.configure : now.connect),
    found ? element("button", { type: "button", class: "link", "data-key": `off ${line.id}`, onclick: () => call("POST", portalPath(`lines/${line.id}/disconnect`)) }, now.disconnect) : null,
  );
}

function newLine(now) {
  return element(
    "form", { class: "new-line", onsubmit: add },
    element("input", { name: "name", required: true, maxlength: "100", autocomplete: "off", "aria-label": now.lineName, placeholder: now.newLine }),
    element("button", { class: "quiet" }, now.create),
  );
}

async function add(event) {
  event.preventDefault();
  const { name } = event.target.elements;
  await call("POST", portalPath("lines"), { name: name.value.trim() });
  name.value = "";
}
