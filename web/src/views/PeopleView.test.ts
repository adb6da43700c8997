import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { channel } from '@/pieces/channel/channels-for-tests'
import { shown } from '@/testing'
import PeopleView from './PeopleView.vue'

const VENTAS = channel()
const cell = (channel_id: string | null, more: object = {}) => ({
  channel_id, rule: 'everybody', roles: ['agent'], receives_new_clients: true, version: null, own_role: null, own_receives: null, ...more,
})
const person = (user_id: string, name: string, more: object = {}) => ({
  user_id, name, job: 'Ventas', departments: ['Comercial'], is_admin: false, is_active: true, has_vanished: false,
  cells: [cell(null), cell(VENTAS.channel_id)], ...more,
})
const OWN = { rule: 'user_portal', roles: ['auditor'], version: 2, own_role: 'auditor', own_receives: true }
const LUCIA = person('27', 'Lucía Fernández')
const RICARDO = person('38', 'Ricardo Paredes', { cells: [cell(null, OWN), cell(VENTAS.channel_id, { ...OWN, version: null, own_role: null })] })
const GONE = person('39', 'Sofía Aguilar', {
  is_active: false,
  cells: [cell(null, { rule: 'dismissed', roles: [], version: 1, own_role: 'supervisor' }), cell(VENTAS.channel_id, { rule: 'dismissed', roles: [] })],
})
const ANSWERS = {
  'GET /api/v1/portal': { may: ['user.roles', 'audit.view'] },
  'GET /api/v1/channels': [VENTAS],
  'GET /api/v1/people': { people: [LUCIA, RICARDO, GONE], total: 3 },
  'GET /api/v1/people/reading': { read_at: '2026-11-22T18:00:00Z', actor: '1', actor_name: 'Ana Torres', counts: { people: 3, departments: 2, lines: 1 } },
  'GET /api/v1/departments': [
    { department_id: '1', name: 'Empresa', parent_id: null, has_vanished: false, people: 3, settings: [] },
    { department_id: '3', name: 'Comercial', parent_id: '1', has_vanished: false, people: 2, settings: [{ channel_id: null, role: 'supervisor', receives_new_clients: false, version: 1 }] },
  ],
  'GET /api/v1/permissions/changes': [],
  'GET /api/v1/people/lines': [
    { line_id: '1', name: 'Atención', is_active: false, has_vanished: false, operators: [{ user_id: '27', name: 'Lucía Fernández' }, { user_id: '55', name: null }], channels: ['Ventas'] },
  ],
}

const people = (answers: Record<string, unknown> = {}) => shown(PeopleView, {}, { answers: { ...ANSWERS, ...answers } })
const asked = (page: { calls: Request[] }, path: string) => page.calls.filter((call) => new URL(call.url).pathname === path)
const inDialog = (selector: string) => document.querySelector<HTMLElement>(`[role=dialog] ${selector}`)
async function open(page: VueWrapper, id: string, at: number) {
  const row = page.get(`[data-person="${id}"]`).element.closest('tr')
  row?.querySelectorAll<HTMLElement>('td button')[at]?.click()
  await flushPromises()
}
async function answer(label: string) {
  const button = [...document.querySelectorAll<HTMLElement>('[role=dialog] button')].find((one) => one.textContent?.trim() === label)
  expect(button, label).toBeDefined()
  button?.click()
  await flushPromises()
}

