import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import type { Channel, Question } from './channel'
import ChannelDialogs from './ChannelDialogs.vue'
import { channel } from './channels-for-tests'

const BASE = `/api/v1/channels/${channel().channel_id}`

// Dialogs are shown at the end of the document, beside what is mounted.
const dialog = () => document.querySelector('[role=dialog]') as HTMLElement
const button = (label: string) => [...dialog().querySelectorAll('button')].find((one) => one.textContent?.trim() === label) as HTMLButtonElement
const field = (type = 'input:not([hidden])') => dialog().querySelector(type) as HTMLInputElement

async function type(input: HTMLInputElement, text: string) {
  input.value = text
  input.dispatchEvent(new Event('input'))
  await flushPromises()
}

async function asks(question: Question, told: Partial<Channel> = {}, answers: Record<string, unknown> = {}) {
  const page = await shown(ChannelDialogs, { channel: channel(told), question: null as Question | null }, { answers })
  await page.setProps({ question } as never)
  await flushPromises()
  const sent = () => page.calls.filter(({ method }) => method !== 'GET').map(({ method, url }) => `${method} ${new URL(url).pathname.slice(BASE.length)}${new URL(url).search}`)
  return { page, sent }
}

afterEach(() => {
  document.body.innerHTML = ''
})

describe('a question about a channel', () => {
  it('renames it', async () => {
    const { page, sent } = await asks('rename', {}, { [`PATCH ${BASE}`]: channel() })
    expect(field().value).toBe('Ventas')
    await type(field(), ' Ventas Lima ')
    button('Guardar').click()
    await flushPromises()
    expect(sent()).toEqual(['PATCH '])
    expect(await page.calls.at(-1)?.clone().json()).toEqual({ name: 'Ventas Lima' })
    expect(page.emitted('update:question')?.at(-1)).toEqual([null])
  })

  it('takes a new key, and does not keep it', async () => {
    const { page } = await asks('key', {}, { [`PATCH ${BASE}`]: channel() })
    expect(field().type).toBe('password')
    await type(field(), 'sk_new')
    button('Guardar y probar').click()
    await flushPromises()
    expect(await page.calls.at(-1)?.clone().json()).toEqual({ app_key: 'sk_new' })
    await page.setProps({ question: null } as never)
    await page.setProps({ question: 'key' } as never)
    await flushPromises()
    expect(field().value).toBe('')
  })

  it('says before disconnecting what is kept', async () => {
    const { sent } = await asks('disconnect', {}, { [`POST ${BASE}/disconnect`]: { state: 'disconnected' } })
    expect(dialog().textContent).toContain('Se conservan los mensajes')
    button('Desconectar').click()
    await flushPromises()
    expect(sent()).toEqual(['POST /disconnect'])
  })

  it('disconnects first what is to be removed while it is on, and keeps the history unless told otherwise', async () => {
    const answers = { [`POST ${BASE}/disconnect`]: { state: 'disconnected' }, [`DELETE ${BASE}`]: { state: 'removed' } }
    const { page, sent } = await asks('remove', { state: 'active' }, answers)
    button('Quitar el canal').click()
    await flushPromises()
    expect(sent()).toEqual(['POST /disconnect', 'DELETE ?history=keep'])
    expect(page.emitted('removed')).toHaveLength(1)
  })

  it('erases only after the name was typed', async () => {
    const { sent } = await asks('remove', { state: 'disconnected' }, { [`DELETE ${BASE}`]: { state: 'removed' } })
    ;(dialog().querySelectorAll('[role=radio]')[1] as HTMLElement).click()
    await flushPromises()
    expect(button('Quitar el canal').disabled).toBe(true)
    await type(field('form input:not([hidden]):not([type=radio])'), 'Ventas')
    expect(button('Quitar el canal').disabled).toBe(false)
    button('Quitar el canal').click()
    await flushPromises()
    expect(sent()).toEqual(['DELETE ?history=erase'])
  })

  it('does not offer to erase to who may not, and says who may', async () => {
    await asks('remove', { state: 'disconnected', may: ['channel.view', 'channel.disable'] })
    expect((dialog().querySelectorAll('[role=radio]')[1] as HTMLButtonElement).disabled).toBe(true)
    expect(dialog().textContent).toContain('es un derecho del propietario')
  })

  it('stays open with what went wrong beside the answer', async () => {
    const explanation = { code: 'channel_state', what: 'El estado no lo permite.', todo: 'Mire el canal.', who: 'administrator' }
    const { page } = await asks('pause', {}, { [`POST ${BASE}/pause`]: Response.json({ reason: 'channel_state', explanation }, { status: 409 }) })
    button('Poner en pausa').click()
    await flushPromises()
    expect(dialog().textContent).toContain('El estado no lo permite.')
    expect(page.emitted('update:question')).toBeUndefined()
  })
})
