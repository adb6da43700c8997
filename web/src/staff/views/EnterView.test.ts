import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin'
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import { APPLICATION } from '@/application'
import { speaking } from '@/i18n'
import { staffApi } from '../api'
import { around } from '../around'
import { DESK, deskOf } from '../desk'
import { staffRouter } from '../router'
import { learnStaff } from '../texts'
import EnterView from './EnterView.vue'

async function entrance(path: string, has_oidc: boolean) {
  history.replaceState(null, '', `/staff${path}`)
  const page = { app_name: 'WhatsAppB24', language: 'es', has_oidc } as const
  const spoken = await speaking('es')
  await learnStaff(spoken)
  const desk = deskOf(page, null)
  const router = staffRouter(desk, createMemoryHistory())
  await router.push(path)
  const application = around(staffApi('es', () => undefined), page, 'es', null)
  const shown = mount(EnterView, {
    global: { plugins: [spoken, router, b24UiPlugin], provide: { [DESK as symbol]: desk, [APPLICATION as symbol]: application } },
  })
  await flushPromises()
  return shown
}

describe('the entrance', () => {
  it('offers the company\'s account where there is one, and remembers the way', async () => {
    const page = await entrance('/enter?to=/people', true)
    expect(page.get('a').attributes('href')).toBe('/staff/v1/oidc/begin?to=%2Fpeople')
    expect((await entrance('/enter', false)).find('a').exists()).toBe(false)
  })

  it('says why the company\'s account did not let somebody in, and never what an address makes up', async () => {
    expect((await entrance('/enter?refused=not_staff', true)).text()).toContain('Su cuenta no pertenece a nadie del equipo')
    const made = await entrance('/enter?refused=made_up', true)
    expect(made.text()).toContain('No se pudo hablar con la cuenta de su empresa')
    expect(made.text()).not.toContain('made_up')
  })

  it('shows a link that was used, and asks for a new one', async () => {
    const explanation = { code: 'staff_link', what: 'El enlace ya se usó.', todo: 'Pida otro.', who: 'operator' }
    globalThis.fetch = (() => Promise.resolve(Response.json({ reason: 'staff_link', explanation }, { status: 401 }))) as typeof fetch
    const page = await entrance('/enter#secret-of-a-link', false)
    await page.findAll('button').find((button) => button.text() === 'Entrar')?.trigger('click')
    await flushPromises()
    expect(page.text()).toContain('El enlace ya se usó.')
    expect(page.text()).toContain('Pida un enlace de acceso a un propietario')
  })
})
