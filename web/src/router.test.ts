import { createApp, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { RouterView } from 'vue-router'
import { routerFor } from './router'

describe('a page', () => {
  it.each([
    ['install', '/install'],
    ['setting-connector', '/connector'],
    ['app', '/channels'],
    ['chat-templates', '/chat'],
  ] as const)('of kind %s begins at its own view', async (page, path) => {
    const router = routerFor({ page }, () => Promise.resolve())
    createApp({ render: () => h(RouterView) }).use(router)
    await router.isReady()
    expect(router.currentRoute.value.path).toBe(path)
  })

  it('of few people brings its own words before it is shown', async () => {
    const learnt: string[] = []
    const router = routerFor({ page: 'app' }, (area) => Promise.resolve(void learnt.push(area)))
    await router.push('/channels')
    expect(learnt).toEqual([])
    await router.push({ name: 'balance' })
    expect(learnt).toEqual(['billing'])
  })
})
