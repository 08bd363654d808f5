/**
 * Changes of a value made in its outline. Each names the incarnations that were on show (the TSpath): if somebody made
 * the name anew meanwhile, the change does not hit the wrong one but is answered `Superseded`.
 */
import type { JsonTree, SnapshotDesignator } from '../../client/nameService'
import { formatPath, type Label } from '../../core/names'
import type { EncodedNode } from '../../core/values/encodeTree'
import type { TSPair, TSPath } from '../../core/values/update'
import type { Desk } from '../desk/desk'
import { labelsOf, parentOf } from '../desk/fullName'
import { designateAt, type Place } from '../desk/place'
import { mayAddBelow, mayWrite, type Own } from '../desk/rights'
import { write } from '../desk/write'
import { jsonAt, jsonOf } from './json'

export class Edits {
  readonly #desk: Desk
  readonly #place: Place
  readonly #tree: EncodedNode
  readonly #own: Own | null

  /** @param own what this person may do here; null while that is not known. */
  constructor(desk: Desk, place: Place, tree: EncodedNode, own: Own | null) {
    this.#desk = desk
    this.#place = place
    this.#tree = tree
    this.#own = own
  }

  /** Whether this person may change the node at a path, and so delete it. */
  mayChange(path: TSPath): boolean {
    return mayWrite(this.#own, this.#labels(path))
  }

  mayAdd(above: TSPath): boolean {
    return mayAddBelow(this.#own, this.#labels(above))
  }

  /** From the directory down. */
  #labels(path: TSPath): Label[] {
    const { entity } = this.#place
    return [...(entity === null ? [] : [entity]), ...path.map(([label]) => label)]
  }

  /** Another label in place of a node; what is below it goes along. */
  relabel(path: TSPath, node: EncodedNode, label: Label): Promise<boolean> {
    const [old] = node
    if (label === old) return Promise.resolve(true)
    const above = path.slice(0, -1)
    const kept = jsonOf(node)
    return this.#write(above, Object.fromEntries([[old, false], [label, kept]]), Object.fromEntries([[label, false], [old, kept]]), `${old} changed to ${label}`)
  }

  remove(path: TSPath, node: EncodedNode): Promise<boolean> {
    const [label] = node
    return this.#write(path.slice(0, -1), Object.fromEntries([[label, false]]), Object.fromEntries([[label, jsonOf(node)]]), `${label} deleted`)
  }

  add(above: TSPath, label: Label, below: readonly Label[] = []): Promise<boolean> {
    return this.#write(above, jsonAt([label, ...below], true), Object.fromEntries([[label, false]]), `${formatPath([label, ...below])} added`)
  }

  #write(above: TSPath, tree: JsonTree, inverse: JsonTree, what: string): Promise<boolean> {
    const { service } = this.#desk.tab
    const vd = designateAt(
      this.#place,
      above.map(([label]) => label),
    )
    return write(this.#desk, (options) => service.doUpdates(this.#designator(above), tree, options), { what, takeBack: () => service.doUpdates(vd, inverse) })
  }

  #designator(above: TSPath): SnapshotDesignator | string {
    const { name, entity } = this.#place
    if (entity === null) return above.length === 0 ? name : { name, path: above }
    const own: TSPair = [labelsOf(name).at(-1) ?? entity, this.#tree[1]]
    return { name: parentOf(name) ?? name, path: [own, ...above] }
  }
}
