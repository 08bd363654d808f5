/**
 * A data channel by simple-peer, which every error destroys and nothing revives. Signals are filtered before they
 * reach it: one stray answer would end a healthy link.
 */
import SimplePeer from 'simple-peer'
import type { Bytes } from '../keys/encoding'
import { fingerprintOf } from './handshake'
import type { Signal } from './notes'
import type { Transport, TransportHandlers } from './transport'

export interface RtcTransport extends Transport {
  /** A signal of the other end, of this session. */
  signal(signal: Exclude<Signal, { type: 'unable' }>): void
}

export interface RtcOptions {
  caller: boolean
  iceServers: RTCIceServer[]
  /** Tells the other end. */
  tell(signal: Signal): void
  /** This browser has no network interface that WebRTC would use. */
  noCandidates(): void
}

/** Milliseconds after which a browser that has found no way to itself is taken to have no network interface. */
const gatheringPatience = 2000
/** Candidates taken from the other end; a browser has a handful of interfaces. */
const candidateCount = 64
/** Bytes waiting in the channel below which more are asked for. */
const lowWater = 256 << 10

/** Whether this browser has WebRTC at all. */
export function hasWebrtc(): boolean {
  return (globalThis as Partial<typeof globalThis>).RTCPeerConnection !== undefined
}

export function openRtcTransport(options: RtcOptions, handlers: TransportHandlers): RtcTransport {
  const peer = new SimplePeer({ initiator: options.caller, objectMode: true, config: { iceServers: options.iceServers } })
  let mine: string | null = null
  let theirs: string | null = null
  let open = false
  let over = false
  let gathered = 0
  let candidates = 0

  const gathering = setTimeout(() => {
    if (over || open || gathered > 0) return
    options.noCandidates()
    end('WebRTC found no network interface')
  }, gatheringPatience)

  function end(reason: string, fault = false): void {
    if (over) return
    over = true
    clearTimeout(gathering)
    peer.destroy()
    handlers.closed(reason, fault)
  }

  function opened(): void {
    if (open || over) return
    open = true
    const { _channel: channel } = peer as unknown as { _channel: RTCDataChannel }
    channel.bufferedAmountLowThreshold = lowWater
    channel.addEventListener('bufferedamountlow', () => {
      if (!over) handlers.drained()
    })
    handlers.opened()
  }

  peer.on('error', (error: Error) => end(`WebRTC: ${error.message}`))
  peer.on('close', () => end('the other end closed the link'))
  peer.on('connect', opened)
  peer.on('data', (data: unknown) => {
    if (over) return
    opened()
    if (data instanceof Uint8Array) handlers.frame(data as Bytes)
    else end('sent text on a channel for bytes', true)
  })
  peer.on('signal', (signal: SimplePeer.SignalData) => {
    if (over) return
    if (signal.type === 'offer' || signal.type === 'answer') {
      const sdp = signal.sdp ?? ''
      mine ??= fingerprintOf(sdp)
      if (mine === null) end('this browser made an SDP without exactly one fingerprint')
      else options.tell({ type: signal.type, sdp })
    } else if (signal.type === 'candidate') {
      gathered += 1
      const { candidate, sdpMid, sdpMLineIndex } = signal.candidate
      options.tell({ type: 'candidate', candidate, sdpMid, sdpMLineIndex })
    }
  })

  return {
    road: 'webrtc',
    bindings: () => (mine === null || theirs === null ? null : { mine, theirs }),
    signal(signal) {
      if (over || peer.destroyed) return
      if (signal.type === 'candidate') {
        candidates += 1
        if (candidates > candidateCount) return
        const { candidate, sdpMid, sdpMLineIndex } = signal
        peer.signal({ type: 'candidate', candidate: { candidate, sdpMid, sdpMLineIndex } as RTCIceCandidate })
        return
      }
      if (theirs !== null || signal.type !== (options.caller ? 'answer' : 'offer')) return
      theirs = fingerprintOf(signal.sdp)
      if (theirs === null) end('sent an SDP without exactly one fingerprint', true)
      else peer.signal(signal)
    },
    send(frame) {
      try {
        if (!over) peer.send(frame)
      } catch (error) {
        end(`WebRTC: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
    waiting: () => peer.bufferSize,
    close() {
      over = true
      clearTimeout(gathering)
      peer.destroy()
    },
  }
}
