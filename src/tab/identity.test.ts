import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DirectoryId } from '../core/names'
import { openBrowserIndex, type BrowserIndex } from '../storage/browserIndex'
import { findRoom, forgetInvitation, invitationInAddress, invitationUrl, linkToInvitation, roomOfLink, WrongRoom } from './identity'

const elsewhere = 'abcdefghijklmnopqrstuvwxyz'
const root = 'a'.repeat(20) as DirectoryId

let index: BrowserIndex
beforeEach(async () => {
  index = await openBrowserIndex()
  await index.clear('rooms')
})
afterEach(() => {
  index.close()
  vi.unstubAllGlobals()
})

/** The page at an address. */
function visit(fragment: string): void {
  const at = new URL(`http://names.test/page/${fragment}`)
  vi.stubGlobal('location', at)
  vi.stubGlobal('history', { state: null, replaceState: (_state: unknown, _title: string, to: string) => (at.href = new URL(to, at).href) })
}

describe('the room in the address', () => {
  it.each(['#room=', '#room=abc', `#room=${elsewhere.slice(1)}`, `#room=${elsewhere}x`, `#room=${elsewhere.slice(1)}1`, `#room=${elsewhere.toUpperCase()}`, `#room=${elsewhere}.`, '#room=%00%202'])('%s is no room: refused in words, nothing remembered', async (fragment) => {
    visit(fragment)
    await expect(findRoom(index)).rejects.toBeInstanceOf(WrongRoom)
    await expect(findRoom(index)).rejects.toThrow(/Ask for the link again, or open http:\/\/names\.test\/page\/ to use a room of your own\.$/)
    expect(await index.getAll('rooms')).toEqual([])
    expect(location.hash).toBe(fragment)
  })

  it('a room of 26 letters is taken, as one that was made elsewhere', async () => {
    visit(`#room=${elsewhere}`)
    expect(await findRoom(index)).toMatchObject({ id: elsewhere, madeHere: false, root: null })
  })

  it('without one it is the room this browser was in last, not one in which it never met anybody', async () => {
    visit('')
    const own = await findRoom(index)
    expect(own.id).toMatch(/^[a-z2-7]{26}$/)
    expect(location.hash).toBe(`#room=${own.id}`)
    visit(`#room=${elsewhere}`)
    await findRoom(index)
    visit('')
    expect((await findRoom(index)).id).toBe(own.id)
    await index.put('rooms', { id: elsewhere, madeHere: false, root, lastUsed: Date.now() + 1000 })
    visit('')
    expect((await findRoom(index)).id).toBe(elsewhere)
  })

  it('two tabs that open at once in a new browser are in one room', async () => {
    visit('')
    const [one, other] = await Promise.all([findRoom(index), findRoom(index)])
    expect(one.id).toBe(other.id)
  })

  it('a tab that opens while another makes the root does not write over it', async () => {
    visit('')
    const room = await findRoom(index)
    await Promise.all([findRoom(index), index.put('rooms', { ...room, root })])
    expect((await index.get('rooms', room.id))?.root).toBe(root)
  })
})

describe('the invitation in the address', () => {
  const invitation = `${'a'.repeat(20)}.x-_.1.B. W. Lampson & é+日本#/%`

  it('goes with the room in the fragment, whatever the name, and out of it again', () => {
    visit(`?at=%2FDEC#room=${elsewhere}`)
    const url = invitationUrl(elsewhere, invitation)
    expect(new URL(url).search).toBe('')
    expect(roomOfLink(url)).toBe(elsewhere)
    visit(`?at=%2FDEC${new URL(url).hash}`)
    expect(invitationInAddress()).toBe(invitation)
    forgetInvitation(elsewhere)
    expect(location.href).toBe(`http://names.test/page/?at=%2FDEC#room=${elsewhere}`)
    expect(invitationInAddress()).toBeNull()
  })

  it('is known from a link that was pasted, and from nothing else', () => {
    visit('')
    const url = invitationUrl(elsewhere, invitation)
    expect(linkToInvitation(` ${url}\n`)).toEqual({ room: elsewhere, hash: new URL(url).hash })
    for (const text of ['', 'x', `#room=${elsewhere}`, '#invitation=x', url.replace(elsewhere, elsewhere.slice(1))]) expect(linkToInvitation(text), text).toBeNull()
  })
})
