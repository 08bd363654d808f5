/** A man in the middle who has the room’s link and holds the relay: whatever he puts in the place of what two servers say is refused and shown, and nothing is changed. */
import type { BrowserContext, Page } from '@playwright/test'
import type { ServerId } from '../src/core/names'
import { fromBase64url, toBase64url } from '../src/keys/encoding'
import { newExchange } from '../src/keys/sealing'
import { encodeControl, parseControl, type Control } from '../src/net/control'
import type { Note } from '../src/net/notes'
import { expect, test, type Cluster, type Tab } from './cluster'
import { roomOf } from './mallory'
import { Middleman } from './middleman'

const links = (tab: Tab): Promise<unknown> => tab.page.evaluate(() => window.namering.view().links.map(({ name, state }) => [name, state]))
const phone = '/:Lampson/Phone'

/** alpha and beta in two browsers, each with a copy of the root, and a man in the middle who does nothing yet. */
async function apart(cluster: Cluster, prepare: () => void = () => undefined): Promise<{ alpha: Tab; beta: Tab; middleman: Middleman; ids: ServerId[]; elsewhere: BrowserContext }> {
  const elsewhere = await cluster.context.browser()!.newContext()
  for (const context of [cluster.context, elsewhere]) await context.addInitScript(prepare)
  const alpha = await cluster.open()
  await cluster.listen(elsewhere)
  const middleman = await Middleman.between(elsewhere, roomOf(alpha).room)
  const beta = await cluster.open(alpha.page.url(), elsewhere)
  await alpha.page.evaluate((vd) => window.namering.setValue(vd, '853'), phone)
  await beta.expectValue(phone, '853')
  const ids = await Promise.all([alpha, beta].map((tab) => tab.page.evaluate(() => window.namering.view().server.id)))
  return { alpha, beta, middleman, ids, elsewhere }
}

/** Both begin anew, so that nothing of what they said before is left on the page, and their link is not to rise: one of these tabs says why. */
async function refusedBy(tabs: readonly Tab[], both: readonly [alpha: Tab, beta: Tab], reason: RegExp): Promise<void> {
  await Promise.all(both.map(async (tab) => {
    await tab.page.reload()
    await tab.ready()
  }))
  await expect.poll(async () => (await Promise.all(tabs.map((tab) => tab.page.getByText(reason).count()))).some((count) => count > 0), { message: String(reason) }).toBe(true)
  for (const tab of both) expect(await tab.page.evaluate(() => window.namering.view().links.filter(({ state }) => state === 'connected').length)).toBe(0)
}

/** Once nobody is in between the link rises, and nothing was changed meanwhile. */
async function unharmed(alpha: Tab, beta: Tab, before: { tree: string } | null): Promise<void> {
  await beta.page.reload()
  await beta.ready()
  for (const tab of [alpha, beta]) await expect.poll(() => links(tab)).toEqual([[tab === alpha ? 'beta' : 'alpha', 'connected']])
  for (const tab of [alpha, beta]) expect((await tab.copy('/'))?.tree).toBe(before?.tree)
  await beta.page.evaluate((vd) => window.namering.setValue(vd, '1'), phone)
  await alpha.expectValue(phone, '1')
}

test('[isolation] [X1] a man in the middle of the plain road who has the room’s link: keys swapped, said twice, replayed and reflected are refused and shown, and so are frames of a session that is not his', async ({ cluster }) => {
  // WebRTC never rises: all frames go by the relay.
  const { alpha, beta, middleman, ids } = await apart(cluster, () => {
    RTCPeerConnection.prototype.createOffer = async () => {
      throw new Error('there is none here')
    }
  })
  const before = await alpha.copy('/')
  const [calling, called] = ids[0]! > ids[1]! ? [alpha, beta] : [beta, alpha]
  const caller = calling === alpha ? ids[0] : ids[1]
  const controlIn = (note: Note): Control | null => (note.type === 'frame' ? parseControl(fromBase64url(note.body)!) : null)
  const withControl = (note: Note, control: Control): Note => ({ ...note, body: toBase64url(encodeControl(control)) }) as Note
  const falseProof = /gave a false proof of who it is/

  // His own halves of the key agreement instead of theirs.
  const { publicText } = await newExchange()
  middleman.instead = (note) => {
    const said = controlIn(note)
    return [said?.type === 'hello' ? withControl(note, { ...said, exchange: publicText }) : note]
  }
  await refusedBy([alpha, beta], [alpha, beta], falseProof)

  middleman.instead = (note) => (controlIn(note) === null ? [note] : [note, note])
  await refusedBy([beta], [alpha, beta], /gave no proof of who it is/)

  // What the one who calls said in the attempt before.
  const overheard = new Map<Control['type'], Control>()
  let session = ''
  middleman.instead = (note) => {
    const said = controlIn(note)
    if (said === null || note.type !== 'frame' || note.from !== caller) return [note]
    session ||= note.session
    if (note.session === session) overheard.set(said.type, said)
    return [note.session === session ? note : withControl(note, overheard.get(said.type) ?? said)]
  }
  await beta.page.reload()
  await expect.poll(() => overheard.has('proof')).toBe(true)
  await refusedBy([called], [alpha, beta], falseProof)

  let nonce = ''
  middleman.instead = (note) => {
    const said = controlIn(note)
    if (said?.type !== 'hello') return [note]
    if (note.from === caller) nonce = said.nonce
    return [note.from === caller ? note : withControl(note, { ...said, nonce })]
  }
  await refusedBy([calling], [alpha, beta], /sent our own words back/)

  const frames: Note[] = []
  middleman.instead = (note) => {
    if (note.type === 'frame' && note.from === ids[0]) frames.push(note)
    return [note]
  }
  await unharmed(alpha, beta, before)
  const overheardFrames = frames.splice(0)
  expect(overheardFrames.length).toBeGreaterThan(2)
  for (const note of overheardFrames) await middleman.say(note)
  await middleman.say({ ...overheardFrames.at(-1)!, body: toBase64url(new Uint8Array(100)) } as Note)
  await expect(beta.page.getByText(/somebody in the name of alpha sent a frame that is not of this session/).first()).toBeVisible()
  await alpha.page.evaluate((vd) => window.namering.setValue(vd, '2'), phone)
  await beta.expectValue(phone, '2')
  expect(await links(beta)).toEqual([['alpha', 'connected']])
})

