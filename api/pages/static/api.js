// Our server, and everything that can go wrong on the way to it, as one kind of error.

const PATIENCE_MS = 30_000;

/** A call that did not succeed. `code` is what the words hang on; `detail` and `todo` are the server's own. */
export class Problem extends Error {
  constructor(code, status, { detail = "", what_to_do = "", facts = {} } = {}) {
    super(code);
    Object.assign(this, { code, status, detail, todo: what_to_do, facts });
  }

  /** Will the same call succeed by itself, later? */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  #token;
  #bridge;
  #language;
  #renewal = null;

  constructor({ token }, bridge, language) {
    this.#token = token;
    this.#bridge = bridge;
    this.#language = language;
  }

  get(path) {
    return this.#call("GET", path);
  }

  post(path, body) {
    return this.#call("POST", path, body);
  }

  async #call(method, path, body) {
    const token = this.#token;
    const answer = await this.#send(method, path, body, token);
    if (answer.status !== 401) return contentOf(answer);
    if (token === this.#token) await this.#renewed();
    return contentOf(await this.#send(method, path, body, this.#token));
  }

  /** One renewal for all calls that found their token expired. */
  #renewed() {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renew() {
    const [person, fresh] = await Promise.all([this.#bridge.start(), this.#bridge.renew()]).catch(() => {
      throw new Problem("bearer", 401);
    });
    const proof = {
      auth_id: fresh.AUTH_ID,
      member_id: person.MEMBER_ID,
      domain: person.DOMAIN,
      language: this.#language,
    };
    this.#token = (await contentOf(await this.#send("POST", "/session", proof))).token;
  }

  async #send(method, path, body, token) {
    const headers = { Accept: "application/json" };
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      return await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch {
      throw new Problem("offline", 0);
    }
  }
}

async function contentOf(answer) {
  const body = await answer.json().catch(() => null);
  if (answer.ok) return body;
  const reason = typeof body?.reason === "string" ? body.reason : `http_${answer.status}`;
  throw new Problem(reason, answer.status, body ?? {});
}
