import './styles/main.css'
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin'
import { createApp } from 'vue'
import App from './App.vue'
import { apiFor } from './api/client'
import { APPLICATION } from './application'
import { learn, speaking } from './i18n'
import { Live } from './live'
import { portalAt } from './portal'
import { routerFor } from './router'
import { takeSession } from './session'

const session = takeSession()
const portal = portalAt(session.portal_origin)
const api = apiFor(session, portal)
const live = new Live(api)

const spoken = await speaking(session.language)

const { token: _, ...shown } = session
createApp(App)
  .provide(APPLICATION, { session: shown, api, portal, live })
  .use(spoken)
  .use(routerFor(session, (area) => learn(spoken, area)))
  .use(b24UiPlugin)
  .mount('#app')
