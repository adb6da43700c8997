import { describe, expect, it } from 'vitest'
import { Trouble } from '@/api/trouble'
import { usePages } from './pages'

describe('a list that comes page by page', () => {
  it('goes on where the last page ended', async () => {
    const pages = usePages(async (from) => (from === null ? { items: [1, 2], next: 'b' } : { items: [3], next: null }))
    await pages.begin()
    expect([pages.items.value, pages.next.value]).toEqual([[1, 2], 'b'])
    await pages.more()
    expect([pages.items.value, pages.next.value]).toEqual([[1, 2, 3], null])
  })

  it('shows what was asked for last, whatever answers last', async () => {
    const answers: ((page: { items: string[] }) => void)[] = []
    const pages = usePages<string>(() => new Promise((resolve) => answers.push(resolve)))
    const first = pages.begin()
    const second = pages.begin()
    answers[1]?.({ items: ['new'] })
    answers[0]?.({ items: ['old'] })
    await Promise.all([first, second])
    expect(pages.items.value).toEqual(['new'])
    expect(pages.isReading.value).toBe(false)
  })

  it('keeps what it has when a page fails, and says so', async () => {
    let fails = false
    const pages = usePages(async () => {
      if (fails) throw new Trouble('offline', 0)
      return { items: ['kept'] }
    })
    await pages.begin()
    fails = true
    await pages.begin()
    expect([pages.items.value, pages.trouble.value?.code]).toEqual([['kept'], 'offline'])
  })
})
