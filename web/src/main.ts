import './styles/main.css'
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin'
import { createApp } from 'vue'
import App from './App.vue'
import { apiFor } from './api/client'
import { APPLICATION } from './application'
import { speaking } from './i18n'
import { Live } from './live'
import { portalAt } from './portal'
import { routerFor } from './router'
import { takeSession } from './session'

const session = takeSession()
const portal = portalAt(session.portal_origin)
const api = apiFor(session, portal)
const live = new Live(api)

const { token: _, ...shown } = session
createApp(App)
  .provide(APPLICATION, { session: shown, api, portal, live })
  .use(await speaking(session.language))
  .use(routerFor(session))
  .use(b24UiPlugin)
  .mount('#app')
