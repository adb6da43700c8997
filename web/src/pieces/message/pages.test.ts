import { describe, expect, it, vi } from 'vitest'
import { offline } from '@/api/trouble'
import { usePages, type Page } from './pages'

interface Said {
  message_id: string
  state: string
}

/** A server with messages `1`…`count`, newest first, in pages of `limit`. */
function server(count: number, limit = 3) {
  const ids = Array.from({ length: count }, (_, index) => id(index + 1))
  const states = new Map<string, string>()
  const load = vi.fn((before?: string): Promise<Page<Said>> => {
    const older = ids.filter((one) => before === undefined || one < before).sort().reverse()
    const items = older.slice(0, limit).map((message_id) => ({ message_id, state: states.get(message_id) ?? 'sent' }))
    return Promise.resolve({ items, next: older.length > limit ? (items.at(-1)?.message_id ?? null) : null })
  })
  return { ids, states, load }
}
const id = (number: number) => String(number).padStart(3, '0')
const shown = (rows: Said[]) => rows.map((row) => Number(row.message_id))

describe('a long list', () => {
  it('is read page by page to its end', async () => {
    const { load } = server(7)
    const pages = usePages(load)
    await pages.begin()
    expect(shown(pages.rows.value)).toEqual([7, 6, 5])
    await pages.more()
    await pages.more()
    expect(shown(pages.rows.value)).toEqual([7, 6, 5, 4, 3, 2, 1])
    expect(pages.hasMore.value).toBe(false)
    await pages.more()
    expect(load).toHaveBeenCalledTimes(3)
  })

  it('takes what is new at once while its top is in sight', async () => {
    const { ids, load } = server(5)
    const pages = usePages(load)
    await pages.begin()
    await pages.more()
    ids.push(id(6))
    await pages.refresh(true)
    expect(shown(pages.rows.value)).toEqual([6, 5, 4, 3, 2, 1])
    expect(pages.waiting.value).toBe(0)
  })

  it('counts what is new while a person reads further down, and moves nothing', async () => {
    const { ids, states, load } = server(7)
    const pages = usePages(load)
    await pages.begin()
    await pages.more()
    ids.push(id(8), id(9))
    states.set(id(3), 'read')
    await pages.refresh(false, id(5))
    expect(shown(pages.rows.value)).toEqual([7, 6, 5, 4, 3, 2])
    expect(pages.rows.value[4]?.state).toBe('read')
    expect(pages.waiting.value).toBe(2)
    pages.reveal()
    expect(shown(pages.rows.value)).toEqual([9, 8, 7, 6, 5, 4, 3, 2])
    expect(pages.waiting.value).toBe(0)
  })

  it('leaves no hole where more came than a page holds', async () => {
    const { ids, load } = server(4)
    const pages = usePages(load)
    await pages.begin()
    await pages.more()
    ids.push(...[5, 6, 7, 8, 9].map(id))
    await pages.refresh(true)
    expect(shown(pages.rows.value)).toEqual([9, 8, 7])
    await pages.more()
    expect(shown(pages.rows.value)).toEqual([9, 8, 7, 6, 5, 4])
  })

  it('drops from its head what no longer belongs there', async () => {
    const { ids, load } = server(4)
    const pages = usePages(load)
    await pages.begin()
    ids.splice(ids.indexOf(id(3)), 1)
    await pages.refresh(true)
    expect(shown(pages.rows.value)).toEqual([4, 2, 1])
  })

  it('looks through pages without a find, and keeps an old find when the head is asked again', async () => {
    const load = vi.fn((before?: string): Promise<Page<Said>> => {
      if (before === undefined) return Promise.resolve({ items: [], next: id(500) })
      if (before === id(500)) return Promise.resolve({ items: [{ message_id: id(2), state: 'sent' }], next: null })
      return Promise.reject(new Error('beyond the end'))
    })
    const pages = usePages(load)
    await pages.begin()
    expect(shown(pages.rows.value)).toEqual([2])
    await pages.refresh(true)
    expect(shown(pages.rows.value)).toEqual([2])
  })

  it('asks whether to go on after many pages in vain', async () => {
    const load = vi.fn(() => Promise.resolve({ items: [] as Said[], next: id(1) }))
    const pages = usePages(load)
    await pages.begin()
    expect(load).toHaveBeenCalledTimes(10)
    expect(pages.isPaused.value).toBe(true)
    expect(pages.isLoading.value).toBe(false)
  })

  it('shows nothing of an answer that came after the list began again', async () => {
    const answers: ((page: Page<Said>) => void)[] = []
    const pages = usePages<Said>(() => new Promise((resolve) => answers.push(resolve)))
    const first = pages.begin()
    const second = pages.begin()
    answers[1]?.({ items: [{ message_id: id(2), state: 'sent' }], next: null })
    answers[0]?.({ items: [{ message_id: id(1), state: 'sent' }], next: null })
    await Promise.all([first, second])
    expect(shown(pages.rows.value)).toEqual([2])
  })

  it('keeps its rows when the server cannot be reached', async () => {
    const { load } = server(2)
    const pages = usePages(load)
    await pages.begin()
    load.mockRejectedValueOnce(offline())
    await pages.refresh(true)
    expect(shown(pages.rows.value)).toEqual([2, 1])
    expect(pages.trouble.value?.code).toBe('offline')
    await pages.refresh(true)
    expect(pages.trouble.value).toBeNull()
  })
})
