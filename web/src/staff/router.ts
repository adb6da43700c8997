// The staff's views under /staff: each with the permission without which it is neither offered nor opened.

import { createRouter, createWebHistory, type RouteRecordRaw, type Router, type RouterHistory } from 'vue-router'
import type { Desk, Permission } from './desk'

declare module 'vue-router' {
  interface RouteMeta {
    /** Null: everybody of the staff. */
    permission?: Permission | null
    /** Its place in the navigation (`staff.nav.<name>`); a view without one is reached from another. */
    tab?: string
  }
}

export const VIEWS: RouteRecordRaw[] = [
  { path: '/customers', name: 'customers', meta: { permission: 'customers.view', tab: 'customers' }, component: () => import('./views/CustomersView.vue') },
  { path: '/customers/:id', name: 'customers-one', meta: { permission: 'customers.view' }, component: () => import('./views/CustomerView.vue'), props: true },
  { path: '/plans', name: 'plans', meta: { permission: 'customers.view', tab: 'plans' }, component: () => import('./views/PlansView.vue') },
  { path: '/tariffs', name: 'tariffs', meta: { permission: 'customers.view', tab: 'tariffs' }, component: () => import('./views/TariffsView.vue') },
  { path: '/tariffs/:id', name: 'tariffs-one', meta: { permission: 'tariffs.manage' }, component: () => import('./views/TariffView.vue'), props: true },
  { path: '/payments', name: 'payments', meta: { permission: 'money.view', tab: 'payments' }, component: () => import('./views/PaymentsView.vue') },
  { path: '/payments/refunds', name: 'payments-refunds', meta: { permission: 'money.view' }, component: () => import('./views/RefundsView.vue') },
  { path: '/payments/disputes', name: 'payments-disputes', meta: { permission: 'money.view' }, component: () => import('./views/DisputesView.vue') },
  { path: '/payments/events', name: 'payments-events', meta: { permission: 'money.view' }, component: () => import('./views/EventsView.vue') },
  { path: '/payments/events/:provider/:id', name: 'payments-event', meta: { permission: 'money.view' }, component: () => import('./views/EventView.vue'), props: true },
  { path: '/payments/issuer', name: 'payments-issuer', meta: { permission: 'money.view' }, component: () => import('./views/IssuerView.vue') },
  { path: '/payments/:portal/:id', name: 'payments-one', meta: { permission: 'money.view' }, component: () => import('./views/PaymentView.vue'), props: true },
  { path: '/adjustments', name: 'adjustments', meta: { permission: 'money.view', tab: 'adjustments' }, component: () => import('./views/AdjustmentsView.vue') },
  { path: '/differences', name: 'differences', meta: { permission: 'money.view', tab: 'differences' }, component: () => import('./views/DifferencesView.vue') },
  { path: '/margins', name: 'margins', meta: { permission: 'money.view', tab: 'margins' }, component: () => import('./views/MarginsView.vue') },
  { path: '/people', name: 'people', meta: { permission: 'staff.manage', tab: 'people' }, component: () => import('./views/PeopleView.vue') },
]

const routes: RouteRecordRaw[] = [
  { path: '/enter', name: 'enter', component: () => import('./views/EnterView.vue') },
  ...VIEWS,
  { path: '/welcome', name: 'welcome', meta: { permission: null }, component: () => import('./views/WelcomeView.vue') },
  { path: '/:rest(.*)', redirect: '/welcome' },
]

/** The tabs that this person sees, in the order of the views. */
export function tabsFor(desk: Desk): { tab: string; name: string }[] {
  return VIEWS.filter(({ meta }) => meta?.tab !== undefined && desk.may(meta.permission ?? null)).map(({ meta, name }) => ({
    tab: meta?.tab as string,
    name: String(name),
  }))
}

export function staffRouter(desk: Desk, history: RouterHistory = createWebHistory('/staff')): Router {
  const router = createRouter({ history, routes })
  router.beforeEach(({ name, meta, fullPath }) => {
    if (name === 'enter') return undefined
    if (desk.me === null) return { name: 'enter', query: fullPath === '/welcome' ? {} : { to: fullPath } }
    const [first] = tabsFor(desk)
    if (name === 'welcome' && first !== undefined) return { name: first.name }
    return desk.may(meta.permission ?? null) ? undefined : { name: first?.name ?? 'welcome' }
  })
  return router
}
