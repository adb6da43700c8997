import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { shown, type Stage } from '@/testing'
import InstallView from './InstallView.vue'

const PORTAL = { state: 'installing', repaired_at: null, repair_failures: 0, repair_report: {}, explanation: null }
const SET_UP = { ...PORTAL, repaired_at: '2026-03-02T15:04:05Z', repair_report: { done: ['Register', 'BindEvent'], broken: [] } }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function wizard(portal: unknown, stage: Stage = {}) {
  const finished = vi.fn(() => Promise.resolve())
  const page = await shown(InstallView, {}, {
    ...stage,
    portal: { finishInstallation: finished, ...stage.portal },
    answers: { 'GET /api/v1/portal': portal, 'POST /api/v1/portal/finish': { state: 'installed' }, ...stage.answers },
  })
  const states = () => Object.fromEntries(page.findAll('[data-step]').map((step) => [step.attributes('data-step'), step.attributes('data-state')]))
  const posts = () => page.calls.filter((call) => call.method === 'POST').map((call) => new URL(call.url).pathname)
  return { page, finished, states, posts }
}

describe('the installation wizard', () => {
  it('waits for the set-up, finishes at our server, then tells Bitrix24', async () => {
    let portal: unknown = PORTAL
    const { page, finished, states, posts } = await wizard(() => portal)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(posts()).toEqual([])
    expect(states()).toMatchObject({ verified: 'done', register: 'running', finish: 'waiting' })
    portal = SET_UP
    await vi.advanceTimersByTimeAsync(1_000)
    expect(posts()).toEqual(['/api/v1/portal/finish'])
    expect(finished).toHaveBeenCalledOnce()
    expect(new Set(Object.values(states()))).toEqual(new Set(['done']))
    expect(page.text()).toContain('Todo listo')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(posts()).toHaveLength(1)
  })

  it('does not tell a portal that is not installing', async () => {
    const { page, finished } = await wizard(SET_UP, { portal: { isInstalling: () => Promise.resolve(false) } })
    expect(finished).not.toHaveBeenCalled()
    expect(page.text()).toContain('Ya estaba instalada')
  })

  it('says what keeps the set-up from succeeding, and goes on when it does', async () => {
    const explanation = { code: 'insufficient_scope', what: 'Faltan permisos.', todo: 'Actívelos.', who: 'administrator' }
    let portal: unknown = { ...PORTAL, repair_failures: 1, explanation, repair_report: { done: ['Register'], broken: [{ step: 'BindEvent', code: 'insufficient_scope' }] } }
    const { page, states, posts } = await wizard(() => portal)
    expect(page.text()).toContain('Faltan permisos.')
    expect(states()).toMatchObject({ register: 'done', events: 'failed' })
    expect(posts()).toEqual([])
    portal = SET_UP
    await vi.advanceTimersByTimeAsync(1_000)
    expect(page.text()).toContain('Todo listo')
  })

  it('does not finish a portal that was repaired once but fails now', async () => {
    const { states, posts } = await wizard({ ...SET_UP, repair_failures: 2, repair_report: {} })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(posts()).toEqual([])
    expect(states()).toMatchObject({ register: 'failed' })
  })

  it('lets a refused finish be tried again', async () => {
    const answers = [Response.json({ reason: 'database_away' }, { status: 503 }), Response.json({ state: 'installed' })]
    const { page, finished, states } = await wizard(SET_UP, { answers: { 'POST /api/v1/portal/finish': () => answers.shift() } })
    expect(states()).toMatchObject({ finish: 'failed' })
    expect(finished).not.toHaveBeenCalled()
    await page.get('[role=alert] button').trigger('click')
    await flushPromises()
    expect(finished).toHaveBeenCalledOnce()
  })

  it('says when Bitrix24 does not answer', async () => {
    const { page } = await wizard(SET_UP, { portal: { isInstalling: () => Promise.reject(new Error('silence')) } })
    expect(page.text()).toContain('Bitrix24 no responde a esta página')
  })
})
