import { expect, it } from 'vitest'
import { effectOf } from './dispute'

it.each([
  ['open', 0, 0, 'asked'],
  ['open', 20, 0, 'taken'],
  ['closed', 20, 20, 'returned'],
  ['closed', 20, 0, 'lost'],
  ['closed', 20, 15, 'lost'],
  ['closed', 0, 0, 'over'],
] as const)('a case that is %s with %i taken and %i given back is %s', (state, withdrawn, reinstated, effect) => {
  expect(effectOf({ state, withdrawn, reinstated })).toBe(effect)
})
