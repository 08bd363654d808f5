/** Where things stand on the ring of figure 5: clockwise from the top, as the arrows of the paper go. */

export const CENTRE = 170
export const RADIUS = 122

export const angleOf = (index: number, count: number): number => (360 * index) / count
export const discRadius = (count: number): number => (count <= 8 ? 27 : count <= 14 ? 20 : 14)

export function pointAt(degrees: number): { x: number; y: number } {
  const radians = ((degrees - 90) * Math.PI) / 180
  return { x: round(CENTRE + RADIUS * Math.cos(radians)), y: round(CENTRE + RADIUS * Math.sin(radians)) }
}

/** The arrow from one member to the next, clear of both discs; a ring of one points to itself. */
export function arrowPath(index: number, count: number): string {
  const clear = ((discRadius(count) + 5) / RADIUS) * (180 / Math.PI)
  const [begin, end] = [angleOf(index, count) + clear, angleOf(index + 1, count) - clear - 3]
  const [from, to] = [pointAt(begin), pointAt(end)]
  return `M${from.x} ${from.y}A${RADIUS} ${RADIUS} 0 ${end - begin > 180 ? 1 : 0} 1 ${to.x} ${to.y}`
}

/** Copies that an epoch left out stand below the ring, in rows. */
export const OUTSIDE_RADIUS = 22
const IN_A_ROW = 6
const ROW_HEIGHT = 52
export const heightWith = (outside: number): number => 2 * CENTRE + ROW_HEIGHT * Math.ceil(outside / IN_A_ROW)

export function outsideAt(index: number, count: number): { x: number; y: number } {
  const row = Math.floor(index / IN_A_ROW)
  const inThisRow = Math.min(IN_A_ROW, count - row * IN_A_ROW)
  return { x: CENTRE + ((index % IN_A_ROW) - (inThisRow - 1) / 2) * ROW_HEIGHT, y: 2 * CENTRE + (row + 0.45) * ROW_HEIGHT }
}

const round = (number: number): number => Math.round(number * 10) / 10
