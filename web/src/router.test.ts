import { createApp, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { RouterView } from 'vue-router'
import { routerFor } from './router'

describe('a page', () => {
  it.each([
    ['install', '/install'],
    ['setting-connector', '/connector'],
    ['app', '/channels'],
  ] as const)('of kind %s begins at its own view', async (page, path) => {
    const router = routerFor({ page })
    createApp({ render: () => h(RouterView) }).use(router)
    await router.isReady()
    expect(router.currentRoute.value.path).toBe(path)
  })
})
