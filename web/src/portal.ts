// The portal's page around ours, through Bitrix24's own SDK (contracts/bitrix24.md §6.2).

import type { B24Frame } from '@bitrix24/b24jssdk'

// The SDK itself waits for the portal's first answer without end.
const PATIENCE_MS = 10_000

/** What proves to our server who sits in front of the page. */
export interface Proof {
  auth_id: string
  member_id: string
  domain: string
}

export interface Portal {
  /** A fresh proof; rejects when the portal does not answer. */
  renew: () => Promise<Proof>
  isInstalling: () => Promise<boolean>
  finishInstallation: () => Promise<void>
  setTitle: (title: string) => void
  /** Give the frame the height of this content, so that no scrollbar is needed in it; it may shrink again. */
  fit: (content: HTMLElement) => void
  openChat: (chatId: string) => void
}

/** Nobody answers as the portal: the page is in no portal's frame, or the portal's page is gone. */
export class PortalSilent extends Error {}

/** The portal at `origin` (confirmed by our server); the SDK is loaded when it is first needed. */
export function portalAt(origin: string): Portal {
  let opened: Promise<B24Frame> | null = null

  function frame(): Promise<B24Frame> {
    opened ??= open(origin).catch((error: unknown) => {
      opened = null
      throw new PortalSilent(String(error))
    })
    return opened
  }

  /** Commands whose failure nobody needs to hear of: the page works without them. */
  function politely(command: (b24: B24Frame) => Promise<unknown>): void {
    frame().then(command).catch(() => undefined)
  }

  return {
    async renew() {
      const b24 = await frame()
      const auth = await b24.auth.refreshAuth()
      // The SDK's type does not say it, but a token that has expired already comes as false.
      if (!auth) throw new PortalSilent('the portal gave no token')
      return {
        auth_id: auth.access_token,
        member_id: auth.member_id,
        domain: new URL(b24.getTargetOrigin()).host,
      }
    },
    async isInstalling() {
      return (await frame()).isInstallMode
    },
    async finishInstallation() {
      await (await frame()).installFinish()
    },
    setTitle: (title) => politely((b24) => b24.parent.setTitle(title)),
    fit: (content) => politely((b24) => b24.parent.resizeWindowAuto(content)),
    openChat: (chatId) => politely((b24) => b24.parent.imOpenMessenger(`chat${Number(chatId)}`)),
  }
}

async function open(origin: string): Promise<B24Frame> {
  const { initializeB24Frame } = await import('@bitrix24/b24jssdk')
  const b24 = await Promise.race([initializeB24Frame(), silence()])
  if (b24.getTargetOrigin() !== origin) throw new Error('another portal than the verified one frames this page')
  return b24
}

function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the portal does not answer')), PATIENCE_MS)
  })
}
