import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { channel, LINES, portal } from '@/pieces/channel/channels-for-tests'
import { shown } from '@/testing'
import ConnectorView from './ConnectorView.vue'

async function frame(options: Record<string, unknown>, answers: Record<string, unknown> = {}) {
  return shown(ConnectorView, {}, {
    session: { page: 'setting-connector', placement_options: options },
    answers: { 'GET /api/v1/channels': [channel()], 'GET /api/v1/lines': LINES, 'GET /api/v1/portal': portal(), ...answers },
  })
}

describe('the frame of an open line', () => {
  it.each(['1', 1])('shows the channel of line %j with its tests and its action', async (LINE) => {
    const page = await frame({ LINE })
    expect(page.get('h1').text()).toBe('Ventas')
    expect(page.findAll('[data-test]').length).toBe(2)
    expect(page.get('footer').text()).toContain('Escribir al número')
  })

  it('is the wizard for exactly this line where it has no channel', async () => {
    const page = await frame({ LINE: '2' })
    expect(page.get('h1').text()).toBe('Conectar un número al canal abierto «Soporte»')
    expect(page.get('[data-now]').attributes('data-now')).toBe('number')
    expect(page.find('[data-step=line]').exists()).toBe(false)
  })

  it('goes on with the wizard when its channel has come into being', async () => {
    const made = channel({ channel_id: '018f0000-0000-7000-8000-000000000009', line_id: '2', state: 'connecting' })
    const channels = [channel()]
    const page = await frame({ LINE: '2' }, {
      'GET /api/v1/channels': () => channels,
      'POST /api/v1/channels': Response.json({ channel_id: made.channel_id }, { status: 201 }),
      [`GET /api/v1/channels/${made.channel_id}`]: made,
    })
    for (const [field, text] of Object.entries({ app_name: 'A', app_id: 'b', app_key: 'c', phone: '5215550002222' })) {
      await page.get(`input[name=${field}]`).setValue(text)
    }
    await page.get('form').trigger('submit')
    await flushPromises()
    channels.push(made)
    await page.changes('channels')
    expect(page.get('[data-now]').attributes('data-now')).toBe('connecting')
  })

  it('says how to open it where no line was given', async () => {
    const page = await frame({})
    expect(page.text()).toContain('Contact Center')
    expect(page.calls.filter(({ url }) => url.endsWith('/channels')).length).toBeLessThanOrEqual(1)
  })

  it('says who may connect a number to a person who may not', async () => {
    const page = await frame({ LINE: '2' }, { 'GET /api/v1/portal': portal(['channel.view']) })
    expect(page.find('form').exists()).toBe(false)
    expect(page.text()).toContain('Un administrador de su portal puede agregar un canal.')
  })
})
