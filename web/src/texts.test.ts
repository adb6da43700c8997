import { describe, expect, it } from 'vitest'
import en from './locales/en'
import enBilling from './locales/en/billing.json'
import enBusiness from './locales/en/business.json'
import enCrm from './locales/en/crm.json'
import enKeys from './locales/en/keys.json'
import enSupport from './locales/en/support.json'
import enPaying from './locales/en/paying.json'
import enPeople from './locales/en/people.json'
import enStaff from './locales/en/staff.json'
import enTemplate from './locales/en/template.json'
import es from './locales/es'
import esBilling from './locales/es/billing.json'
import esBusiness from './locales/es/business.json'
import esCrm from './locales/es/crm.json'
import esKeys from './locales/es/keys.json'
import esSupport from './locales/es/support.json'
import esPaying from './locales/es/paying.json'
import esPeople from './locales/es/people.json'
import esStaff from './locales/es/staff.json'
import esTemplate from './locales/es/template.json'
import pt from './locales/pt'
import ptBilling from './locales/pt/billing.json'
import ptBusiness from './locales/pt/business.json'
import ptCrm from './locales/pt/crm.json'
import ptKeys from './locales/pt/keys.json'
import ptSupport from './locales/pt/support.json'
import ptPaying from './locales/pt/paying.json'
import ptPeople from './locales/pt/people.json'
import ptStaff from './locales/pt/staff.json'
import ptTemplate from './locales/pt/template.json'

const LANGUAGES = {
  es: { ...es, billing: esBilling, business: esBusiness, crm: esCrm, people: esPeople, staff: esStaff, paying: esPaying, keys: esKeys, support: esSupport, template: esTemplate },
  en: { ...en, billing: enBilling, business: enBusiness, crm: enCrm, people: enPeople, staff: enStaff, paying: enPaying, keys: enKeys, support: enSupport, template: enTemplate },
  pt: { ...pt, billing: ptBilling, business: ptBusiness, crm: ptCrm, people: ptPeople, staff: ptStaff, paying: ptPaying, keys: ptKeys, support: ptSupport, template: ptTemplate },
}
const SOURCES = import.meta.glob<string>(['./**/*.vue', './**/*.ts', '!./**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

function sentences(tree: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, string | object]) =>
      typeof value === 'string'
        ? [[`${path}${key}`, value] as const]
        : [...sentences(value, `${path}${key}.`)],
    ),
  )
}

const placeholders = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

describe('the texts', () => {
  const spanish = sentences(LANGUAGES.es)

  it.each(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])('are complete in %s', (language) => {
    const said = sentences(LANGUAGES[language])
    expect([...said.keys()].sort()).toEqual([...spanish.keys()].sort())
    for (const [key, sentence] of said) {
      expect(sentence.trim(), key).not.toBe('')
      expect(placeholders(sentence), key).toEqual(placeholders(spanish.get(key) ?? ''))
    }
  })

  it('are not left in another language', () => {
    const english = sentences(LANGUAGES.en)
    // Words that are the same everywhere: names, and what nobody translates.
    const same = [...spanish].filter(([key, sentence]) => / /.test(sentence) && sentence === english.get(key))
    expect(same.map(([key]) => key)).toEqual([])
  })

  it('exist for every key that a view names', () => {
    const named = Object.values(SOURCES).flatMap((source) =>
      [...source.matchAll(/\bt\('([\w.-]+)'/g)].map(([, key]) => key as string),
    )
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((key) => !spanish.has(key))).toEqual([])
  })
})
