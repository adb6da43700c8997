// Line drawings of 24 by 24, in the colour of the text around them.

const PATHS = {
  chats: "M4 5h16v11H9l-5 4z",
  contacts: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.5 13v7M13 16.500h7",
  app: "M12 3a9 9 0 0 0-7.7 13.600L3 21l4.5-1.200A9 9 0 1 0 12 3zM8.5 12l2.5 2.5 4.5-5",
  developer: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  attach: "M19 11l-7.5 7.500a5 5 0 0 1-7-7L12 4a3.3 3.3 0 0 1 4.7 4.700L9 16.300a1.7 1.7 0 0 1-2.4-2.400L13.5 7",
  plus: "M12 5v14M5 12h14",
  send: "M4 12l16-8-5 16-4-6z",
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  smile: "M12 3a9 9 0 1 0 .01 0zM8.5 10v.01M15.5 10v.01M8 14.500a5 5 0 0 0 8 0",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  reload: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
  widen: "M10 6l-6 6 6 6M20 6l-6 6 6 6",
  narrow: "M4 6l6 6-6 6M14 6l6 6-6 6",
  document: "M6 3h8l4 4v14H6zM14 3v4h4",
  pin: "M12 21s-7-6-7-11a7 7 0 0 1 14 0c0 5-7 11-7 11zM12 7.500a2.5 2.5 0 1 0 .01 0z",
  person: "M12 4a4 4 0 1 0 .01 0zM4 20a8 8 0 0 1 16 0",
  faults: "M13 3L5 14h6l-1 7 9-12h-6z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  clock: "M12 3a9 9 0 1 0 .01 0zM12 7v5l3.5 2",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
};

export function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) drawing.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}
