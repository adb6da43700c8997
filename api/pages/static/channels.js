// Channels as cards: state, why, the one next action, what waits.

import { api, asked, element, explanation, hasText, hush, say, tell, when } from "./page.js";

const BUTTON_OF_NEXT = { connect: "connect", repair: "connect" };
const SOFT = {
  connecting: ["check", "disconnect"],
  active: ["check", "disconnect"],
  attention: ["check", "disconnect"],
  suspended: ["disconnect"],
  draft: ["remove"],
  disconnected: ["remove"],
};
const FROM_PORTAL = ["portal_uninstalled", "line_removed"];
export const isOff = (channel) => channel.state === "disconnected" || channel.state === "removed";

/** Whose code is the reason? A check names the part that failed; what sending found out comes from Gupshup. */
function partyOf({ state_reason, check_report }) {
  return FROM_PORTAL.includes(state_reason) || check_report?.line === state_reason ? "bitrix24" : "gupshup";
}

/** Draw the cards, if anything changed, without taking the focus from whoever uses the keyboard.
 * `page`: the lines, what to call after a change, and either `history` or a check of its own (`hasCheck`). */
export function draw(channels, page) {
  const list = document.getElementById("channels");
  const shown = JSON.stringify([channels, page.lines]);
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  const focused = document.activeElement?.dataset?.action;
  list.replaceChildren(...channels.map((channel) => card(channel, page)));
  if (focused) list.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
}

function lineName(channel, lines) {
  const line = lines?.find((one) => String(one.line) === channel.line_id);
  return line ? `${line.name} (${channel.line_id})` : channel.line_id;
}

function card(channel, page) {
  const line = lineName(channel, page.lines);
  const heading = `channel-${channel.channel_id}`;
  return element(
    "li",
    { class: "card channel", "data-channel": channel.channel_id, "aria-labelledby": heading },
    element(
      "div",
      { class: "section-head" },
      element("h3", { id: heading }, channel.name),
      element("span", { class: "badge", "data-state": channel.state }, say(`state.${channel.state}`)),
    ),
    element("p", { class: "where" }, `+${channel.phone} · ${say("channel.line", { line })} · ${channel.app_name}`),
    reason(channel),
    facts(channel),
    actions(channel, page),
  );
}

function reason(channel) {
  if (!channel.state_reason || channel.state === "active") return null;
  const failure = channel.check_report?.failure;
  const detail = failure?.code === channel.state_reason ? failure.message : "";
  return explanation(channel.state_reason, { party: partyOf(channel), detail });
}

function facts(channel) {
  const rows = [
    ["channel.waiting_in", channel.waiting_in],
    ["channel.waiting_out", channel.waiting_out],
    ["channel.checked_at", channel.checked_at ? when(channel.checked_at) : say("channel.never")],
  ];
  return element(
    "dl",
    { class: "facts" },
    ...rows.map(([key, value]) => element("div", {}, element("dt", {}, say(key)), element("dd", {}, String(value)))),
  );
}

function actions(channel, { changed, history, hasCheck }) {
  const next = channel.next_action;
  const event = BUTTON_OF_NEXT[next];
  const first = event
    ? button(channel, event, `next.${next}`, changed, "")
    : element("span", { class: "next" }, say(`next.${next}`));
  const soft = (SOFT[channel.state] ?? []).filter((one) => one !== "check" || !hasCheck);
  const others = soft.map((one) => button(channel, one, `action.${one}`, changed, "quiet"));
  const story =
    history &&
    element(
      "button",
      {
        type: "button",
        class: "quiet",
        "data-action": `${channel.channel_id}-history`,
        click: () => history(channel.channel_id),
      },
      say("action.history"),
    );
  return element("div", { class: "actions" }, first, ...others, story);
}

function button(channel, event, key, changed, style) {
  return element(
    "button",
    {
      type: "button",
      class: style,
      "data-action": `${channel.channel_id}-${event}`,
      click: ({ currentTarget }) => act(channel, event, currentTarget, changed),
    },
    say(key),
  );
}

async function act(channel, event, pressed, changed) {
  const question = `ask.${event}`;
  if (hasText(question)) {
    const sure = await asked(say(question, channel), say(`${question}.consequence`), say(`action.${event}`));
    if (!sure) return;
  }
  pressed.disabled = true;
  try {
    await api.post(`/channels/${channel.channel_id}/${event}`);
    hush();
    await changed();
  } catch (problem) {
    tell(problem);
  }
  pressed.disabled = false;
}
