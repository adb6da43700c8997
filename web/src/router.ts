// Which view is shown. The address never changes: a frame is opened by a POST and can't be opened by an address.

import { createMemoryHistory, createRouter, type RouteRecordRaw, type Router } from 'vue-router'
import type { Page, PageSession } from './session'

const routes: RouteRecordRaw[] = [
  { path: '/install', name: 'install', component: () => import('./views/InstallView.vue') },
  { path: '/connector', name: 'connector', component: () => import('./views/ConnectorView.vue') },
  { path: '/channels', name: 'channels', component: () => import('./views/ChannelsView.vue') },
  { path: '/channels/new', name: 'new-channel', component: () => import('./views/NewChannelView.vue') },
  { path: '/channels/:id', name: 'channel', component: () => import('./views/ChannelView.vue'), props: true },
  { path: '/messages', name: 'messages', component: () => import('./views/MessagesView.vue') },
  { path: '/messages/:id', name: 'message', component: () => import('./views/MessageView.vue'), props: true },
  { path: '/settings', name: 'settings', component: () => import('./views/SettingsView.vue') },
  { path: '/:rest(.*)', redirect: '/channels' },
]

const FIRST: Record<Page, string> = { install: '/install', app: '/channels', 'setting-connector': '/connector' }

export function routerFor(session: Pick<PageSession, 'page'>): Router {
  const history = createMemoryHistory()
  history.replace(FIRST[session.page])
  return createRouter({ history, routes })
}
