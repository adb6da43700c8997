// The page that Bitrix24 opens to connect our connector to one open line: its channel with tests, or the form.

import { close, offerLines, openForm } from "./add-channel.js";
import { draw, isOff } from "./channels.js";
import { api, element, explanation, hush, keepFresh, pause, say, session, tell, when } from "./page.js";

const REFRESH_MS = 3_000;
const CHECK_MS = 500;
const CHECKS_AT_MOST = 60;
const line = session.placement_options.LINE == null ? null : String(session.placement_options.LINE);
const empty = document.getElementById("channels-empty");
const tests = document.getElementById("tests");
const checkNow = document.getElementById("check-now");
const checked = document.getElementById("tests-checked");
let lines = null;
let channel = null;
let portal = null;

if (line === null) {
  empty.textContent = say("setting_connector.no_line");
} else {
  openForm(refresh, line);
  checkNow.addEventListener("click", check);
  keepFresh(refresh, REFRESH_MS);
  readLines();
}

async function refresh() {
  const [all, overview] = await Promise.all([api.get("/channels"), api.get("/portal")]);
  portal = overview;
  show(all.filter((one) => one.line_id === line));
}

function show(ofLine) {
  channel = ofLine.find((one) => !isOff(one)) ?? null;
  empty.textContent = say("setting_connector.no_channel");
  empty.hidden = ofLine.length > 0;
  draw(ofLine, { lines, changed: refresh, hasCheck: true });
  document.getElementById("add-section").hidden = channel !== null;
  tests.hidden = channel === null;
  if (channel !== null && !checkNow.disabled) drawTests();
}

async function readLines() {
  try {
    lines = await api.get("/lines");
    offerLines(lines, [], line);
  } catch (problem) {
    if (problem.code === "permission") close("add.administrator_only");
    else tell(problem, () => (hush(), readLines()));
  }
}

/** Have the worker compare the outside with what must be, and wait for what it finds. */
async function check() {
  const before = channel.checked_at;
  checkNow.disabled = true;
  checked.textContent = say("tests.checking");
  try {
    await api.post(`/channels/${channel.channel_id}/check`);
    hush();
    for (let asked = 0; asked < CHECKS_AT_MOST && channel?.checked_at === before; asked += 1) {
      await pause(CHECK_MS);
      await refresh();
    }
  } catch (problem) {
    tell(problem);
  }
  checkNow.disabled = false;
  if (channel !== null) drawTests();
}

function drawTests() {
  const report = channel.check_report ?? {};
  const isRepaired = portal.repair_failures === 0 && portal.repaired_at !== null;
  const rows = [
    test("portal", isRepaired ? "done" : portal.repair_failures > 0 ? "failed" : "waiting", portal.repair_report?.failure),
    test("subscription", stateOf(report.subscription, "set"), report.subscription, "gupshup"),
    test("line", stateOf(report.line, "works"), report.line),
    test("channel", channel.state === "active" ? "done" : "waiting"),
  ];
  checked.textContent = channel.checked_at
    ? say("tests.checked_at", { at: when(channel.checked_at) })
    : say("tests.not_yet");
  document.getElementById("tests-list").replaceChildren(...rows);
}

const stateOf = (said, good) => (said === undefined ? "waiting" : said === good ? "done" : "failed");

function test(name, state, code, party) {
  const failed = state === "failed";
  return element(
    "li",
    { "data-test": name, "data-state": state },
    element("span", { class: "mark" }),
    element("span", { class: "what" }, say(`test.${name}`)),
    element("span", { class: "state" }, say(`tests.state.${state}`)),
    failed ? explanation(code ?? "unknown", { party: party ?? "bitrix24" }) : null,
  );
}
