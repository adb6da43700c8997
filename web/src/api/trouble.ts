// Everything that can go wrong on the way to our server, as one kind of error.

import type { components } from './schema'

export type Problem = components['schemas']['Problem']
/** What happened, what to do, who must act; our server's words, in the person's language. */
export type Explanation = components['schemas']['Explanation']

/** `offline`: our server could not be reached. `session`: the person must open the application again. */
export class Trouble extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly explanation: Explanation | null = null,
    readonly facts: Record<string, unknown> = {},
  ) {
    super(code)
  }

  /** Will the same call succeed by itself, later? */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

export const offline = () => new Trouble('offline', 0)
export const sessionLost = () => new Trouble('session', 401)

/** The trouble that an answer of our server tells of. */
export function troubleOf(status: number, body: unknown): Trouble {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>
  return new Trouble(problem.reason ?? `http_${status}`, status, problem.explanation ?? null, problem.facts ?? {})
}
