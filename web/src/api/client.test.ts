import { afterEach, describe, expect, it, vi } from 'vitest'
import { apiFor, asked } from './client'
import { Trouble } from './trouble'

const PROOF = { auth_id: 'fresh', member_id: 'm1', domain: 'portal.example' }
const SESSION = { token: 'first', language: 'es' as const }

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

/** A server that takes only `good`, and gives it for a proof. */
function server(good: string, renewed: () => Response = () => json({ token: good, expires_in_s: 3600, language: 'es' })) {
  const calls: string[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    calls.push(`${request.method} ${path}`)
    if (path === '/api/v1/session') return renewed()
    return request.headers.get('Authorization') === `Bearer ${good}` ? json([]) : json({ reason: 'bearer' }, 401)
  })
  return calls
}

async function troubleFrom(call: Promise<unknown>): Promise<Trouble> {
  return call.then(
    () => { throw new Error('no trouble') },
    (trouble: unknown) => trouble as Trouble,
  )
}

afterEach(() => void vi.unstubAllGlobals())

describe('a call', () => {
  it('carries the token and gives the content', async () => {
    server('first')
    const api = apiFor(SESSION, { renew: () => Promise.resolve(PROOF) })
    expect(await asked(api.GET('/api/v1/channels'))).toEqual([])
  })

  it('renews an expired token once for all calls that found it expired', async () => {
    const calls = server('second')
    const api = apiFor(SESSION, { renew: () => Promise.resolve(PROOF) })
    await Promise.all([asked(api.GET('/api/v1/channels')), asked(api.GET('/api/v1/channels'))])
    expect(calls.filter((call) => call === 'POST /api/v1/session')).toHaveLength(1)
    await asked(api.GET('/api/v1/channels'))
    expect(calls).toHaveLength(6)
  })

  it('ends the session when the portal does not vouch any more', async () => {
    server('second')
    const api = apiFor(SESSION, { renew: () => Promise.reject(new Error('silence')) })
    expect(await troubleFrom(asked(api.GET('/api/v1/channels')))).toMatchObject({ code: 'session', passes: false })
  })

  it('ends the session when the server refuses the proof, and waits when it is only away', async () => {
    server('second', () => json({ reason: 'user_mismatch' }, 403))
    const refused = apiFor(SESSION, { renew: () => Promise.resolve(PROOF) })
    expect(await troubleFrom(asked(refused.GET('/api/v1/channels')))).toMatchObject({ code: 'session' })
    server('second', () => json({ reason: 'database_away' }, 503))
    const away = apiFor(SESSION, { renew: () => Promise.resolve(PROOF) })
    expect(await troubleFrom(asked(away.GET('/api/v1/channels')))).toMatchObject({ code: 'database_away', passes: true })
  })

  it('tells a server that cannot be reached from one that refuses', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')))
    const api = apiFor(SESSION, { renew: () => Promise.resolve(PROOF) })
    expect(await troubleFrom(asked(api.GET('/api/v1/channels')))).toMatchObject({ code: 'offline', status: 0 })
    const explanation = { code: 'permission', what: 'No.', todo: 'Ask.', who: 'administrator' }
    vi.stubGlobal('fetch', () => Promise.resolve(json({ title: 'Forbidden', status: 403, reason: 'permission', explanation, facts: { user_id: '7' } }, 403)))
    expect(await troubleFrom(asked(api.GET('/api/v1/channels')))).toMatchObject({ code: 'permission', explanation, facts: { user_id: '7' }, passes: false })
  })
})
