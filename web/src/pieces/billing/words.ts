// Our server's short codes of money in words; one that this page does not know yet is shown as it is.

interface Words {
  t: (key: string) => string
  te: (key: string) => boolean
}

export function wordOf({ t, te }: Words, kind: 'category' | 'line' | 'feature', code: string): string {
  const key = `billing.${kind}.${code}`
  return te(key) ? t(key) : code
}
