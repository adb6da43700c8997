// What the page knows (one answer of the sandbox) and what the person has chosen.

import { call } from "./dom.js";

const KEPT = "whatsappb24-demo";
const remembered = () => { try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; } };

export const store = {
  state: null,
  facts: null,
  choice: { phone: "", channel: "", portal: "", user: 1, chat: 0, ...remembered() },
};

export function choose(changes) {
  Object.assign(store.choice, changes);
  try { localStorage.setItem(KEPT, JSON.stringify(store.choice)); } catch { /* private browsing */ }
  return redraw();
}

const drawers = [];
export const onDraw = (draw) => drawers.push(draw);

export const portal = () => store.state?.portal ?? null;
export const person = () => portal()?.users.find((one) => one.id === store.choice.user) ?? portal()?.users[0] ?? null;
export const portalPath = (rest) => `/sandbox/bitrix24/portals/${encodeURIComponent(store.choice.portal)}/${rest}`;

// Is the answer about what is chosen now? A choice made meanwhile must not be measured by an older answer.
async function fetchState() {
  const asked = JSON.stringify(store.choice);
  const { phone, channel, portal: name, chat } = store.choice;
  store.state = await call("GET", `/sandbox/page/state?${new URLSearchParams({ phone, channel, portal: name, chat })}`);
  return JSON.stringify(store.choice) === asked;
}

// A choice that is gone, or none yet, becomes the first there is; then the answer is asked for once more.
function settled() {
  const { state, choice } = store;
  const before = JSON.stringify(choice);
  const first = (rows, key, chosen, none) => (rows.some((row) => row[key] === chosen) ? chosen : rows[0]?.[key] ?? none);
  choice.phone = first(state.phones, "number", choice.phone, "");
  choice.channel = first(state.apps, "app_id", choice.channel, "");
  choice.portal = first(state.portals, "name", choice.portal, "");
  if (state.portal?.name === choice.portal) {
    choice.user = first(state.portal.users, "id", choice.user, 1);
    if (choice.chat && !state.portal.chats.some((one) => one.id === choice.chat)) choice.chat = 0;
  }
  return JSON.stringify(choice) === before;
}

async function draw() {
  for (let again = 0; again < 4; again += 1) {
    if (await fetchState() && settled()) break;
  }
  for (const one of drawers) one(store.state);
}

let drawing = Promise.resolve();
let wanted = null;
// Whoever asks while a drawing waits gets that one; it begins after the present one.
export function redraw() {
  wanted ??= drawing.then(() => { wanted = null; return draw(); });
  drawing = wanted.catch(() => {});
  return wanted;
}
