// A sheet over a part of the page that leaves the rest usable.

import { icon } from "./icons.js";

/** `opener` shows and hides `sheet`, `closer` and Escape hide it; returns what toggles it. */
export function drawer(opener, sheet, closer) {
  const show = (open) => {
    sheet.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    (open ? closer : opener).focus();
  };
  closer.append(icon("close"));
  closer.addEventListener("click", () => show(false));
  sheet.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  const toggle = () => show(sheet.hidden);
  opener.addEventListener("click", toggle);
  return toggle;
}
