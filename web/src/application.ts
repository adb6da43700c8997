// What every view may use: who is here, our API, the portal around us, what changes.

import { inject, type InjectionKey } from 'vue'
import type { Api } from './api/client'
import type { Live } from './live'
import type { Portal } from './portal'
import type { PageSession } from './session'

export interface Application {
  session: Omit<PageSession, 'token'>
  api: Api
  portal: Portal
  live: Live
}

export const APPLICATION: InjectionKey<Application> = Symbol('application')

export function useApplication(): Application {
  const application = inject(APPLICATION)
  if (application === undefined) throw new Error('a view is used outside the application')
  return application
}
