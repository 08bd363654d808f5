import { describe, expect, it } from 'vitest'
import { toUtf8 } from '../keys/encoding'
import { type Control, encodeControl, parseControl } from './control'
import { type Note, parseNote } from './notes'

const server = 'abcdefghij234567klmn'

describe('control frames [X4]', () => {
  const controls = [
    { type: 'hello', server, key: 'k', nonce: 'n', incarnation: 3, instance: 'i', name: 'alpha', exchange: '' },
    { type: 'proof', signature: 's' },
    { type: 'beat', number: 1 },
    { type: 'echo', number: 1, time: 1.5 },
    { type: 'alive' },
    { type: 'bye' },
    { type: 'end' },
  ] as Control[]

  it.each(controls)('$type comes back as it was', (control) => {
    expect(parseControl(encodeControl(control))).toEqual(control)
  })

  it.each([
    '',
    'null',
    '[]',
    '{"type":"nothing"}',
    '{"type":"beat","number":-1}',
    '{"type":"beat","number":"1"}',
    '{"type":"beat","number":1,"more":2}',
    '{"type":"beat", "number":1}',
    '{"number":1,"type":"beat"}',
    '{"type":"echo","number":1,"time":1e999}',
    '{"type":"bye","__proto__":{"a":1}}',
    `{"type":"proof","signature":"${'x'.repeat(101)}"}`,
    ' '.repeat(5000),
  ])('refuses %s', (text) => {
    expect(parseControl(toUtf8(text))).toBeNull()
  })

  it('refuses what is not UTF-8', () => {
    expect(parseControl(Uint8Array.of(0x7b, 0xff, 0x7d))).toBeNull()
  })
})

describe('notes', () => {
  const author = { from: server, instance: 'i', name: 'alpha' }
  const notes = [
    { ...author, type: 'hello', except: [] },
    { ...author, type: 'here', to: server },
    { ...author, type: 'ring', to: server },
    { ...author, type: 'bye' },
    { ...author, type: 'frame', to: server, at: 'i', session: 's', body: 'AAAA' },
    { ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'unable' } },
    { ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'offer', sdp: 'v=0' } },
    { ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'candidate', candidate: 'c', sdpMid: null, sdpMLineIndex: 0 } },
  ] as Note[]

  it.each(notes)('$type comes back as it was', (note) => {
    expect(parseNote(JSON.stringify(note))).toEqual(note)
  })

  it.each([
    'rubbish',
    '{}',
    JSON.stringify({ ...author, from: 'short', type: 'bye' }),
    JSON.stringify({ ...author, name: 'x'.repeat(256), type: 'bye' }),
    JSON.stringify({ ...author, type: 'here' }),
    JSON.stringify({ ...author, type: 'frame', to: server, at: 'i', session: 's' }),
    JSON.stringify({ ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'renegotiate' } }),
    JSON.stringify({ ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'offer', sdp: 'x'.repeat(20_000) } }),
    JSON.stringify({ ...author, type: 'signal', to: server, at: 'i', session: 's', signal: { type: 'candidate', candidate: 'c', sdpMid: 7, sdpMLineIndex: 0 } }),
  ])('refuses %s', (text) => {
    expect(parseNote(text)).toBeNull()
  })

  it('takes only server ids from a hello', () => {
    expect(parseNote(JSON.stringify({ ...author, type: 'hello', except: [server, 'x', 5, null] }))).toMatchObject({ except: [server] })
  })
})
