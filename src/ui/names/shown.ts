/** What the filter leaves of the tree: names that contain the text, and the directories on the way to them. */
import type { ListingState } from '../desk/listing'
import { ROOT } from '../desk/fullName'

export class Shown {
  /** Directories that stand open. */
  readonly open: string[]
  /** Every name in sight of somebody who scrolls, from top to bottom. */
  readonly rows: string[] = []
  /** The filter leaves nothing. */
  readonly nothing: boolean
  readonly #children = new Map<string, string[]>()

  constructor({ listed, open }: ListingState, filter: string) {
    const wanted = filter.trim().toLowerCase()
    const visit = (name: string): string[] => {
      const children = (listed.get(name)?.names ?? []).filter((one) => {
        const below = one.type === 'directory' && listed.has(one.name) ? visit(one.name) : []
        return wanted === '' || below.length > 0 || one.label.toLowerCase().includes(wanted)
      })
      this.#children.set(
        name,
        children.map((one) => one.name),
      )
      return this.#children.get(name) ?? []
    }
    this.nothing = visit(ROOT).length === 0 && wanted !== ''
    this.open = open.filter((name) => this.#children.has(name))
    this.#lineUp(ROOT, new Set(this.open))
  }

  #lineUp(name: string, open: ReadonlySet<string>): void {
    this.rows.push(name)
    if (open.has(name)) for (const child of this.childrenOf(name)) this.#lineUp(child, open)
  }

  childrenOf(name: string): string[] {
    return this.#children.get(name) ?? []
  }
}
