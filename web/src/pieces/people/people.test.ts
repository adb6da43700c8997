import { describe, expect, it } from 'vitest'
import { changeOf, presentOf, treeOf, type Department, type Place } from './people'

const department = (department_id: string, name: string, parent_id: string | null = null): Department => ({
  department_id, name, parent_id, has_vanished: false, people: 1, settings: [],
})
const PLACE: Place = { who: { user_id: '27' }, name: 'Lucía', column: { id: null, name: 'Todos' }, role: null, receives: true, version: null }

describe('departments', () => {
  it('stand below the one they belong to', () => {
    const rows = treeOf([department('9', 'Administración', '1'), department('3', 'Comercial', '1'), department('1', 'Empresa'), department('5', 'Mayoristas', '3')])
    expect(rows.map(({ department: { name }, depth }) => `${depth} ${name}`)).toEqual(['0 Empresa', '1 Administración', '1 Comercial', '2 Mayoristas'])
  })

  it('are all shown, also where the one above is unknown or they stand in a circle', () => {
    const rows = treeOf([department('1', 'Norte', '77'), department('2', 'Sur', '3'), department('3', 'Este', '2')])
    expect(rows.map(({ department: { name } }) => name)).toEqual(['Norte', 'Sur', 'Este'])
  })
})

describe('an order', () => {
  it('says nothing of new clients for a role that can have none', () => {
    expect(changeOf(PLACE, 'auditor', false)).toEqual({ user_id: '27', channel_id: null, role: 'auditor', receives_new_clients: true, version: null })
    expect(changeOf(PLACE, 'agent', false).receives_new_clients).toBe(false)
  })

  it('takes a setting away without a role, and names the version that was seen', () => {
    expect(changeOf({ ...PLACE, version: 3 }, null, true)).toMatchObject({ role: null, version: 3 })
  })
})

describe('what stands there now', () => {
  it('is read from the refusal', () => {
    expect(presentOf({ role: 'auditor', receives_new_clients: false, version: 4, changed_by: '1', changed_by_name: 'Ana' })).toEqual({
      role: 'auditor', receives: false, version: 4, by: 'Ana',
    })
  })

  it('is nothing where the setting was removed meanwhile', () => {
    expect(presentOf({ role: null, receives_new_clients: null, version: null, changed_by: null, changed_by_name: null })).toEqual({
      role: null, receives: true, version: null, by: null,
    })
  })
})
