import { describe, expect, it } from 'vitest'
import { directoryNumber } from '../../trials/generators'
import { nameMeantBy, trustedFor } from './trust'

const root = directoryNumber(1)

describe('on whose word a name rests', () => {
  it('[X2] every directory on the way up and down, and no other', () => {
    expect(trustedFor('./Lampson', '/DEC/SRC')).toEqual([])
    expect(trustedFor('../Birrell', '/DEC/SRC')).toEqual(['/DEC'])
    expect(trustedFor('../../IBM/TJW/Cho', '/DEC/SRC')).toEqual(['/DEC', '/', '/IBM', '/IBM/TJW'])
    expect(trustedFor('./IBM/TJW/Cho', '/')).toEqual(['/IBM', '/IBM/TJW'])
    expect(trustedFor('ed25519:cho', '/DEC')).toEqual([])
  })

  it('is said as seen from the directory where the names above are not known', () => {
    expect(trustedFor('../../IBM/Cho', `#${root}`)).toEqual(['..', '../..', '../../IBM'])
    expect(trustedFor('../../IBM/Cho', '/DEC')).toEqual(['/', '../..', '../../IBM'])
    expect(trustedFor(`#${root}/IBM/Cho`, '/DEC/SRC')).toEqual([`#${root}`, `#${root}/IBM`])
  })

  it('is asked of the name that the triple means, of several of that which rests on fewest', () => {
    const names = ['../../IBM/TJW/Cho', './Cho', '../Cho']
    expect(nameMeantBy('../../IBM/*', names)).toBe('../../IBM/TJW/Cho')
    expect(nameMeantBy('./*', names)).toBe('./Cho')
    expect(nameMeantBy(`#${root}/TJW/*`, names)).toBe('../../IBM/TJW/Cho')
    expect(nameMeantBy(`#${root}/Cho`, names)).toBe('./Cho')
    expect(nameMeantBy(`#${root}/IBM/*`, [`#${root}/IBM/Cho`])).toBe(`#${root}/IBM/Cho`)
    for (const nobodys of ['*', 'ed25519:cho', './Lampson']) expect(nameMeantBy(nobodys, names), nobodys).toBeNull()
  })
})
