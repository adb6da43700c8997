// People, departments and their roles: what the cells of the matrix say, and what a setting would mean.

import type { Schemas } from '@/api/client'

export type Colleague = Schemas['Colleague']
export type Department = Schemas['Department']
export type Standing = Schemas['Standing']
export type Role = Schemas['RoleSetting']['role']
export type Change = Schemas['RoleChange']

/** Those who do most of the work first. */
export const ROLES: Role[] = ['agent', 'supervisor', 'auditor', 'channel_admin', 'billing_admin', 'owner']
/** These roles may have new clients; for the others the setting means nothing. */
const TAKING: Role[] = ['agent', 'supervisor', 'owner']
export const takesClients = (role: Role | null): boolean => role !== null && TAKING.includes(role)

/** A channel's column; `id` null: the whole portal. */
export interface Column {
  id: string | null
  name: string
}

/** A setting as somebody changes it: whose it is, where, and what stood there when it was opened. */
export interface Place {
  who: { user_id: string } | { department_id: string }
  name: string
  column: Column
  role: Role | null
  receives: boolean
  version: number | null
}

/** What stands in a department's cell; null: no setting of its own. */
export function settingOf(department: Department, column: Column) {
  return department.settings.find(({ channel_id }) => channel_id === column.id) ?? null
}

export const placeOfPerson = (person: Colleague, cell: Standing, column: Column): Place => ({
  who: { user_id: person.user_id },
  name: person.name,
  column,
  role: cell.own_role,
  receives: cell.own_receives ?? true,
  version: cell.version,
})

export function placeOfDepartment(department: Department, column: Column): Place {
  const setting = settingOf(department, column)
  return {
    who: { department_id: department.department_id },
    name: department.name,
    column,
    role: setting?.role ?? null,
    receives: setting?.receives_new_clients ?? true,
    version: setting?.version ?? null,
  }
}

/** The order to make a place say `role`; null: to take its setting away. */
export function changeOf(place: Place, role: Role | null, receives: boolean): Change {
  return {
    ...place.who,
    channel_id: place.column.id,
    role,
    receives_new_clients: takesClients(role) ? receives : true,
    version: place.version,
  }
}

/** What stands there now, as the refusal `stale_version` tells it. */
export interface Present {
  role: Role | null
  receives: boolean
  version: number | null
  by: string | null
}
export function presentOf(facts: Record<string, unknown>): Present {
  const role = ROLES.find((known) => known === facts.role) ?? null
  return {
    role,
    receives: facts.receives_new_clients !== false,
    version: typeof facts.version === 'number' ? facts.version : null,
    by: typeof facts.changed_by_name === 'string' ? facts.changed_by_name : null,
  }
}

export interface Branch {
  department: Department
  depth: number
}

/** The departments as a tree reads: each below the one it belongs to, by name among its siblings. */
export function treeOf(departments: Department[]): Branch[] {
  const known = new Set(departments.map(({ department_id }) => department_id))
  const below = new Map<string | null, Department[]>()
  for (const one of departments) {
    const up = one.parent_id !== null && known.has(one.parent_id) && one.parent_id !== one.department_id ? one.parent_id : null
    below.set(up, [...(below.get(up) ?? []), one])
  }
  const rows: Branch[] = []
  const seen = new Set<string>()
  function walk(up: string | null, depth: number) {
    for (const department of below.get(up) ?? []) {
      if (seen.has(department.department_id)) continue
      seen.add(department.department_id)
      rows.push({ department, depth })
      walk(department.department_id, depth + 1)
    }
  }
  walk(null, 0)
  // Departments in a circle belong below none that was reached.
  for (const department of departments) if (!seen.has(department.department_id)) rows.push({ department, depth: 0 })
  return rows
}

/** What the tool can be asked; the portal's are decided without a channel. */
export const ASKABLE = [
  'conversation.write.own', 'conversation.write.all', 'conversation.start', 'conversation.read.all', 'newclients.receive',
  'template.manage', 'channel.configure', 'billing.view', 'user.roles',
] as const
export type Askable = (typeof ASKABLE)[number]
export const isOfPortal = (permission: Askable): boolean => permission === 'billing.view' || permission === 'user.roles'
/** A key of the texts can't have dots. */
export const keyOf = (permission: Askable): string => permission.replaceAll('.', '_')
