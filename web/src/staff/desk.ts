// Who of the staff is here, and what he may do: for the frame and for every view.

import { inject, type InjectionKey } from 'vue'
import type { Schemas } from '@/api/client'
import type { StaffPage } from './page'

export type Me = Schemas['Staff']
export type Permission = Me['permissions'][number]

export interface Desk {
  page: StaffPage
  /** Null: nobody is signed in. */
  me: Me | null
  may: (permission: Permission | null) => boolean
}

export const DESK: InjectionKey<Desk> = Symbol('desk')

export function deskOf(page: StaffPage, me: Me | null): Desk {
  return { page, me, may: (permission) => me !== null && (permission === null || me.permissions.includes(permission)) }
}

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (desk === undefined) throw new Error('a view of the staff is used outside its pages')
  return desk
}
