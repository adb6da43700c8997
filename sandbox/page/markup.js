// Both sides' ways of writing bold and links, as elements; whatever is not understood stays text.

import { element } from "./dom.js";

const TAGS = { b: "strong", i: "em", u: "u", s: "s" };
const BBCODE = /\[(b|i|u|s)\]([\s\S]*?)\[\/\1\]|\[url(?:=([^\]]*))?\]([\s\S]*?)\[\/url\]|\[br\]/gi;
const LINK = /https?:\/\/[^\s<>"[\]]+/g;

/** BBCode of Bitrix24. */
export function bbcode(text) {
  return split(text, BBCODE, (found) => {
    const [whole, tag, inner, address, label] = found;
    if (tag) return element(TAGS[tag.toLowerCase()], {}, ...bbcode(inner));
    if (/^\[br\]$/i.test(whole)) return "\n";
    return link(address ?? label, label);
  }, links);
}

const WHATSAPP = /(^|[\s(])(?:\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~|```([\s\S]+?)```)(?=$|[\s).,;:!?])/g;

/** WhatsApp's asterisks, underscores and tildes. */
export function whatsapp(text) {
  return split(text, WHATSAPP, ([, before, bold, italic, struck, plain]) => {
    const [tag, inner] = [["strong", bold], ["em", italic], ["s", struck], ["code", plain]].find(([, one]) => one !== undefined);
    return [before, element(tag, {}, ...(tag === "code" ? [inner] : whatsapp(inner)))];
  }, links);
}

function links(text) {
  return split(text, LINK, ([address]) => link(address, address), (plain) => [plain]);
}

function link(address, label) {
  return /^https?:\/\//i.test(address) ? element("a", { href: address, target: "_blank", rel: "noreferrer" }, label) : label;
}

function split(text, pattern, made, between) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) parts.push(...between(text.slice(at, found.index)));
    parts.push(...[made(found)].flat());
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push(...between(text.slice(at)));
  return parts;
}

/** One line without marks, for lists. */
export const plain = (text) => text.replace(/\[\/?[a-z]+[^\]]*\]/gi, " ").replace(/\s+/g, " ").trim();
