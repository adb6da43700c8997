// The page speaks the language chosen in its header; the portal pane that of its portal.

import { en } from "./texts.en.js";
import { es } from "./texts.es.js";
import { pt } from "./texts.pt.js";

const all = { es, en, pt };
const OF_PORTAL = { la: "es", br: "pt" };
const remembered = () => { try { return localStorage.getItem("language"); } catch { return null; } };
const preferred = () => navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in all);

export let language = [new URLSearchParams(location.search).get("lang"), remembered(), preferred(), "es"].find((one) => one in all);

export const texts = () => all[language];

/** Bitrix24's codes: `la` is Latin American Spanish, `br` Brazilian Portuguese. */
export const portalLanguage = (code) => OF_PORTAL[code] ?? (code in all ? code : "en");
export const portalTexts = (code) => all[portalLanguage(code)];

export function speak(chosen) {
  language = chosen;
  try { localStorage.setItem("language", chosen); } catch { /* private browsing */ }
  show();
}

/** Fill `{name}` of a sentence. */
export const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);

export function show() {
  const now = texts();
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = now[one.dataset.text];
  for (const one of document.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", now[one.dataset.label]);
    if (one.tagName === "BUTTON") one.title = now[one.dataset.label];
  }
  for (const one of document.querySelectorAll("[data-placeholder]")) one.placeholder = now[one.dataset.placeholder];
}
