import '../styles/main.css'
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin'
import { createApp } from 'vue'
import { asked } from '@/api/client'
import { Trouble } from '@/api/trouble'
import { APPLICATION } from '@/application'
import { learn, speaking } from '@/i18n'
import { staffApi } from './api'
import { around } from './around'
import { DESK, deskOf, type Me } from './desk'
import { takePage } from './page'
import { staffRouter } from './router'
import StaffApp from './StaffApp.vue'
import { learnStaff } from './texts'

const page = takePage()

async function whoIsHere(): Promise<Me | null> {
  return asked(staffApi(page.language, () => undefined).GET('/staff/v1/me')).catch((trouble: unknown) => {
    if (trouble instanceof Trouble && trouble.status === 401) return null
    throw trouble
  })
}

// Who cannot be asked now is asked to sign in; signing in says then what is wrong. Who comes to sign in is not asked.
const me = location.pathname === '/staff/enter' ? null : await whoIsHere().catch(() => null)
const language = me?.language ?? page.language
document.documentElement.lang = language
const spoken = await speaking(language)
await Promise.all([learn(spoken, 'billing'), learnStaff(spoken)])

const desk = deskOf(page, me)
const router = staffRouter(desk)
/** A new page begins with nobody: nothing of the last person stays in memory. */
const api = staffApi(language, () => {
  location.assign(`/staff/enter?lost=1&to=${encodeURIComponent(router.currentRoute.value.fullPath)}`)
})

createApp(StaffApp)
  .provide(DESK, desk)
  .provide(APPLICATION, around(api, page, language, me))
  .use(spoken)
  .use(router)
  .use(b24UiPlugin)
  .mount('#app')
