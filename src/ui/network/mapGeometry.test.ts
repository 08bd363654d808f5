import { expect, it } from 'vitest'
import { CENTRE, DISC, labelAt, placeOf, viewBoxOf, type Point } from './mapGeometry'

const [halfWidth, halfHeight] = [18, 6]

it('the label of a link lies beside it, never on it, in whatever direction it goes', () => {
  for (let count = 1; count <= 9; count++) {
    for (let i = 0; i < count; i++) {
      const at = placeOf(i, count)
      const label = labelAt(at, '12 ms')
      const across = (corner: Point): number => Math.sign((corner.x - CENTRE.x) * (at.y - CENTRE.y) - (corner.y - CENTRE.y) * (at.x - CENTRE.x))
      const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => ({ x: label.x + x * halfWidth, y: label.y + y * halfHeight })))
      expect([count, i, Math.abs(corners.reduce((sum, corner) => sum + across(corner), 0))]).toEqual([count, i, 4])
    }
  }
})

it('stands above a level link and to the right of an upright one', () => {
  const level = labelAt(placeOf(1, 2), '12 ms')
  expect([level.x > CENTRE.x, Math.round(CENTRE.y - level.y)]).toEqual([true, 11])
  expect(labelAt(placeOf(0, 3), '12 ms').x).toBeGreaterThan(CENTRE.x + halfWidth)
  expect(labelAt(placeOf(2, 4), '12 ms').x).toBeGreaterThan(CENTRE.x + halfWidth)
})

it('every disc is inside the picture, which is a strip while all stand on one line', () => {
  for (let count = 1; count <= 9; count++) {
    const [left, top, width, height] = viewBoxOf(count).split(' ').map(Number) as [number, number, number, number]
    for (let i = 0; i < count; i++) {
      const { x, y } = placeOf(i, count)
      expect([x - DISC > left, x + DISC < left + width, y - DISC > top, y + DISC < top + height]).toEqual([true, true, true, true])
    }
    expect(height < 100).toBe(count <= 2)
  }
})
