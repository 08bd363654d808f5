import { describe, expect, it } from 'vitest'
import { Meeting } from './meeting'

const roads = (): ConstructorParameters<typeof Meeting>[1] & { log: string[] } => {
  const inside = new Set(['home'])
  const log: string[] = []
  return {
    log,
    async enter(room) {
      if (!inside.has(room)) log.push(`enter ${room}`)
      inside.add(room)
    },
    leave(room) {
      inside.delete(room)
      log.push(`leave ${room}`)
    },
    rooms: () => [...inside],
  }
}

describe('the rooms that a tab is in', () => {
  it('[X7] are its own, those remembered and named by roots, and those looked into; it leaves what nothing names any more, never its own', () => {
    const network = roads()
    const meeting = new Meeting('home', network, ['dec'])
    expect(network.log.splice(0)).toEqual(['enter dec'])
    expect(meeting.named(['dec', 'home'])).toBe(false)
    expect(meeting.named(['home', 'ibm'])).toBe(true)
    expect(network.log.splice(0)).toEqual(['leave dec', 'enter ibm'])
    meeting.visit('ibm')
    meeting.visit('hp')
    expect(network.log.splice(0)).toEqual(['enter hp'])
    expect(['home', 'ibm', 'hp'].map((room) => meeting.isVisit(room))).toEqual([false, false, true])
    meeting.named([])
    meeting.endVisit('hp')
    expect(network.log.splice(0)).toEqual(['leave hp'])
    meeting.endVisit('ibm')
    expect([network.log, network.rooms()]).toEqual([['leave ibm'], ['home']])
  })

  it('[X7] are eight at most: whoever looks into one more sees it, and is in all eight again afterwards', () => {
    const network = roads()
    const named = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const meeting = new Meeting('home', network, named)
    expect(network.rooms()).toEqual(['home', ...named])
    meeting.visit('hp')
    expect(network.rooms().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'home', 'hp'])
    meeting.endVisit('hp')
    expect(network.rooms().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'home'])
  })
})
