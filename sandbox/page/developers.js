// Developer resources → Integrations → Local application: the form that installs an application, and its end.

import { byId, call, element, replace } from "./dom.js";
import { openApplication, reopen } from "./panel.js";
import { person, portalPath, redraw, store } from "./store.js";

let form = false;

/** The form, as the empty panel proposes it. */
export function showForm() { form = true; }

export function drawDevelopers(target, here, now) {
  const shown = `${here.name} ${here.lang} ${here.state} ${form && here.state === "absent"} ${person().admin}`;
  if (target.dataset.shown === shown && byId("developer")) return;
  target.dataset.shown = shown;
  const inside = element("div", { id: "developer", class: "developer" });
  target.replaceChildren(
    element("h2", { tabindex: "-1" }, now.devResources),
    element("p", { class: "crumbs" }, `${now.integrations}${form && here.state === "absent" ? ` › ${now.localApp}` : ""}`), inside,
  );
  if (!person().admin) inside.append(element("p", { class: "hint" }, now.onlyAdmins));
  else if (here.state !== "absent") replace(inside, [card(here, now)]);
  else if (form) replace(inside, [formOf(now)]);
  else replace(inside, [element(
    "button", { type: "button", class: "integration", onclick: () => { form = true; redraw(); } },
    element("strong", {}, now.localApp), element("small", {}, now.localHint), element("span", { class: "primary" }, now.addLocal),
  )]);
}

function field(label, name, value, attributes = {}) {
  return element("label", {}, element("span", {}, label), element("input", { name, value, required: true, autocomplete: "off", ...attributes }));
}

function formOf(now) {
  const { app_url: app, scopes } = store.facts;
  return element(
    "form", { class: "card", onsubmit: save },
    element("p", { class: "hint" }, now.serverType),
    field(now.handler, "handler", app ? `${app}/bitrix24/app` : "", { type: "url" }),
    field(now.installer, "installer", app ? `${app}/bitrix24/install` : "", { type: "url", required: false }),
    field(now.menuText, "title", "WhatsAppB24", { maxlength: "100" }),
    element("fieldset", {}, element("legend", {}, now.permissions), ...scopes.map((scope) => element(
      "label", { class: "check" }, element("input", { type: "checkbox", name: "scope", value: scope, checked: true }), scope,
    ))),
    element("div", { class: "row" }, element("button", { class: "primary" }, now.save), element("button", { type: "button", class: "quiet", onclick: () => { form = false; redraw(); } }, now.cancel)),
  );
}

async function save(event) {
  event.preventDefault();
  const { handler, installer, title } = event.target.elements;
  const scope = [...event.target.querySelectorAll("[name=scope]:checked")].map((one) => one.value);
  await install({ handler: handler.value, installer: installer.value || null, title: title.value, scope });
}

async function install(card) {
  form = false;
  await call("POST", portalPath("card"), card);
  const address = new URL(card.installer ?? card.handler);
  if (!store.facts.frame_origins.includes(address.origin)) {
    // The page was allowed to frame other origins when it was loaded; the new one needs a fresh page.
    location.reload();
    return;
  }
  await reopen();
}

function card(here, now) {
  const { title, handler, installer, scope, client_id: clientId } = here.application;
  const again = () => install({ title, handler, installer, scope });
  const fact = (label, value) => [element("dt", {}, label), element("dd", {}, value)];
  return element(
    "div", { class: "card" },
    element("p", { class: "card-head" }, element("strong", {}, title), element("small", { class: `state ${here.state === "installed" ? "works" : "broken"}` }, now.appStates[here.state])),
    element("dl", {}, fact(now.handler, handler), fact(now.installer, installer ?? "—"), fact(now.clientId, clientId), fact(now.permissions, scope.join(", "))),
    element("div", { class: "row" },
      element("button", { type: "button", class: "primary", onclick: () => openApplication() }, now.openApp),
      element("button", { type: "button", class: "quiet", onclick: again }, now.reinstall)),
    element("details", { class: "danger" },
      element("summary", {}, now.uninstall), element("p", { class: "hint" }, now.uninstallAsk),
      element("button", { type: "button", class: "quiet", onclick: () => uninstall(false) }, now.keepSettings),
      element("button", { type: "button", class: "quiet bad", onclick: () => uninstall(true) }, now.dropSettings)),
  );
}

async function uninstall(clean) {
  await call("POST", portalPath("uninstall"), { clean });
  await reopen();
}
