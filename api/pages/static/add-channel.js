// The form that adds a number to an open line.

import { api, element, explained, hush, say, tell } from "./page.js";
import { isOff } from "./channels.js";

/** Make the form work. `added` is called after a channel was added; `line`: the only line to choose from. */
export function openForm(added, line) {
  const form = document.getElementById("add");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, added);
  });
  if (line !== undefined) offer(form, [{ line, name: say("add.this_line"), is_active: true }], [], line);
}

/** Fill the choice of lines; those that a channel serves already cannot be chosen. */
export function offerLines(lines, channels, only) {
  const form = document.getElementById("add");
  const offered = only === undefined ? lines : lines.filter((one) => String(one.line) === only);
  if (offered.length > 0) offer(form, offered, channels, only);
  else if (only === undefined) close("add.no_lines");
}

/** The person may not add channels, or there is no line to add one to: say so instead of the form. */
export function close(key) {
  document.getElementById("add").hidden = true;
  const refused = document.getElementById("add-refused");
  refused.hidden = false;
  refused.textContent = say(key);
}

function offer(form, lines, channels, only) {
  const select = form.elements.line_id;
  const taken = new Set(channels.filter((one) => !isOff(one)).map((one) => one.line_id));
  const options = lines.map((one) => {
    const id = String(one.line);
    const note = taken.has(id) ? say("add.taken") : one.is_active ? "" : say("add.inactive");
    const name = `${one.name} (${id})${note && ` — ${note}`}`;
    return element("option", { value: id, disabled: taken.has(id) && only === undefined }, name);
  });
  const shown = options.map((one) => `${one.value} ${one.text} ${one.disabled}`).join("\n");
  if (select.dataset.shown === shown) return;
  select.dataset.shown = shown;
  const chosen = only ?? select.value;
  const ask = element("option", { value: "" }, say("add.choose_line"));
  select.replaceChildren(...(only === undefined ? [ask] : []), ...options);
  select.value = [...select.options].some((one) => one.value === chosen && !one.disabled) ? chosen : "";
}

async function submit(form, added) {
  const outcome = document.getElementById("add-outcome");
  const submit = form.querySelector("[type=submit]");
  const given = Object.fromEntries(new FormData(form));
  submit.disabled = true;
  outcome.textContent = say("add.adding");
  try {
    await api.post("/channels", { ...given, phone: given.phone.replace(/\D/g, "") });
    hush();
    for (const field of ["name", "phone", "app_name", "app_id", "app_key"]) form.elements[field].value = "";
    outcome.textContent = say("add.added");
    await added();
  } catch (problem) {
    tell(problem);
    const { what } = explained(problem.code, { status: problem.status });
    outcome.textContent = problem.facts?.field ? `${what} (${problem.facts.field})` : what;
  }
  submit.disabled = false;
}