describe('the view of people', () => {
  it('says for each person what counts on each channel and why', async () => {
    const page = await people()
    const cells = (id: string) => [...(page.get(`[data-person="${id}"]`).element.closest('tr')?.querySelectorAll('td') ?? [])].map((one) => one.textContent?.trim())
    expect(cells('27')).toEqual(['Todos los canales', 'Ventas'].map((where) => `Lucía Fernández, ${where}: AgenteRecibe clientes nuevosComo todos`))
    expect(cells('38')[0]).toContain('AuditorAjuste propio en todos los canales')
    expect(cells('39')[0]).toContain('Supervisor')
    expect(cells('39')[1]).toContain('no puede nada')
    expect(page.text()).toContain('Dado de baja')
    page.unmount()
  })

  it('asks for a page, a name and a department, and begins at the first page again', async () => {
    const page = await people({ 'GET /api/v1/people': { people: [LUCIA], total: 60 } })
    vi.useFakeTimers()
    await page.get('input[placeholder="Buscar por nombre o cargo"]').setValue(' luc ')
    vi.advanceTimersByTime(400)
    vi.useRealTimers()
    await flushPromises()
    const last = asked(page, '/api/v1/people').at(-1)
    expect(new URL(last?.url ?? '').search).toBe('?offset=0&limit=25&search=luc')
    const next = page.findAll('button').find((one) => one.text() === '3')
    await next?.trigger('click')
    await flushPromises()
    expect(new URL(asked(page, '/api/v1/people').at(-1)?.url ?? '').search).toBe('?offset=50&limit=25&search=luc')
    page.unmount()
  })

  it('changes a setting with the version that was seen', async () => {
    const sent: unknown[] = []
    const page = await people({
      'PUT /api/v1/permissions': async (request: Request) => {
        sent.push(await request.json())
        return { version: 3 }
      },
    })
    await open(page, '38', 0)
    expect(inDialog('')?.textContent ?? document.querySelector('[role=dialog]')?.textContent).toContain('Lee todas las conversaciones')
    await answer('Guardar')
    expect(sent).toEqual([{ user_id: '38', channel_id: null, role: 'auditor', receives_new_clients: true, version: 2 }])
    expect(asked(page, '/api/v1/permissions/changes').length).toBe(2)
    page.unmount()
  })

  it('shows what stands there now when somebody was faster, and saves over it only when told to', async () => {
    const sent: { version: number | null }[] = []
    const facts = { role: 'owner', receives_new_clients: true, version: 5, changed_by: '1', changed_by_name: 'Ana Torres' }
    const page = await people({
      'PUT /api/v1/permissions': async (request: Request) => {
        sent.push((await request.json()) as { version: number })
        return sent.length === 1 ? Response.json({ reason: 'stale_version', facts }, { status: 409 }) : { version: 6 }
      },
    })
    await open(page, '38', 0)
    await answer('Guardar')
    expect(inDialog('[data-stale]')?.textContent).toContain('Ana Torres cambió este ajuste')
    expect(inDialog('[data-stale]')?.textContent).toContain('Propietario')
    await answer('Guardar mi cambio de todos modos')
    expect(sent.map(({ version }) => version)).toEqual([2, 5])
    page.unmount()
  })

  it('says why somebody may not, and whose rule it is', async () => {
    const page = await people({
      'GET /api/v1/permissions/explanation': {
        is_allowed: false, verdict: 'role', party: 'ours', rule: 'user_portal', roles: ['auditor'], departments: [], needed: ['agent', 'owner'], channel_state: 'active',
      },
    })
    await page.get('[data-person="38"] button').trigger('click')
    await flushPromises()
    const said = page.get('[data-verdict=role]').text()
    for (const part of ['No puede: su rol (Auditor) no lo incluye', 'Agente, Propietario', 'regla de esta aplicación']) expect(said).toContain(part)
    const query = new URL(asked(page, '/api/v1/permissions/explanation').at(-1)?.url ?? '').searchParams
    expect([query.get('user_id'), query.get('permission'), query.get('channel_id')]).toEqual(['38', 'conversation.write.own', VENTAS.channel_id])
    page.unmount()
  })

  it('reads the company when asked, and tells what failed', async () => {
    const explanation = { code: 'QUERY_LIMIT_EXCEEDED', what: 'Bitrix24 recibe demasiadas consultas.', todo: 'Espere un minuto.', who: 'nobody' }
    const page = await people({
      'POST /api/v1/people/reading': { ...ANSWERS['GET /api/v1/people/reading'], failure: 'QUERY_LIMIT_EXCEEDED', succeeded_at: '2026-11-21T18:00:00Z', explanation },
    })
    await page.findAll('button').find((one) => one.text() === 'Actualizar datos del CRM')?.trigger('click')
    await flushPromises()
    expect(page.get('[data-reading=failed]').text()).toContain('La última completa fue')
    expect(page.text()).toContain('Bitrix24 recibe demasiadas consultas.')
    expect(asked(page, '/api/v1/people').length).toBeGreaterThan(2)
    page.unmount()
  })

  it('reads the company by itself where it never was', async () => {
    const page = await people({ 'GET /api/v1/people/reading': { read_at: null, counts: {} }, 'POST /api/v1/people/reading': ANSWERS['GET /api/v1/people/reading'] })
    expect(page.get('[data-reading=good]').text()).toContain('Ana Torres')
    expect(page.get('[data-count=departments]').text()).toBe('2')
    page.unmount()
  })

  it('shows the open channels with their queue', async () => {
    const page = await people()
    const tab = page.findAll('[role=tab]').find((one) => one.text() === 'Canales abiertos')
    await tab?.trigger('mousedown', { button: 0 })
    await flushPromises()
    const line = page.get('[data-line="1"]').text()
    for (const part of ['Atención', 'Apagado', 'Ventas', 'Lucía Fernández, Usuario 55']) expect(line).toContain(part)
    page.unmount()
  })

  it('shows nothing to who gives no roles, and asks for nothing', async () => {
    const page = await people({ 'GET /api/v1/portal': { may: ['channel.view'] } })
    expect(page.text()).toContain('Solo un propietario ve y da los roles')
    expect(asked(page, '/api/v1/people')).toEqual([])
    expect(asked(page, '/api/v1/departments')).toEqual([])
    page.unmount()
  })
})
