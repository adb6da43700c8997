// The drawer: faults on demand, whether anything was lost, the clock, complaints.

import { drawer } from "./drawer.js";
import { byId, call, element, replace } from "./dom.js";
import { icon } from "./icons.js";
import { onDraw } from "./store.js";
import { fill, language, texts } from "./texts.js";

const PARTIES = ["gupshup", "bitrix24"];
const TITLES = { gupshup: "WhatsApp", bitrix24: "Bitrix24" };
const NAMES = ["duplicate", "reorder", "drop_response", "drop_request", "http_500", "http_503", "html_502"];
const both = (settings) => ({ gupshup: settings, bitrix24: settings });
const PRESETS = {
  none: {},
  duplicates: both({ duplicate: 0.5 }),
  disorder: both({ reorder: 0.5, delay_ms: [0, 300] }),
  whatsapp: { gupshup: { http_503: 0.6, html_502: 0.2, drop_request: 0.2 } },
  bitrix24: { bitrix24: { http_503: 0.6, html_502: 0.2, drop_request: 0.2 } },
  lost: both({ drop_response: 0.3 }),
  everything: both({ duplicate: 0.3, reorder: 0.3, drop_response: 0.1, drop_request: 0.1, http_500: 0.1, http_503: 0.1, html_502: 0.05, delay_ms: [0, 500] }),
};
const HOUR_S = 3600;

export function startFaults() {
  byId("open-drawer").prepend(icon("faults"));
  const toggle = drawer(byId("open-drawer"), byId("drawer"), byId("close-drawer"));
  byId("score-chip").addEventListener("click", toggle);
  byId("faults").addEventListener("submit", (event) => event.preventDefault());
  byId("faults").addEventListener("change", put);
  onDraw(draw);
}

function put() {
  const form = byId("faults");
  const wanted = {};
  for (const party of PARTIES) {
    const field = (name) => Math.max(0, Number(form.elements[`${party}.${name}`].value) || 0);
    wanted[party] = { delay_ms: [0, Math.min(60_000, Math.round(field("delay_ms")))] };
    for (const name of NAMES) wanted[party][name] = Math.min(100, field(name)) / 100;
  }
  call("PUT", "/sandbox/faults", wanted);
}

function draw(state) {
  drawScore(state.score);
  drawPresets(state.faults);
  drawFaults(state.faults);
  drawTime(state);
  drawComplaints(state.complaints);
}

function drawScore({ customers, operators }) {
  const now = texts();
  const doubled = customers.doubled + operators.doubled;
  replace(byId("score-chip"), [element(
    "span", {}, `${now.customersWay} ${customers.arrived}/${customers.written} · ${now.operatorsWay} ${operators.arrived}/${operators.written} · `,
    element("b", { class: doubled > 0 ? "bad" : "" }, `${now.doubled}: ${doubled}`),
  )]);
  const way = (title, one) => element(
    "div", { class: "way" }, element("strong", {}, title),
    element("span", { class: "bar", role: "img", "aria-label": `${one.arrived}/${one.written}` }, meter(one.arrived, one.written)),
    element("span", { class: "figures" }, ...[["written", one.written], ["arrived", one.arrived], ["underWay", one.under_way], ["told", one.told], ["doubled", one.doubled]].map(
      ([key, count]) => element("span", { "data-figure": key, class: key === "doubled" && count > 0 ? "bad" : "" }, element("b", {}, String(count)), ` ${now[key]}`),
    )),
  );
  replace(byId("score"), [way(now.customersWay, customers), way(now.operatorsWay, operators)]);
}

const meter = (value, most) => element("progress", { value, max: Math.max(1, most), "aria-hidden": "true" });

function drawPresets(faults) {
  const now = texts();
  const active = Object.keys(PRESETS).find((name) => PARTIES.every((party) => same(PRESETS[name][party] ?? {}, faults[party])));
  replace(byId("presets"), Object.entries(now.presetNames).map(([name, label]) => element(
    "button", { type: "button", class: name === active ? "preset on" : "preset", "aria-pressed": String(name === active), "data-key": name, onclick: () => call("PUT", "/sandbox/faults", PRESETS[name]) }, label,
  )));
  const wrong = active !== "none";
  byId("open-drawer").classList.toggle("on", wrong);
}

const same = (wanted, settings) => [...NAMES, "delay_ms"].every((name) => String(wanted[name] ?? (name === "delay_ms" ? [0, 0] : 0)) === String(settings[name]));

function drawFaults(faults) {
  const now = texts();
  const form = byId("faults");
  if (form.dataset.drawn !== language) {
    form.dataset.drawn = language;
    replace(form, [element(
      "table", {},
      element("thead", {}, element("tr", {}, element("th", {}, now.percent), ...PARTIES.map((party) => element("th", { scope: "col" }, TITLES[party])))),
      element("tbody", {}, ...[...NAMES, "delay_ms"].map((name) => element("tr", {}, element("th", { scope: "row" }, now.faultNames[name]), ...PARTIES.map((party) => cell(party, name))))),
    )]);
  }
  for (const party of PARTIES) {
    for (const name of [...NAMES, "delay_ms"]) {
      const field = form.elements[`${party}.${name}`];
      const value = name === "delay_ms" ? faults[party].delay_ms[1] : Math.round(faults[party][name] * 1000) / 10;
      // While somebody moves or types it, it is theirs.
      if (field !== document.activeElement || field.value === "") field.value = value;
      field.nextSibling.textContent = field.type === "range" ? `${value}` : "";
      const count = faults.counts[party][name === "delay_ms" ? "delay" : name];
      field.nextSibling.nextSibling.textContent = count ? `${count} ${now.injected}` : "";
    }
  }
}

function cell(party, name) {
  const label = `${TITLES[party]}: ${texts().faultNames[name]}`;
  const attributes = name === "delay_ms" ? { type: "number", min: 0, max: 60_000 } : { type: "range", min: 0, max: 100, step: 5 };
  return element("td", {}, element("input", { ...attributes, name: `${party}.${name}`, "aria-label": label }), element("output", {}), element("small", {}));
}

function drawTime({ now: instant, ahead_s: ahead }) {
  const now = texts();
  const shown = new Date(instant).toLocaleString(language, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  replace(byId("time"), [
    element("span", { "data-key": "now" }, icon("clock"), `${shown} · `, element("b", {}, ahead > 0 ? fill(now.ahead, { hours: Math.round((ahead / HOUR_S) * 10) / 10 }) : now.onTime)),
    ...Object.entries(now.advance).map(([seconds, label]) => element("button", { type: "button", class: "preset", "data-key": seconds, onclick: () => call("POST", "/sandbox/clock", { advance_s: Number(seconds) }) }, label)),
  ]);
}

function drawComplaints(rows) {
  byId("complaints-count").textContent = rows.length || "";
  replace(byId("complaints"), rows.length === 0 ? [element("li", { class: "hint" }, texts().nothing)] : [...rows].reverse().map((row) => element("li", {}, element("strong", {}, row.operation), " ", row.complaint)));
}
