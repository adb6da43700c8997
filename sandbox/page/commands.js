// What the portal does when a page in its frame asks for it. What needs the portal's memory is asked of the
// sandbox, which also remembers every unknown command as a complaint.

import { byId, call, element, warn } from "./dom.js";
import { close, openFrame, openNote, reload, reopen, resize, scrollTo, setTitle, widen } from "./panel.js";
import { showChat, showView } from "./portal.js";
import { portal } from "./store.js";
import { fill, portalTexts } from "./texts.js";

const words = () => portalTexts(portal().lang);
const bound = new WeakMap();

const COMMANDS = {
  setTitle: (layer, params, reply) => { setTitle(layer, String(params?.title ?? "")); reply(); },
  resizeWindow: (layer, params, reply) => { resize(layer, params?.height); reply(); },
  setScroll: (layer, params, reply) => { scrollTo(layer, params?.scroll); reply(); },
  reloadWindow: (layer) => reload(layer),
  closeApplication: (layer, _params, reply) => { reply(); close(layer); },
  // Both answer when their slider is closed again.
  openApplication: (_layer, params, reply) => openSlider(params ?? {}, () => reply()),
  openPath: (_layer, params, reply) => openPath(String(params?.path ?? params ?? ""), reply),
  imOpenMessenger: (_layer, params, reply) => { openDialog(params); reply(); },
  imOpenHistory: (_layer, params, reply) => { openDialog(params); reply(); },
  imCallTo: (_layer, params, reply) => { warn(fill(words().calls, { who: nameOf(params?.userId) })); reply(); },
  imPhoneTo: (_layer, params, reply) => { warn(fill(words().calls, { who: params?.phone ?? "" })); reply(); },
  showAppForm: (_layer, _params, reply) => { warn(words().formShown); reply(); },
  selectUser: async (_layer, params, reply) => reply(await pick(Boolean(params?.mult))),
  getInterface: (_layer, _params, reply) => reply({ command: [...Object.keys(COMMANDS), ...ASKED], event: [] }),
  // The key is kept for the events of this placement; binding itself is not answered.
  placementBindEvent: (layer, params, reply) => bound.set(layer, [...(bound.get(layer) ?? []), { event: params?.event, reply }]),
  setInstallFinish: async (layer, params, reply) => {
    reply(await ask(layer, "setInstallFinish", params));
    await reopen();
  },
};
const ASKED = ["getInitData", "refreshAuth", "setInstall", "setAppOption", "setUserOption"];

export async function perform(layer, command, params, reply) {
  if (Object.hasOwn(COMMANDS, command)) {
    await COMMANDS[command](layer, params, reply);
    return;
  }
  reply(await ask(layer, command, params));
  if (!ASKED.includes(command)) console.warn(`the portal knows no command ${command.slice(0, 60)}`);
}

async function ask(layer, command, params) {
  const { answer } = await call("POST", `${layer.path}bridge`, { app_sid: layer.request.app_sid, command, params: params ?? null });
  return answer;
}

/** What begins with `bx24_` is about the slider; the rest are the page's options. */
function openSlider(params, onClose) {
  const options = Object.fromEntries(Object.entries(params).filter(([key]) => !key.startsWith("bx24_")));
  return openFrame({ options, title: String(params.bx24_title ?? ""), over: true, wide: true, onClose });
}

const nameOf = (id) => portal().users.find((one) => one.id === Number(id))?.name ?? String(id ?? "");

/** `chat12`, `imol|12` or `imol|connector|line|chat|user`. */
function openDialog(params) {
  const dialog = String(params?.dialogId ?? params?.dialog_id ?? params ?? "");
  const code = dialog.replace(/^imol\|/, "");
  const chat = portal().chats.find((one) => one.code === code || String(one.id) === code.replace(/^chat/, ""));
  if (!chat) {
    warn(dialog);
    return;
  }
  widen(false);
  showChat(chat.id);
}

async function openPath(path, reply) {
  const closed = () => reply({ result: "close" });
  const address = new URL(path, "https://portal.invalid");
  const query = address.searchParams;
  if (address.pathname.startsWith("/contact_center/connector")) {
    const options = { CONNECTOR: query.get("ID") ?? "", ...(query.has("LINE") ? { LINE: query.get("LINE") } : {}) };
    await openFrame({ placement: "SETTING_CONNECTOR", options, over: true, wide: true, onClose: closed });
  } else if (address.pathname.startsWith("/marketplace/")) {
    const options = Object.fromEntries([...query].map(([key, value]) => [key.replace(/^params\[(.*)\]$/, "$1"), value]));
    await openSlider(options, closed);
  } else if (address.pathname.startsWith("/contact_center")) {
    showView("contacts");
    closed();
  } else if (address.pathname.startsWith("/online") && query.has("IM_DIALOG")) {
    openDialog(query.get("IM_DIALOG"));
    closed();
  } else {
    openNote(fill(words().pathText, { path: address.pathname }), closed);
  }
}

/** A small list of colleagues; answers as `selectUser` does, an empty one when nobody was chosen. */
function pick(several) {
  const now = words();
  const dialog = byId("picker");
  const rows = portal().users.map((user) => element(
    "label", {}, element("input", { type: several ? "checkbox" : "radio", name: "user", value: user.id }), user.name,
    element("small", {}, user.admin ? now.administrator : now.operator),
  ));
  dialog.replaceChildren(element(
    "form", { method: "dialog" }, element("h2", { id: "picker-title" }, now.choosePeople), ...rows,
    element("div", { class: "row" }, element("button", { class: "primary", value: "chosen" }, now.chosen), element("button", { class: "quiet", value: "" }, now.cancel)),
  ));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const ids = dialog.returnValue ? [...dialog.querySelectorAll(":checked")].map((one) => Number(one.value)) : [];
      const users = portal().users.filter((one) => ids.includes(one.id)).map((one) => ({ id: String(one.id), name: one.name, position: one.position, photo: "", url: `/company/personal/user/${one.id}/` }));
      resolve(several ? users : users[0] ?? null);
    }, { once: true });
  });
}
