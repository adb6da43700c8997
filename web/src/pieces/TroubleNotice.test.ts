import { describe, expect, it } from 'vitest'
import { offline, sessionLost, Trouble } from '@/api/trouble'
import { shown } from '@/testing'
import TroubleNotice from './TroubleNotice.vue'

describe('a trouble', () => {
  it('says in our server\'s words what happened, who must act and what to do', async () => {
    const explanation = { code: 'permission', what: 'No tiene permiso.', todo: 'Pídalo.', who: 'administrator' as const }
    const notice = await shown(TroubleNotice, { trouble: new Trouble('permission', 403, explanation) })
    expect(notice.text()).toContain('No tiene permiso.')
    expect(notice.text()).toContain('Pídalo.')
    expect(notice.text()).toContain('un administrador de su portal')
    expect(notice.find('[role=alert]').exists()).toBe(true)
  })

  it('has words of its own where our server could not be asked', async () => {
    expect((await shown(TroubleNotice, { trouble: offline() })).text()).toContain('No se puede llegar a nuestro servidor')
    expect((await shown(TroubleNotice, { trouble: new Trouble('http_418', 418) })).text()).toContain('http_418')
  })

  it('offers another try, except where only opening the application again helps', async () => {
    const notice = await shown(TroubleNotice, { trouble: offline() })
    await notice.get('button').trigger('click')
    expect(notice.emitted('again')).toHaveLength(1)
    expect((await shown(TroubleNotice, { trouble: sessionLost() })).find('button').exists()).toBe(false)
  })
})
