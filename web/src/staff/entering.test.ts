import { createMemoryHistory } from 'vue-router'
import { describe, expect, it } from 'vitest'
import { deskOf, type Me, type Permission } from './desk'
import { backTo, takeSecret } from './entering'
import { staffRouter, tabsFor } from './router'

const PAGE = { app_name: 'WhatsAppB24', language: 'es', has_oidc: false } as const
const somebody = (...permissions: Permission[]): Me => ({
  staff_id: '0190b3c4-0000-7000-8000-00000000d001',
  name: 'Olga',
  email: 'olga@provider.example',
  language: 'es',
  role: 'owner',
  permissions,
  ends_at: '2026-11-23T00:00:00Z',
})

async function shownAt(me: Me | null, path: string) {
  const router = staffRouter(deskOf(PAGE, me), createMemoryHistory())
  await router.push(path)
  return router.currentRoute.value
}

describe('coming in', () => {
  it('takes the secret out of the address, so that nothing keeps it', () => {
    history.replaceState(null, '', '/staff/enter?to=/people#a-secret')
    expect(takeSecret()).toBe('a-secret')
    expect(location.href).not.toContain('a-secret')
    expect(takeSecret()).toBe('')
  })

  it.each([
    ['/people', '/people'],
    ['/customers/12?page=2', '/customers/12?page=2'],
    ['//evil.example', '/'],
    ['https://evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/enter', '/'],
    [undefined, '/'],
  ])('comes back to %s as %s', (wanted, expected) => {
    expect(backTo(wanted)).toBe(expected)
  })

  it('is where everybody begins who is not signed in, and remembers where he wanted to go', async () => {
    const route = await shownAt(null, '/people')
    expect([route.name, route.query.to]).toEqual(['enter', '/people'])
  })

  it('offers and opens only what a person may do', async () => {
    expect(tabsFor(deskOf(PAGE, somebody('incidents.view'))).map(({ name }) => name)).not.toContain('people')
    expect((await shownAt(somebody('incidents.view'), '/people')).name).not.toBe('people')
    expect((await shownAt(somebody('staff.manage'), '/people')).name).toBe('people')
  })
})
