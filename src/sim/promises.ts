/**
 * cacheValidity: what a lookup or a read gave to a cache is, until it expires, what DB says. Held against DB when it is
 * given, whenever a copy accepts a change of the same name, and when a directory closes that a reference led to, by the slowest
 * clock that is allowed (SPEC §19). And W3: what is planned is promised to nobody for longer.
 */
import { hasSeen, type DirectoryCopy, type Epoch } from '../core/copies/directoryCopy'
import { ALLOWED_SKEW } from '../core/copies/spread'
import { TX } from '../core/directories/expiration'
import { plannedFor } from '../core/entries/planned'
import { WITHDRAWN } from '../core/entries/serverEntry'
import type { CopyId, DirectoryId, Label, ServerId } from '../core/names'
import { isoTime, millisecondsOf } from '../core/timestamp'
import type { Form } from '../core/values/closedForm'
import type { UpdateSet } from '../core/values/intent'
import { encodeVisible, type EncodedNode } from '../core/values/encodeTree'
import { whenClosed } from './removing'
import type { SimServer } from './simServer'
import { Accusation, GENESIS, type World } from './world'

interface Promised {
  directory: DirectoryId
  label: Label
  /** What stands there: an arc, or a value without its time-stamps. */
  says: string
  of: 'arc' | 'value'
  until: number
  /** When it was given, by the world's time. */
  since: number
  /** The epoch of the copy that answered: halves of a split that both forced one answer for themselves. */
  epoch: Epoch
}

export class Promises {
  private readonly world: World
  private readonly held = new Map<string, Promised[]>()
  /** When directories that are being removed were withdrawn, by the procedure: their names are looked at after that. */
  private readonly withdrawn = new Map<string, number>()

  constructor(world: World) {
    this.world = world
    world.observers.push({
      stepped: (server, _input, { save }) => {
        for (const each of server.server.procedures.values()) if (each.type === 'removeD' && each.withdrawing.mark !== null && !this.withdrawn.has(each.id)) this.withdrawn.set(each.id, world.time)
        for (const each of save) {
          if (!('copy' in each) || each.change.type !== 'absorbed') continue
          const stamped = each.change.sets.filter(({ ts }) => ts.endsWith(each.copy))
          for (const set of stamped) {
            this.world.judge('W3', () => isNotPlanned(server, each.directory, set))
            for (const [label] of set.intent.branches) this.changed(server, each.directory, each.copy, label)
          }
        }
      },
    })
    whenClosed(world, (server, copy) => this.closes(server, copy.directory))
  }

  /** A copy on this server answered so; what does not expire was not promised. */
  hold(by: ServerId, { validUntil, ...promise }: Omit<Promised, 'until' | 'since' | 'epoch'> & { validUntil: number | null }): void {
    const copy = this.world.byId(by)?.copyOf(promise.directory)
    if (validUntil === null || copy?.state !== 'active') return
    this.world.count(`promised to caches: ${promise.of}`)
    this.world.notice('an answer was promised to caches')
    const promised: Promised = { ...promise, until: validUntil, since: this.world.time, epoch: copy.epoch }
    // By a clock that is too slow: for everybody else it has expired.
    if (this.isPast(promised)) return
    const key = `${promise.directory}/${promise.label}`
    this.held.set(key, [...(this.held.get(key) ?? []).filter((each) => !this.isPast(each)), promised])
    this.world.judge('cacheValidity', () => this.isTrue(promised, copy, 'promised'))
  }

  private changed(server: SimServer, directory: DirectoryId, by: CopyId, label: Label): void {
    const copy = server.copyOf(directory)
    if (copy === undefined || this.isTooFast(server) || this.world.unsound.has(by)) return
    for (const promised of this.held.get(`${directory}/${label}`) ?? []) {
      if (this.isPast(promised)) this.world.notice('something changed after it had been promised to caches, and expired')
      if (this.isPast(promised) || ![copy, ...copy.lineage].some(({ epoch }) => epoch === promised.epoch)) continue
      this.world.judge('cacheValidity', () => this.isTrue(promised, copy, `changed on ${server.name}, though it was promised`))
    }
  }