/** A page of his in which both data channels end: each of the two browsers has one with him. */
interface Bridge {
  /** To whom an offer came: his own offer for the other. */
  offered(sdp: string): Promise<string>
  /** The answer to that: his own for the first. */
  answered(sdp: string): Promise<string>
  candidate(ofFirst: boolean, candidate: RTCIceCandidateInit): Promise<void>
}

declare global {
  interface Window {
    bridge: Bridge
  }
}

function buildBridge(): void {
  const gathered = async (peer: RTCPeerConnection): Promise<string> => {
    while (peer.iceGatheringState !== 'complete') await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }))
    return peer.localDescription!.sdp
  }
  let [first, second] = [new RTCPeerConnection(), new RTCPeerConnection()]
  /** What comes by one channel goes on by the other as soon as that is open, in order. */
  const pipe = (one: RTCDataChannel, other: Promise<RTCDataChannel>): void => {
    one.binaryType = 'arraybuffer'
    let before: Promise<unknown> = other
    one.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      before = before.then(async () => (await other).readyState === 'open' && (await other).send(data))
    })
  }
  const opened = (channel: RTCDataChannel): Promise<RTCDataChannel> =>
    new Promise((resolve) => (channel.readyState === 'open' ? resolve(channel) : channel.addEventListener('open', () => resolve(channel), { once: true })))
  window.bridge = {
    async offered(sdp) {
      first.close()
      second.close()
      ;[first, second] = [new RTCPeerConnection(), new RTCPeerConnection()]
      const there = second.createDataChannel('namering')
      const here = new Promise<RTCDataChannel>((resolve) =>
        first.addEventListener('datachannel', ({ channel }) => {
          pipe(channel, opened(there))
          resolve(opened(channel))
        }),
      )
      pipe(there, here)
      await first.setRemoteDescription({ type: 'offer', sdp })
      await second.setLocalDescription(await second.createOffer())
      return gathered(second)
    },
    async answered(sdp) {
      await second.setRemoteDescription({ type: 'answer', sdp })
      await first.setLocalDescription(await first.createAnswer())
      return gathered(first)
    },
    candidate: (ofFirst, candidate) => (ofFirst ? first : second).addIceCandidate(candidate),
  }
}

test('[isolation] [X1] a man in the middle of WebRTC who ends both data channels himself: his fingerprints are not theirs, and two in one description are refused', async ({ cluster }) => {
  const { alpha, beta, middleman, ids, elsewhere } = await apart(cluster)
  expect(await alpha.page.evaluate(() => window.namering.view().links[0]?.road)).toBe('webrtc')
  const before = await alpha.copy('/')
  const his: Page = await elsewhere.newPage()
  await his.evaluate(buildBridge)
  const caller = ids[0]! > ids[1]! ? ids[0] : ids[1]
  middleman.instead = async (note) => {
    if (note.type !== 'signal' || note.signal.type === 'unable') return [note]
    const { signal } = note
    if (signal.type === 'candidate') {
      await his.evaluate(([ofFirst, { candidate, sdpMid, sdpMLineIndex }]) => window.bridge.candidate(ofFirst, { candidate, sdpMid, sdpMLineIndex }), [note.from === caller, signal] as const)
      return []
    }
    const sdp = await his.evaluate(([type, theirs]) => (type === 'offer' ? window.bridge.offered(theirs) : window.bridge.answered(theirs)), [signal.type, signal.sdp] as const)
    return [{ ...note, signal: { type: signal.type, sdp } }]
  }
  await refusedBy([alpha, beta], [alpha, beta], /gave a false proof of who it is/)

  middleman.instead = (note) => [note.type === 'signal' && 'sdp' in note.signal ? { ...note, signal: { ...note.signal, sdp: note.signal.sdp.replace(/a=fingerprint:.*\r\n/, '$&$&') } } : note]
  await refusedBy([alpha, beta], [alpha, beta], /sent an SDP without exactly one fingerprint/)

  middleman.instead = (note) => [note]
  await his.close()
  await unharmed(alpha, beta, before)
})
