// The installation wizard: shows what the worker sets up, then tells Bitrix24 that it is finished.

import { Problem } from "./api.js";
import { api, bridge, explanation, hush, keepFresh, say, session, tell } from "./page.js";

const POLL_MS = 500;
const ROWS = {
  Register: "register",
  BindEvent: "events",
  UnbindEvent: "events",
  BindPlacement: "pages",
  UnbindPlacement: "pages",
  ConnectLine: "lines",
};
const outcome = document.getElementById("outcome");

await keepFresh(watch, POLL_MS);

/** Returns true when the portal is as desired and the last step began. */
async function watch() {
  const portal = await api.get("/portal");
  if (portal === null) throw new Problem("unknown_portal", 404);
  show(portal);
  if (isSetUp(portal)) finish();
  return isSetUp(portal);
}

function isSetUp(portal) {
  return portal.repaired_at !== null && portal.repair_failures === 0;
}

function show(portal) {
  const { done = [], broken = [], failure } = portal.repair_report ?? {};
  for (const step of done) mark(ROWS[step], "done");
  for (const { step } of broken) mark(ROWS[step], "failed");
  if (isSetUp(portal)) {
    for (const row of ["register", "events", "lines"]) mark(row, "done");
    explain();
  } else if (portal.repair_failures > 0) {
    explain(failure ?? broken[0]?.code ?? "unknown");
    if (broken.length === 0) mark("register", "failed");
  }
}

function mark(step, state) {
  const row = document.querySelector(`[data-step="${step}"]`);
  if (row === null || row.dataset.state === state) return;
  row.hidden = false;
  row.dataset.state = state;
  row.querySelector(".state").textContent = say(`install.state.${state}`);
}

/** What keeps the set-up from succeeding; without a code, nothing does. */
function explain(code) {
  if (outcome.dataset.code === code) return;
  if (code === undefined) {
    delete outcome.dataset.code;
    outcome.replaceChildren();
    return;
  }
  outcome.dataset.code = code;
  outcome.replaceChildren(explanation(code), say("install.again"));
}

async function finish() {
  mark("finish", "running");
  try {
    await api.post("/portal/finish");
    await tellPortal();
  } catch (problem) {
    mark("finish", "failed");
    tell(problem, () => (hush(), finish()));
  }
}

/** Last of all: with this the portal delivers events and shows the application to everybody. */
async function tellPortal() {
  const { INSTALL, FIRST_RUN } = await bridge.start();
  mark("finish", "done");
  outcome.textContent = say(INSTALL === false ? "install.already" : "install.finished", session);
  if (INSTALL === false) return;
  if (FIRST_RUN) bridge.ask("setInstall", { install: true }).catch(() => {});
  bridge.ask("setInstallFinish", {}).catch(() => {});
}
