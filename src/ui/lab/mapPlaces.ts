/** Where servers and messages stand on the lab's map. */
export const WIDTH = 460
export const HEIGHT = 330
export const DISC = 27
const REACH = { x: 180, y: 122 }

export interface Point {
  x: number
  y: number
}

/** Round the middle, beginning at the top; two stand left and right. */
export function placeOf(index: number, count: number): Point {
  const turn = (2 * Math.PI * index) / count - (count === 2 ? Math.PI : Math.PI / 2)
  return { x: WIDTH / 2 + (count === 1 ? 0 : REACH.x * Math.cos(turn)), y: HEIGHT / 2 + (count === 1 ? 0 : REACH.y * Math.sin(turn)) }
}

/** A point between two discs, 0 at the edge of the first, 1 at that of the second; those that come the other way pass beside. */
export function between(from: Point, to: Point, way: number): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy) || 1
  const along = DISC + (length - 2 * DISC) * way
  return { x: round(from.x + (dx / length) * along - (dy / length) * ASIDE), y: round(from.y + (dy / length) * along + (dx / length) * ASIDE) }
}
const ASIDE = 6

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })

const round = (number: number): number => Math.round(number * 10) / 10
