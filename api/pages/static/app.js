// The application's page: channels, a form to add one, a search that explains any id.

import { close, offerLines, openForm } from "./add-channel.js";
import { draw } from "./channels.js";
import { api, hush, keepFresh, say, tell } from "./page.js";
import { lookUp } from "./timeline.js";

const REFRESH_MS = 3_000;
const empty = document.getElementById("channels-empty");
let lines = null;
let channels = [];

openForm(refresh);
keepFresh(refresh, REFRESH_MS);
readLines();

async function refresh() {
  channels = await api.get("/channels");
  empty.textContent = say("app.no_channels");
  empty.hidden = channels.length > 0;
  draw(channels, { lines, changed: refresh, history: lookUp });
  if (lines !== null) offerLines(lines, channels);
}

async function readLines() {
  try {
    lines = await api.get("/lines");
    offerLines(lines, channels);
    draw(channels, { lines, changed: refresh, history: lookUp });
  } catch (problem) {
    if (problem.code === "permission") close("add.administrator_only");
    else tell(problem, () => (hush(), readLines()));
  }
}
