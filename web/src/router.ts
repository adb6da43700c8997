// Which view is shown. The address never changes: a frame is opened by a POST and can't be opened by an address.

import { createMemoryHistory, createRouter, type RouteRecordRaw, type Router } from 'vue-router'
import type { Area } from './i18n'
import type { Page, PageSession } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Words that the view needs beside everybody's. */
    texts?: Area
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/install', name: 'install', component: () => import('./views/InstallView.vue') },
  { path: '/connector', name: 'connector', component: () => import('./views/ConnectorView.vue') },
  { path: '/channels', name: 'channels', component: () => import('./views/ChannelsView.vue') },
  { path: '/channels/new', name: 'new-channel', component: () => import('./views/NewChannelView.vue') },
  { path: '/channels/:id', name: 'channel', meta: { texts: 'crm' }, component: () => import('./views/ChannelView.vue'), props: true },
  { path: '/messages', name: 'messages', component: () => import('./views/MessagesView.vue') },
  { path: '/messages/:id', name: 'message', component: () => import('./views/MessageView.vue'), props: true },
  { path: '/balance', name: 'balance', meta: { texts: 'billing' }, component: () => import('./views/BalanceView.vue') },
  {
    path: '/subscriptions',
    name: 'subscriptions',
    meta: { texts: 'billing' },
    component: () => import('./views/SubscriptionsView.vue'),
  },
  { path: '/templates', name: 'templates', meta: { texts: 'template' }, component: () => import('./views/TemplatesView.vue') },
  { path: '/templates/new', name: 'new-template', meta: { texts: 'template' }, component: () => import('./views/TemplateWriteView.vue') },
  { path: '/templates/:id', name: 'template', meta: { texts: 'template' }, component: () => import('./views/TemplateView.vue'), props: true },
  {
    path: '/templates/:id/edit',
    name: 'edit-template',
    meta: { texts: 'template' },
    component: () => import('./views/TemplateWriteView.vue'),
    props: true,
  },
  { path: '/people', name: 'people', meta: { texts: 'people' }, component: () => import('./views/PeopleView.vue') },
  { path: '/chat', name: 'chat', meta: { texts: 'template' }, component: () => import('./views/ChatTemplatesView.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/SettingsView.vue') },
  { path: '/:rest(.*)', redirect: '/channels' },
]

const FIRST: Record<Page, string> = { install: '/install', app: '/channels', 'setting-connector': '/connector', 'chat-templates': '/chat' }

/** `learn` brings the words of an area before its view is shown. */
export function routerFor(session: Pick<PageSession, 'page'>, learn: (area: Area) => Promise<void>): Router {
  const history = createMemoryHistory()
  history.replace(FIRST[session.page])
  const router = createRouter({ history, routes })
  router.beforeEach(({ meta }) => (meta.texts === undefined ? undefined : learn(meta.texts)))
  return router
}
