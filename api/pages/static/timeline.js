// The search by any id, and the story that it finds.

import { api, element, explained, hush, say, tell, when } from "./page.js";

const form = document.getElementById("search");
const outcome = document.getElementById("search-outcome");
const list = document.getElementById("timeline");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  look(form.elements.id.value.trim());
});

/** Show the story of an id as if it had been typed. */
export function lookUp(id) {
  form.elements.id.value = id;
  form.elements.id.focus();
  form.scrollIntoView({ block: "start" });
  look(id);
}

async function look(id) {
  if (id === "") return;
  outcome.textContent = say("search.looking");
  list.replaceChildren();
  try {
    const story = await api.get(`/timeline?${new URLSearchParams({ id })}`);
    hush();
    if (form.elements.id.value.trim() !== id) return;
    outcome.textContent = say(story.length === 0 ? "search.nothing" : "search.found", { count: story.length });
    list.replaceChildren(...story.map(row));
  } catch (problem) {
    tell(problem);
    outcome.textContent = explained(problem.code, { status: problem.status }).what;
  }
}

function row({ at, what, level, summary, message_id, detail }) {
  const facts = { ...detail, ...(message_id ? { message_id } : {}) };
  return element(
    "li",
    { "data-level": level },
    element("time", { datetime: at }, when(at, "medium")),
    element("strong", {}, say(`what.${what}`)),
    level === "INFO" ? null : element("span", { class: "badge", "data-level": level }, say(`level.${level}`)),
    element("p", {}, summary),
    Object.keys(facts).length === 0
      ? null
      : element(
          "details",
          {},
          element("summary", {}, say("search.detail")),
          element("pre", { tabindex: "0" }, JSON.stringify(facts, null, 2)),
        ),
  );
}