  /** M6: at the instant when a directory closes no reference to it is in a cache, but for what was promised after it had been withdrawn. */
  private closes(server: SimServer, directory: DirectoryId): void {
    const removal = [...server.server.procedures.values()].find((procedure) => procedure.type === 'removeD' && procedure.directory === directory)
    const withdrawn = removal === undefined ? undefined : this.withdrawn.get(removal.id)
    if (withdrawn === undefined || this.isTooFast(server) || this.world.unsound.size > 0) return
    const promises = [...this.held.values()].flat().filter(({ of, says, since }) => of === 'arc' && says === `directory ${directory}` && since < withdrawn)
    if (promises.length > 0) this.world.count('directories removed to which names in caches had led')
    const broken = promises.find((promised) => !this.isPast(promised) && this.isOfAll(promised))
    if (broken !== undefined) this.world.judge('cacheValidity', () => accuseOfRemoval(server, broken))
  }

  /** Not promised on one side of a split only. */
  private isOfAll = ({ directory, epoch }: Promised): boolean => this.world.copies(directory).every(({ copy }) => copy.state !== 'active' || [copy, ...copy.lineage].some((each) => each.epoch === epoch))

  private isTooFast = ({ server }: SimServer): boolean => server.latest - (GENESIS + this.world.time) > ALLOWED_SKEW

  /** By every clock that is allowed. */
  private isPast = ({ until }: Promised): boolean => GENESIS + this.world.time >= until + ALLOWED_SKEW

  private isTrue({ directory, label, says, of, until }: Promised, copy: DirectoryCopy, what: string): void {
    const { database } = this.world
    // What a clock stamps that is further ahead than is allowed, others have not seen yet [T2].
    const latest = GENESIS + this.world.time + ALLOWED_SKEW
    const form = database.meaning(directory, ({ ts }) => (millisecondsOf(ts) <= latest || hasSeen(copy, ts)) && database.isOf(directory, copy.epoch, ts))
    const now = of === 'arc' ? arcOf(form, label) : valueIn(form, label)
    // A move puts the link of a former name in place of the reference, at any time.
    if (now === says || (of === 'arc' && now.startsWith('link') && says === `directory ${movedIn(form, label)}`)) return
    throw new Accusation('cacheValidity', `${label} of ${directory.slice(0, 4)} was ${what} to caches until ${isoTime(until)} as ${says}, and DB says ${now}`)
  }
}

/** W3: a copy that knows of a plan extends the TX of what will change no more. */
function isNotPlanned(server: SimServer, directory: DirectoryId, { ts, intent }: UpdateSet): void {
  const copy = server.copyOf(directory)
  if (copy === undefined || intent.procedure !== 'setTX') return
  for (const [label] of intent.branches) {
    const planned = plannedFor(copy.visible, label)
    if (planned !== null) throw new Accusation('W3', `${server.name} extended the expiration time of ${label} of ${directory.slice(0, 4)} by ${ts}, though a change of it is planned since ${planned.mark}`)
  }
}

function accuseOfRemoval({ name }: SimServer, { directory, label, says, until }: Promised): never {
  throw new Accusation('cacheValidity', `a ${says} closes on ${name}, and ${label} of ${directory.slice(0, 4)} was promised to caches until ${isoTime(until)} as that`)
}

const only = (form: Form | undefined): string => [...(form?.keys() ?? [])].join()

/** What a label names in DB, as a step of a trail says it. */
function arcOf(form: Form, label: Label): string {
  const entry = form.get(label)?.children
  if (entry === undefined) return 'nothing'
  const directory = only(entry.get('DR')?.children.get('DI')?.children)
  const link = only(entry.get('Link')?.children.get('To')?.children)
  return directory !== '' ? `directory ${directory}` : link !== '' ? `link ${link}` : 'entry '
}

/** The directories whose former name a link says that it is. */
const movedIn = (form: Form, label: Label): string => only(form.get(label)?.children.get('Link')?.children.get('Moved')?.children)

const valueIn = (form: Form, label: Label): string => textOf(encodeVisible(form.get(label)?.children ?? new Map()))

/** A value as one text: labels only, TX and what is planned aside. */
export const textOf = (nodes: readonly EncodedNode[]): string => JSON.stringify(nodes.filter(([label]) => label !== TX && label !== WITHDRAWN).map(labelsOf))
type Labels = [Label, ...Labels[]]
const labelsOf = ([label, , , ...below]: EncodedNode): Labels => [label, ...below.map(labelsOf)]
