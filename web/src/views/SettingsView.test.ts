import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { channel, detail } from '@/pieces/channel/channels-for-tests'
import { shown } from '@/testing'
import SettingsView from './SettingsView.vue'

const PORTAL = {
  portal_id: '0190b3c4-0000-7000-8000-00000000a001',
  member_id: 'f5ea316d67abd2bf',
  domain: 'ejemplo.bitrix24.com',
  state: 'installed',
  state_reason: null,
  language: 'es',
  time_zone: 'America/Lima',
  connector: 'wab24',
  connector_name: 'WhatsAppB24',
  app_name: 'WhatsAppB24',
  notify: ['1'],
  scope: 'im,imconnector crm',
  repaired_at: '2026-11-22T18:00:00Z',
  repair_failures: 0,
  repair_report: { done: ['Register'], broken: [] },
  installed_at: '2026-11-20T18:00:00Z',
  user: { user_id: '1', name: 'Ana Torres', is_admin: true },
  may: ['portal.configure'],
  explanation: null,
}
const USERS = [{ user_id: '1', name: 'Ana Torres', is_admin: true, is_notified: true }]

function settings(portal: object = PORTAL, answers: Record<string, unknown> = {}) {
  return shown(SettingsView, {}, { answers: { 'GET /api/v1/portal': portal, 'GET /api/v1/users': USERS, 'GET /api/v1/channels': [], ...answers } })
}

describe('the settings', () => {
  it('tell what is known of the portal and how its set-up went', async () => {
    const page = await settings()
    for (const told of ['ejemplo.bitrix24.com', 'f5ea316d67abd2bf', 'imconnector', 'Todo en orden', 'Conector registrado', 'Ana Torres']) {
      expect(page.text()).toContain(told)
    }
    page.unmount()
  })

  it('save the connector\'s name and say so beside it', async () => {
    const sent: unknown[] = []
    const page = await settings(PORTAL, {
      'PATCH /api/v1/portal': async (request: Request) => {
        const change = (await request.json()) as object
        sent.push(change)
        return { ...PORTAL, ...change }
      },
    })
    await page.get('input').setValue(' WhatsApp Ventas ')
    await page.get('form').trigger('submit')
    await flushPromises()
    expect(sent).toEqual([{ connector_name: 'WhatsApp Ventas' }])
    expect(page.get('form').element.closest('[data-slot=root]')?.textContent).toContain('Guardado')
    page.unmount()
  })

  it('say beside the field why it was not saved, and try again when asked', async () => {
    const explanation = { code: 'portal_state', what: 'El portal está suspendido.', todo: 'Renueve.', who: 'administrator' }
    const answers = [Response.json({ reason: 'portal_state', explanation }, { status: 409 }), Response.json({ ...PORTAL, connector_name: 'Otro' })]
    const page = await settings(PORTAL, { 'PATCH /api/v1/portal': () => answers.shift() })
    await page.get('input').setValue('Otro')
    await page.get('form').trigger('submit')
    await flushPromises()
    expect(page.text()).toContain('El portal está suspendido.')
    await page.get('[role=alert] button').trigger('click')
    await flushPromises()
    expect(page.text()).not.toContain('El portal está suspendido.')
    expect(page.text()).toContain('Guardado')
    page.unmount()
  })

  it('are read-only without the right, and ask for nobody\'s names', async () => {
    const page = await settings({ ...PORTAL, may: [] })
    expect(page.text()).toContain('Puede ver la configuración, pero no cambiarla')
    expect(page.find('form').exists()).toBe(false)
    expect(page.calls.map((call) => new URL(call.url).pathname)).not.toContain('/api/v1/users')
    page.unmount()
  })

  it('tell what Gupshup says of each number, with a button that has it asked again', async () => {
    const one = channel()
    const page = await settings(PORTAL, {
      'GET /api/v1/channels': [one],
      [`GET /api/v1/channels/${one.channel_id}`]: detail(),
      [`POST /api/v1/channels/${one.channel_id}/check`]: { state: 'active' },
    })
    expect(page.get('[data-fact=quality]').text()).toContain('Actualizado')
    const button = page.findAll('button').find((found) => found.text() === 'Actualizar')
    await button?.trigger('click')
    await flushPromises()
    expect(page.calls.some((call) => call.method === 'POST' && call.url.endsWith('/check'))).toBe(true)
    page.unmount()
  })

  it('offer no new reading to who may not ask for one', async () => {
    const one = channel({ may: ['channel.view'] })
    const page = await settings(PORTAL, { 'GET /api/v1/channels': [one], [`GET /api/v1/channels/${one.channel_id}`]: detail() })
    expect(page.text()).toContain('Ventas · +5215550001111')
    expect(page.findAll('button').map((found) => found.text())).not.toContain('Actualizar')
    page.unmount()
  })
})
