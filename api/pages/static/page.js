// What every page has: its session, its words, its notice, and the way to make elements of them.

import { Api } from "./api.js";
import { Bridge } from "./bridge.js";

const words = taken("words");
export const session = taken("session");
export const bridge = new Bridge(session.portal_origin);
export const api = new Api(session, bridge, words.language);
delete session.token;
history.replaceState(null, "", location.pathname);

const clocks = {
  medium: new Intl.DateTimeFormat(words.language, { dateStyle: "medium", timeStyle: "medium" }),
  short: new Intl.DateTimeFormat(words.language, { dateStyle: "medium", timeStyle: "short" }),
};
const byDefault = { 401: "session_ended", 403: "permission" };

/** What the server wrote into the page; a token is not left lying in it. */
function taken(id) {
  const element = document.getElementById(id);
  const value = JSON.parse(element.textContent);
  element.remove();
  return value;
}

/** The sentence of `key`, with `{names}` filled in; the key itself where there is none. */
export function say(key, facts = {}) {
  return (words.texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

/** Is there a sentence of this key? */
export const hasText = (key) => key in words.texts;

/** An instant in the person's language and time zone; `medium` shows the seconds. */
export const when = (instant, length = "short") => clocks[length].format(new Date(instant));

/** `element("p", {class: "lead"}, "text", another)`: texts are texts, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** What a code means: `{what, todo, who}` in words. `party` is `gupshup` for codes of Gupshup and WhatsApp. */
export function explained(code, { party, status } = {}) {
  const group =
    words.codes[party === "gupshup" ? `gupshup:${code}` : code] ??
    byDefault[status] ??
    (party === "gupshup" && /^http_5/.test(code) ? "gupshup_away" : status >= 500 ? "fault" : party === "gupshup" ? "unknown_gupshup" : "not_accepted");
  return {
    group,
    what: say(`why.${group}`),
    todo: say(`why.${group}.do`),
    who: say(`who.${words.who_acts[group]}`),
  };
}

/** The block that explains a code; the code itself stays readable for support. */
export function explanation(code, options = {}) {
  const { what, todo, who } = explained(code, options);
  return element(
    "div",
    { class: "trouble", "data-code": code },
    element("p", {}, element("strong", {}, what)),
    element("p", {}, `${todo} `, element("span", { class: "who" }, `${say("refusal.who")}: ${who}.`)),
    element("p", { class: "code" }, element("code", {}, code), options.detail ? ` ${options.detail}` : null),
  );
}

/** Say what went wrong at the top of the page; the same problem is said once. Rethrows what is no problem. */
export function tell(problem, retry) {
  if (typeof problem.code !== "string") throw problem;
  const notice = document.getElementById("notice");
  if (notice.dataset.code === problem.code && !retry) return;
  notice.dataset.code = problem.code;
  const block = explanation(problem.code, { status: problem.status, detail: problem.detail });
  block.setAttribute("role", "alert");
  if (retry) block.append(element("button", { type: "button", click: retry }, say("page.retry")));
  notice.replaceChildren(block);
}

/** Nothing is wrong any more; with a code, only that problem is over. */
export function hush(code) {
  const notice = document.getElementById("notice");
  if (code !== undefined && notice.dataset.code !== code) return;
  delete notice.dataset.code;
  notice.replaceChildren();
}

/** Ask before something that is hard to undo; resolves with yes or no. */
export function asked(question, consequence, yes) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-question").textContent = question;
  document.getElementById("confirm-consequence").textContent = consequence;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  document.getElementById("confirm-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Run `refresh` now and every `ms` while somebody looks, until it returns true. A problem that does not pass by itself waits for a click. */
export async function keepFresh(refresh, ms) {
  let told;
  for (;;) {
    try {
      if (await refresh()) return;
      if (told !== undefined) hush(told);
      told = undefined;
    } catch (problem) {
      tell(problem, problem.passes ? undefined : () => (hush(), keepFresh(refresh, ms)));
      if (!problem.passes) return;
      told = problem.code;
    }
    do await pause(ms);
    while (document.hidden);
  }
}
