// The demo page: puts its parts together and follows the sandbox's events.

import { startBridge } from "./bridge.js";
import { perform } from "./commands.js";
import { showForm } from "./developers.js";
import { byId, call, warn } from "./dom.js";
import { startFaults } from "./faults.js";
import { startNumbers } from "./numbers.js";
import { reopen, startPanel } from "./panel.js";
import { startPhone } from "./phone.js";
import { showView, startPortal } from "./portal.js";
import { redraw, store } from "./store.js";
import { fill, language, show, speak, texts } from "./texts.js";

// Many events in a row are one drawing.
const CALM_MS = 150;
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function live(isLive) {
  byId("live").textContent = isLive ? texts().live : texts().stale;
  document.body.classList.toggle("stale", !isLive);
}

// Bitrix24 talks to a frame as the one address it was opened from; under another name nothing would answer.
function isElsewhere() {
  const right = new URL(store.facts.base_url);
  if (right.origin === location.origin) return false;
  if (LOCAL.includes(right.hostname) && LOCAL.includes(location.hostname)) {
    location.replace(right.origin);
    return true;
  }
  warn(fill(texts().elsewhere, { address: right.origin }), true);
  return false;
}

async function watch() {
  let last = 0;
  for (;;) {
    try {
      const news = await call("GET", `/sandbox/events?after=${last}&wait_s=20`);
      if (news.last !== last) await redraw();
      last = news.last;
      live(true);
      await pause(CALM_MS);
    } catch {
      live(false);
      await pause(1000);
    }
  }
}

async function start() {
  show();
  live(true);
  byId("language").value = language;
  byId("language").addEventListener("change", async (event) => {
    speak(event.target.value);
    live(!document.body.classList.contains("stale"));
    await redraw();
  });
  startPhone();
  startPortal();
  startPanel({ goInstall: () => { showForm(); showView("developer"); } });
  startFaults();
  startNumbers();
  startBridge(perform);
  store.facts = await call("GET", "/sandbox/page/facts");
  if (isElsewhere()) return;
  await reopen();
  await watch();
}

start();
