// The same few words in every piece of the people's view.

import { useI18n } from 'vue-i18n'
import type { Colleague, Role, Standing } from './people'
import { takesClients } from './people'

export function usePeopleWords() {
  const { t } = useI18n()

  const role = (one: string) => t(`people.role.${one}.name`)
  const roles = (all: string[]) => (all.length === 0 ? t('people.noRole') : all.map(role).join(', '))

  /** Where a person's roles come from. */
  const because = (rule: Standing['rule'], departments: string[] = []) =>
    rule === 'department' && departments.length > 0
      ? t('people.rule.departments', { departments: departments.join(', ') })
      : t(`people.rule.${rule}`)

  /** A setting as one word, such as in the story of changes; null: there was none. */
  function setting(said: { role: string; receives_new_clients?: boolean } | null): string {
    if (said === null) return t('people.noSetting')
    const isWithout = takesClients(said.role as Role) && said.receives_new_clients === false
    return isWithout ? t('people.withoutClients', { role: role(said.role) }) : role(said.role)
  }

  const state = ({ is_active, has_vanished }: Pick<Colleague, 'is_active' | 'has_vanished'>) =>
    !is_active ? t('people.dismissed') : has_vanished ? t('people.vanished') : null

  return { role, roles, because, setting, state }
}
