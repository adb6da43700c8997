// The staff's client of our API: the session is a cookie that no script sees; when it is over, one place hears of it.

import createClient from 'openapi-fetch'
import type { Api } from '@/api/client'
import type { paths } from '@/api/schema'
import { offline } from '@/api/trouble'
import type { Language } from '@/session'

const PATIENCE_MS = 30_000
/** Whoever signs in, or asks whether he is, is told so himself. */
const OF_THE_DOOR = ['/staff/v1/session', '/staff/v1/me']

/** `onLost` is called once when an answer says that the session is over. */
export function staffApi(language: Language, onLost: () => void): Api {
  let isLost = false

  async function raw(request: Request): Promise<Response> {
    request.headers.set('Accept-Language', language)
    const answer = await fetch(request).catch(() => {
      throw offline()
    })
    if (answer.status === 401 && !isLost && !OF_THE_DOOR.includes(new URL(request.url).pathname)) {
      isLost = true
      onLost()
    }
    return answer
  }

  const client = createClient<paths>({
    baseUrl: location.origin,
    fetch: (request) => raw(new Request(request, { signal: AbortSignal.timeout(PATIENCE_MS) })),
    credentials: 'same-origin',
    cache: 'no-store',
  })
  return Object.assign(client, { raw })
}
