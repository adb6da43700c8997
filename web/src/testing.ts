// For tests: a component as the application shows it, in Spanish, with our server's answers given by path.

import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import type { Component } from 'vue'
import { apiFor } from './api/client'
import { APPLICATION, type Application } from './application'
import { learn, speaking } from './i18n'
import { Live, type Topic } from './live'
import type { Portal } from './portal'
import { routerFor } from './router'
import type { PageSession } from './session'

export const SESSION: PageSession = {
  page: 'app',
  token: 'bearer-token',
  language: 'es',
  portal_origin: 'https://ejemplo.bitrix24.com',
  user_name: 'Rosa Quispe',
  is_admin: true,
  app_name: 'WhatsAppB24',
  placement_options: {},
  scopes: ['imconnector', 'imopenlines'],
}

export interface Stage {
  session?: Partial<PageSession>
  portal?: Partial<Portal>
  /** `GET /api/v1/channels` → what the server answers: content, a Response, or a function of the request. */
  answers?: Record<string, unknown>
}

/** Without a stream: a test says what changed. */
class ToldLive extends Live {
  readonly told: { topic: Topic; told: () => void }[] = []

  override on(topic: Topic, told: () => void): void {
    super.on(topic, told)
    this.told.push({ topic, told })
  }
}

/** The component, mounted and settled; `calls` are the requests that it made; `changes` tells it that a topic changed. */
export async function shown<Props extends object>(
  component: Component<Props>,
  props: Props,
  stage: Stage = {},
): Promise<VueWrapper & { calls: Request[]; changes: (topic: Topic) => Promise<void> }> {
  const session = { ...SESSION, ...stage.session }
  const portal: Portal = {
    renew: () => Promise.reject(new Error('nobody asked')),
    isInstalling: () => Promise.resolve(true),
    finishInstallation: () => Promise.resolve(),
    setTitle: () => undefined,
    fit: () => undefined,
    openChat: () => undefined,
    ...stage.portal,
  }
  const calls: Request[] = []
  globalThis.fetch = (async (request: Request) => {
    calls.push(request)
    const path = new URL(request.url).pathname
    const answer = stage.answers?.[`${request.method} ${path}`]
    if (answer instanceof Response) return answer.clone()
    const content = typeof answer === 'function' ? await (answer as (request: Request) => unknown)(request) : answer
    if (content instanceof Response) return content
    if (content === undefined) return Response.json({ reason: 'not_in_this_test', path }, { status: 404 })
    return Response.json(content)
  }) as typeof fetch
  const api = apiFor(session, portal)
  const live = new ToldLive(api)
  const { token: _, ...kept } = session
  const application: Application = { session: kept, api, portal, live }
  const spoken = await speaking(session.language)
  await learn(spoken, 'billing')
  await learn(spoken, 'crm')
  await learn(spoken, 'people')
  await learn(spoken, 'template')
  spoken.global.mergeLocaleMessage(session.language, { keys: (await import('./locales/es/keys.json')).default })
  spoken.global.mergeLocaleMessage(session.language, { support: (await import('./locales/es/support.json')).default })
  const router = routerFor(session, (area) => learn(spoken, area))
  await router.push(router.options.history.location)
  const mounted = mount(component as Component, {
    props: props as Record<string, unknown>,
    attachTo: document.body,
    global: { plugins: [spoken, router, b24UiPlugin], provide: { [APPLICATION as symbol]: application } },
  })
  await flushPromises()
  async function changes(changed: Topic): Promise<void> {
    for (const { topic, told } of live.told) if (topic === changed) told()
    await flushPromises()
  }
  return Object.assign(mounted, { calls, changes })
}
