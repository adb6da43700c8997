// The secret of a one-time link, and where a person goes after he came in.

/** What stands behind the address's `#`; it is taken away, so that neither history nor a picture of the screen keeps it. */
export function takeSecret(at: Location = location): string {
  const secret = at.hash.slice(1)
  if (secret !== '') history.replaceState(history.state, '', at.pathname + at.search)
  return secret
}

/** A path of ours to come back to; anything else leads to the beginning. */
export function backTo(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/[\w-]+(\/[\w-]+)*(\?[\w=&%.-]*)?$/.test(wanted) && wanted !== '/enter' ? wanted : '/'
}
