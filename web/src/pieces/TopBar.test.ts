import { useRoute } from 'vue-router'
import { defineComponent, h, type Component } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { shown } from '@/testing'
import TopBar from './TopBar.vue'

const Page: Component = defineComponent(() => {
  const route = useRoute()
  return () => [h(TopBar), h('output', JSON.stringify([route.name, route.params]))]
})
const press = (key: string, at: EventTarget = document.body) => at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))

describe('the search box', () => {
  it('is reached with «/» from anywhere but where a person writes, and left with Escape', async () => {
    const page = await shown(Page, {})
    const box = page.get('input')
    press('/')
    expect(document.activeElement).toBe(box.element)
    await box.setValue('wamid.1')
    press('/', box.element)
    expect((box.element as HTMLInputElement).value).toBe('wamid.1')
    await box.trigger('keydown', { key: 'Escape' })
    expect((box.element as HTMLInputElement).value).toBe('')
    expect(document.activeElement).not.toBe(box.element)
    page.unmount()
  })

  it('opens whatever the id means', async () => {
    const page = await shown(Page, {})
    await page.get('input').setValue('  +52 155 1234 ')
    await page.get('form').trigger('submit')
    // The view's code comes first.
    await vi.waitFor(() => expect(page.get('output').text()).toBe(JSON.stringify(['message', { id: '+52 155 1234' }])), 5_000)
    page.unmount()
  })
})

describe('the views of money and of roles', () => {
  it('are offered to who may see them, and to nobody else', async () => {
    const offered = async (may: string[]) => {
      const page = await shown(Page, {}, { answers: { 'GET /api/v1/portal': { may } } })
      const found = page.findAll('nav a').map((link) => link.text())
      page.unmount()
      return found
    }
    expect(await offered(['billing.view'])).toEqual(['Canales', 'Mensajes', 'Plantillas', 'Saldo', 'Suscripciones', 'Configuración'])
    expect(await offered(['user.roles'])).toEqual(['Canales', 'Mensajes', 'Plantillas', 'Integración con el CRM', 'Configuración'])
    expect(await offered(['channel.view'])).toEqual(['Canales', 'Mensajes', 'Plantillas', 'Configuración'])
  })
})
