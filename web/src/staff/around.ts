// What the panel's pieces expect around them, where there is no portal: they work in the staff's pages as they are.

import type { Api } from '@/api/client'
import type { Application } from '@/application'
import { Live } from '@/live'
import type { Language } from '@/session'
import type { Me } from './desk'
import type { StaffPage } from './page'

export function around(api: Api, page: StaffPage, language: Language, me: Me | null): Application {
  return {
    session: {
      page: 'app',
      language,
      portal_origin: location.origin,
      user_name: me?.name ?? '',
      is_admin: false,
      app_name: page.app_name,
      placement_options: {},
      scopes: [],
    },
    api,
    portal: {
      renew: () => Promise.reject(new Error('no portal is around the staff\'s pages')),
      isInstalling: () => Promise.resolve(false),
      finishInstallation: () => Promise.resolve(),
      setTitle: () => undefined,
      fit: () => undefined,
      openChat: () => undefined,
    },
    // never run: nothing streams here
    live: new Live(api),
  }
}
