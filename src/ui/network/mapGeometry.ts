/** Where things stand on the map of the network: this server in the middle, the others round it. */

export const DISC = 27
export const CENTRE = { x: 140, y: 122 }
const REACH = { x: 106, y: 90 }
const MARGIN = 8

export interface Point {
  x: number
  y: number
}

/** Two stand left and right; from three on they stand round, beginning at the top. */
export function placeOf(index: number, count: number): Point {
  const turn = (2 * Math.PI * index) / count - (count <= 2 ? Math.PI : Math.PI / 2)
  return { x: CENTRE.x + REACH.x * Math.cos(turn), y: CENTRE.y + REACH.y * Math.sin(turn) }
}

/** The view box of so many links: a strip while all stand on one line. */
export function viewBoxOf(count: number): string {
  const height = 2 * (DISC + MARGIN + (count <= 2 ? 0 : REACH.y))
  return `0 ${CENTRE.y - height / 2} ${2 * CENTRE.x} ${height}`
}

export const middleOf = (at: Point): Point => ({ x: (CENTRE.x + at.x) / 2, y: (CENTRE.y + at.y) / 2 })

/** Half the height of a label, half the width of one of its letters, and how far it keeps from its link. */
const HALF_HEIGHT = 6
const HALF_LETTER = 3.6
const CLEAR = 5

/** The middle of a label beside the middle of its link: above it, or to the right of a link that is upright. */
export function labelAt(at: Point, text: string): Point {
  const length = Math.hypot(at.x - CENTRE.x, at.y - CENTRE.y)
  const across = { x: (CENTRE.y - at.y) / length, y: (at.x - CENTRE.x) / length }
  const isUpright = Math.abs(across.y) < 0.01
  const side = (isUpright ? across.x < 0 : across.y > 0) ? -1 : 1
  const distance = CLEAR + HALF_HEIGHT * Math.abs(across.y) + HALF_LETTER * text.length * Math.abs(across.x)
  const middle = middleOf(at)
  return { x: middle.x + side * across.x * distance, y: middle.y + side * across.y * distance }
}
