import { call, element, replace } from "./page.js";
import { texts } from "./texts.js";

const form = document.getElementById("faults");
const PARTIES = ["gupshup", "bitrix24"];
const TITLES = { gupshup: "Gupshup", bitrix24: "Bitrix24" };
const NAMES = ["duplicate", "reorder", "drop_response", "drop_request", "http_500", "http_503", "html_502"];
const BAD_DAY = { duplicate: 0.1, reorder: 0.1, drop_response: 0.05, http_500: 0.05, delay_ms: [0, 300] };

export function startFaults() {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const wanted = {};
    for (const party of PARTIES) {
      const field = (name) => Math.max(0, Number(form.elements[`${party}.${name}`].value) || 0);
      wanted[party] = { delay_ms: [0, Math.round(field("delay_ms"))] };
      for (const name of NAMES) wanted[party][name] = Math.min(100, field(name)) / 100;
    }
    call("PUT", "/sandbox/faults", wanted);
  });
}

export function drawFaults(faults) {
  const now = texts();
  // While somebody types, their number must not be drawn over.
  if (form.contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
  const cell = (party, name) => {
    const settings = faults[party];
    const value = name === "delay_ms" ? settings.delay_ms[1] : Math.round(settings[name] * 1000) / 10;
    const count = faults.counts[party][name === "delay_ms" ? "delay" : name];
    return element(
      "td", {},
      element("input", { type: "number", min: 0, max: name === "delay_ms" ? 60000 : 100, step: "any", name: `${party}.${name}`, value, "aria-label": `${TITLES[party]}: ${now.faultNames[name]}` }),
      count ? element("small", { title: now.counted }, String(count)) : null,
    );
  };
  replace(form, [
    element(
      "table", {},
      element("thead", {}, element("tr", {}, element("th", {}, "%"), ...PARTIES.map((party) => element("th", { scope: "col" }, TITLES[party])))),
      element("tbody", {}, ...[...NAMES, "delay_ms"].map((name) => element(
        "tr", {}, element("th", { scope: "row" }, now.faultNames[name]), ...PARTIES.map((party) => cell(party, name)),
      ))),
    ),
    element(
      "div", { class: "presets" },
      element("button", { type: "button", class: "quiet", "data-key": "none" }, now.none),
      element("button", { type: "button", class: "quiet", "data-key": "bad" }, now.badDay),
    ),
  ]);
  form.querySelector('[data-key="none"]').onclick = () => call("PUT", "/sandbox/faults", {});
  form.querySelector('[data-key="bad"]').onclick = () => call("PUT", "/sandbox/faults", { gupshup: BAD_DAY, bitrix24: BAD_DAY });
}
