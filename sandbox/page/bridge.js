// The portal's side of the bridge between its page and one in a frame (contract bitrix24.md §6.2).

import { layerOf } from "./panel.js";

/**
 * Hear the frames. `perform(layer, command, params, reply)` does what is asked; it may answer later, often
 * (an event that was bound) or never. Only a frame's own window on its own origin with its own APP_SID is
 * heard, and only that window on that origin is answered.
 */
export function startBridge(perform) {
  addEventListener("message", ({ source, origin, data }) => {
    const layer = layerOf(source, origin);
    const asked = layer && parsed(data);
    if (!asked || asked.sid !== sidOf(layer)) return;
    perform(layer, asked.command, asked.params, (answer) => {
      if (!asked.key) return;
      const text = answer === undefined || answer === null ? asked.key : `${asked.key}:${JSON.stringify(answer)}`;
      source.postMessage(text, origin);
    });
  });
}

const sidOf = (layer) => layer.request.app_sid;

/** `command[:params]:key:APP_SID`, where the parameters may contain colons; an object where the command does. */
export function parsed(data) {
  if (typeof data === "string") {
    const parts = data.split(":");
    if (parts.length < 3) return null;
    return { command: parts[0], params: unpacked(parts.slice(1, -2).join(":")), key: parts.at(-2), sid: parts.at(-1) };
  }
  if (typeof data !== "object" || data === null || typeof data.method !== "string") return null;
  const params = typeof data.params === "string" ? unpacked(data.params) : data.params;
  return { command: data.method, params, key: String(data.callback ?? ""), sid: String(data.appSid ?? "") };
}

function unpacked(text) {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
