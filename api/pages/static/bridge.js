// The portal's page around ours, spoken to by postMessage (contracts/bitrix24.md §6.2).

const SILENCE_MS = 10_000;

/** Nobody answers as the portal: the page is not in a portal's frame, or the portal's page is gone. */
export class Silence extends Error {
  code = "bridge";
  status = 0;
  passes = false;
}

export class Bridge {
  #origin;
  #sid;
  #waiting = new Map();
  #start = null;

  /** `origin`: the portal's, as our server verified it. `frameName`: `DOMAIN|PROTOCOL|APP_SID`, set by the portal. */
  constructor(origin, frameName = window.name) {
    this.#origin = origin;
    this.#sid = frameName.split("|")[2] ?? "";
    window.addEventListener("message", (event) => this.#hear(event));
  }

  /** Who is in front of the page: `{MEMBER_ID, DOMAIN, AUTH_ID, INSTALL, …}`; asked for once. */
  start() {
    this.#start ??= this.ask("getInitData").catch((silence) => {
      this.#start = null;
      throw silence;
    });
    return this.#start;
  }

  /** A fresh token of this person: `{AUTH_ID, …}`. */
  renew() {
    return this.ask("refreshAuth");
  }

  /** Send a command; resolves with the portal's answer, rejects with `Silence` after ten seconds. */
  ask(command, parameters) {
    return new Promise((resolve, reject) => {
      if (!this.#sid || window.parent === window) {
        reject(new Silence(command));
        return;
      }
      const key = `wab24${crypto.getRandomValues(new Uint32Array(4)).join("")}`;
      const given = parameters === undefined ? [] : [JSON.stringify(parameters)];
      const patience = setTimeout(() => {
        this.#waiting.delete(key);
        reject(new Silence(command));
      }, SILENCE_MS);
      this.#waiting.set(key, (answer) => {
        clearTimeout(patience);
        resolve(answer);
      });
      window.parent.postMessage([command, ...given, key, this.#sid].join(":"), this.#origin);
    });
  }

  #hear({ origin, source, data }) {
    if (origin !== this.#origin || source !== window.parent || typeof data !== "string") return;
    const [key] = data.split(":", 1);
    const take = this.#waiting.get(key);
    if (take === undefined) return;
    this.#waiting.delete(key);
    take(parsed(data.slice(key.length + 1)));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? undefined : text;
  }
}
