// The typed client of our own API: one place where a token is attached, renewed, and where failures become Trouble.

import createClient, { type Client } from 'openapi-fetch'
import type { Portal } from '@/portal'
import type { PageSession } from '@/session'
import type { components, paths } from './schema'
import { offline, sessionLost, Trouble, troubleOf } from './trouble'

export type Schemas = components['schemas']

const PATIENCE_MS = 30_000

export interface Api extends Client<paths> {
  /** A call whose answer is read by the caller: the live stream. */
  raw: (request: Request) => Promise<Response>
}

/** The client for a session; a token that expired is renewed once through the portal, for all calls at once. */
export function apiFor(session: Pick<PageSession, 'token' | 'language'>, portal: Pick<Portal, 'renew'>): Api {
  let token = session.token
  let renewal: Promise<void> | null = null

  function renewed(expired: string): Promise<void> {
    if (token !== expired) return Promise.resolve()
    renewal ??= renew().finally(() => {
      renewal = null
    })
    return renewal
  }

  async function renew(): Promise<void> {
    const proof = await portal.renew().catch(() => {
      throw sessionLost()
    })
    const answer = await reached(
      new Request(new URL('/api/v1/session', location.href), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Accept-Language': session.language },
        body: JSON.stringify({ ...proof, language: session.language }),
        credentials: 'omit',
        signal: AbortSignal.timeout(PATIENCE_MS),
      }),
    )
    if (answer.status >= 500) throw troubleOf(answer.status, await contentOf(answer))
    if (!answer.ok) throw sessionLost()
    token = ((await answer.json()) as Schemas['Session']).token
  }

  async function raw(request: Request): Promise<Response> {
    const again = request.clone()
    const used = token
    const answer = await reached(withToken(request, used))
    if (answer.status !== 401) return answer
    await renewed(used)
    const second = await reached(withToken(again, token))
    if (second.status === 401) throw sessionLost()
    return second
  }

  function withToken(request: Request, bearer: string): Request {
    request.headers.set('Authorization', `Bearer ${bearer}`)
    request.headers.set('Accept-Language', session.language)
    return request
  }

  const client = createClient<paths>({
    baseUrl: location.origin,
    fetch: (request) => raw(new Request(request, { signal: AbortSignal.timeout(PATIENCE_MS) })),
    credentials: 'omit',
    cache: 'no-store',
  })
  return Object.assign(client, { raw })
}

async function reached(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (error instanceof Trouble) throw error
    throw offline()
  }
}

async function contentOf(answer: Response): Promise<unknown> {
  return answer.json().catch(() => null)
}

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The content of an answer. Rejects with Trouble. */
export async function asked<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call.catch((thrown: unknown) => {
    throw thrown instanceof Trouble ? thrown : offline()
  })
  if (!response.ok) throw troubleOf(response.status, error)
  return data as NonNullable<T>
}
