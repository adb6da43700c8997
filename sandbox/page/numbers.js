// The company's numbers at Gupshup: what a person copies into the wizard, and new ones.

import { drawer } from "./drawer.js";
import { byId, call, element, replace } from "./dom.js";
import { icon } from "./icons.js";
import { onDraw } from "./store.js";
import { texts } from "./texts.js";

export function startNumbers() {
  drawer(byId("open-numbers"), byId("numbers-drawer"), byId("close-numbers"));
  byId("new-number").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, phone } = event.target.elements;
    await call("POST", "/sandbox/gupshup/apps", { name: name.value, phone: phone.value });
    event.target.reset();
  });
  onDraw((state) => drawNumbers(state.apps));
}

function drawNumbers(apps) {
  const now = texts();
  const fact = (label, value) => element(
    "span", { class: "fact" }, element("small", {}, label), element("code", {}, value),
    element("button", { type: "button", class: "round", "aria-label": `${now.copy}: ${label}`, title: now.copy, onclick: (event) => copy(event.currentTarget, value) }, icon("copy")),
  );
  replace(byId("numbers"), apps.map((app) => element(
    "li", { "data-app": app.app_id },
    element("p", {}, element("strong", {}, `+${app.phone}`), " ", element("small", { class: `state ${app.connected ? "works" : "free"}` }, app.connected ? now.connected : now.notConnected)),
    fact(now.number, app.phone), fact(now.appName, app.name), fact(now.appId, app.app_id), fact(now.appKey, app.key),
  )));
}

async function copy(button, value) {
  await navigator.clipboard.writeText(value);
  button.title = texts().copied;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
}
