/**
 * A cluster whose story is told while it happens: the script says a few words, does something, lets messages arrive, and
 * shows pictures; what happened stands between, in the words of the paper, with names for identifiers.
 *
 * The clock of a story counts seconds, so that time-stamps are small numbers: an update accepted at 10 is stamped 10. No
 * time passes, and no message arrives, unless the script says so. Told are the messages about the story's directories;
 * setting up is not. What must hold at every moment `Invariants` looks after; what is at stake, the script itself (`holds`).
 */
import type { Call } from '../../core/calls'
import { namedBy } from '../../core/directories/reference'
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { Found } from '../../core/directories/lookup'
import { noEffects, type Effects, type Happening } from '../../core/effects'
import { explain, isFailure, type Failure } from '../../core/errors'
import { formatPath, type DirectoryId, type FullName, type Label } from '../../core/names'
import type { Outcomes, Quarantined, ReadOutcome, Request } from '../../core/requests'
import type { Input } from '../../core/step'
import type { UpdateSet } from '../../core/values/intent'
import type { Tree } from '../../core/values/readValue'
import { explainMessage, explainOutcome, explainSets } from '../../sim/transcript'
import { Cluster, GENESIS, type Member, type Post } from '../cluster'
import { Invariants } from './invariants'
import { Naming } from './naming'
import { Page } from './page'
import { copiesLegend, copiesPicture, referencesPicture, ringPicture, treePicture, type Row, type Shown } from './pictures'

/** One story: a figure of the paper, acted out. */
export interface Story {
  figure: number
  title: string
  /** How many servers take part: alpha, beta, gamma … */
  servers: number
  tell: (telling: Telling) => void
}

/** The whole transcript of a story; of one that fails, how far it came. */
export function transcriptOf({ figure, title, servers, tell }: Story): string {
  const telling = new Telling(servers)
  const transcript = (): string => telling.transcript(`Figure ${figure}. ${title}`)
  try {
    tell(telling)
  } catch (error) {
    throw new Error(`${String(error)}\n\n${transcript()}`, { cause: error })
  }
  return transcript()
}

/** What the clock shows when a story begins. */
const BEGIN = 10
/** Width of a message's type. */
const TYPE = 15

export class Telling extends Cluster {
  private readonly page = new Page()
  private readonly naming = new Naming(this.members)
  private readonly invariants = new Invariants()
  /** The directories of the story; empty while it is set up. */
  private readonly about = new Set<DirectoryId>()
  private silences = 0
  private isSpared: (request: Request) => boolean = () => false
  private readonly explained = new Set<string>()
  private readonly awaited = new Map<number, (outcome: object | Failure) => void>()
  private isStepping = false
  private readonly signed: [Member, Input][] = []

  // Setting up

  /** A directory below the root ANSI with a copy on each of these servers, all equal, the logs folded; the clock shows 10. */
  begin(name: string, having: readonly Member[], lastSweeps?: readonly [number, number]): DirectoryId {
    const [first, ...others] = having as [Member, ...Member[]]
    const root = this.firstRoot(first, this.directory('ANSI'))
    const directory = this.directory(name)
    this.newD(first, root, name, directory)
    for (const [i, member] of others.entries()) this.join(member, directory, having[i]!)
    this.beginWith([[first, directory]], lastSweeps)
    return directory
  }

  /** The directories of a story, each swept twice from its server before the clock shows 10 and the story begins. */
  beginWith(directories: readonly (readonly [Member, DirectoryId])[], lastSweeps: readonly [number, number] = [BEGIN - 2, BEGIN - 1]): void {
    this.pass(20_000)
    this.time = Math.ceil(this.time / 1000) * 1000
    this.naming.zero = this.time - lastSweeps[0] * 1000
    for (const at of lastSweeps) {
      this.clock(at)
      for (const [member, directory] of directories) this.sweep(member, directory)
    }
    this.clock(BEGIN)
    this.tellOf(...directories.map(([, directory]) => directory))
  }

  /** From now on what happens to these directories is told. */
  tellOf(...directories: DirectoryId[]): void {
    for (const directory of directories) this.about.add(directory)
  }

  /** Requests that the reader is spared, with their answers. */
  spares(isSpared: (request: Request) => boolean): void {
    this.isSpared = isSpared
  }

  /** Does something that is not told. */
  quietly<T>(act: () => T): T {
    this.silences++
    const done = act()
    this.silences--
    return done
  }

  /** The identifier of a directory that the story calls so. */
  directory(name: string): DirectoryId {
    return this.naming.directory(name)
  }

  // Telling

  say(text: string): void {
    if (this.silences === 0) this.page.prose(text)
  }

  /** An event that no message and no server tells of. */
  event(who: string, what: string): void {
    if (this.silences === 0 && this.about.size > 0) this.page.event(this.naming.clock(this.time), who, this.naming.readable(what))
  }

  picture(lines: readonly string[]): void {
    this.page.picture(lines)
  }

  /** The invariant at stake: broken, it ends the story. */
  holds(rule: string, sentence: string, truth: boolean): void {
    if (!truth) throw new Error(`${rule} does not hold: ${sentence}`)
    this.page.picture([`✓ ${rule === '' ? '' : `[${rule}] `}${sentence}`])
  }

  /** Figure 3: who has which of the updates accepted since the story began. */
  showCopies(directory: DirectoryId, rows: readonly Row[] = ['lastSweep']): void {
    const lines = copiesPicture(this.shown(directory), this.updates(directory), rows, this.naming.readable)
    this.page.picture([...lines, ...copiesLegend(lines, this.explained)])
  }

  /** Figure 5. */
  showRing(directory: DirectoryId): void {
    this.page.picture(ringPicture(this.shown(directory), (copy) => this.naming.ofCopy(copy)))
  }

  /** Figure 2: what stands in a copy. */
  showTree(member: Member, directory: DirectoryId): void {
    this.page.picture(this.tree(member, directory))
  }

  tree(member: Member, directory: DirectoryId): string[] {
    return treePicture(member.copy(directory).visible.root, this.naming.readable)
  }

  /** Figure 10, of the story's directories as far as this server stores them. */
  references(member: Member): string[] {
    return referencesPicture([...member.server.copies.values()].filter(({ directory }) => this.about.has(directory)), this.naming.readable)
  }

  /** What stands under these labels of a directory: references, and links with where they lead. */
  names(member: Member, directory: DirectoryId, ...labels: Label[]): string[] {
    return labels.map((label) => {
      const there = namedBy(member.copy(directory).visible, label)
      const leads = there?.type === 'link' ? `→ ${there.to}` : there?.type === 'directory' ? `↓ ${there.directory}` : (there?.type ?? '(nothing)')
      return this.naming.readable(`${label}  ${leads}`)
    })
  }

  transcript(title: string): string {
    return this.page.text(title)
  }

  // Acting

  /** Moves the clock of the story; nobody notices until something happens. */
  clock(seconds: number): void {
    const time = this.naming.zero + seconds * 1000
    if (time < this.time) throw new Error('the clock of a story goes forward')
    this.time = time
  }

  /** Lets time pass until then, and happen what is due, messages arriving at once; it is not told. */
  until(seconds: number): void {
    this.quietly(() => this.pass(this.naming.zero + seconds * 1000 - this.time))
  }

  /** One server does what it meant to do by now. */
  wakes(member: Member): void {
    while (member.wakeAt !== null && member.wakeAt <= this.now(member)) this.input(member, { type: 'tick' })
  }

  /** DoUpdates at a server's own copy. */
  accepts(member: Member, directory: DirectoryId, path: Label[], tree: Tree): UpdateSet {
    const { ts } = this.write(member, directory, path, tree)
    return this.updates(directory).find((each) => each.ts === ts)!
  }

  /** GetValue at a server's own copy. */
  reads(member: Member, directory: DirectoryId, path: Label[]): ReadOutcome | Failure {
    const outcome = this.atOnce(member, { type: 'ask', servers: [member.id], request: { type: 'read', directory, path, form: 'tree', after: null } }) as ReadOutcome | Failure
    this.event(member.name, `is asked for the value of ${this.naming.ofDirectory(directory)}:${formatPath(path)}: ${explainOutcome('read', outcome)}`)
    return outcome
  }

  /** Sweep, starting at this server. */
  sweeps(member: Member, directory: DirectoryId, form: 'ring' | 'parallel' = 'parallel'): void {
    this.event(member.name, `begins a sweep, ${form === 'ring' ? 'following the ring' : 'asking all at once'}`)
    this.begins(member, this.sweepCall(member, directory, form), (outcome) => explainOutcome('sweep', outcome as Outcomes['sweep']))
  }

  /** NewDC: this server is to take a copy, behind that of another. */
  joins(member: Member, directory: DirectoryId, behind: Member): void {
    this.event(member.name, `is to take a copy of ${this.naming.ofDirectory(directory)}, behind ${behind.name}`)
    this.begins(member, this.joinCall(member, directory, behind), (outcome) => explainOutcome('join', outcome as Outcomes['join']))
  }

  /** NewEpoch: this server is to make one of the copies on these. */
  makesEpoch(member: Member, directory: DirectoryId, servers: readonly Member[], force = false): void {
    this.event('an administrator', `calls NewEpoch(${this.naming.ofDirectory(directory)}, {${servers.map(({ name }) => name).join(', ')}})${force ? ' by force' : ''} at ${member.name}`)
    const request = { type: 'newEpoch' as const, directory, servers: servers.map(({ id }) => id), force, patience: 20_000, dry: false }
    this.begins(member, { type: 'ask', servers: [member.id], request }, (outcome) => explainOutcome('newEpoch', outcome as Outcomes['newEpoch']))
  }

  /** What a copy that an epoch left out has compared with the ring by now. */
  quarantine(member: Member, directory: DirectoryId): Quarantined {
    const outcome = this.atOnce(member, { type: 'ask', servers: [member.id], request: { type: 'quarantine', directory } }) as Quarantined
    this.event(member.name, `is asked what it alone has: ${explainOutcome('quarantine', outcome)}`)
    return outcome
  }

  /** Looks a name up from a server, with the messages that takes, and tells the way. */
  looksUp(member: Member, name: FullName, entity: Label | null = null): void {
    const written = [this.naming.ofDirectory(name.from as DirectoryId), ...Array<string>(name.up).fill('..'), ...name.labels].join('/')
    this.event(member.name, `looks up ${written}${entity === null ? '' : `:${entity}`}`)
    this.begins(member, { type: 'lookup', name, entity }, (outcome) => (isFailure(outcome) ? explain(outcome) : this.explainFound(outcome as Found)))
    this.settle()
  }

  /** A call whose outcome is told when it comes. */
  begins(member: Member, call: Call, say: (outcome: object | Failure) => string): void {
    const id = this.call(member, call)
    const tell = (outcome: object | Failure): void => this.event(member.name, `answers its caller: ${say(outcome)}`)
    const outcome = member.replies.get(id)
    if (outcome === undefined) this.awaited.set(id, tell)
    else tell(outcome)
  }

  /** The outcome of a call that needs no message. */
  atOnce(member: Member, call: Call): object | Failure {
    const outcome = member.replies.get(this.call(member, call))
    if (outcome === undefined) throw new Error(`${call.type} at ${member.name} needs messages`)
    return outcome
  }

  /** Takes messages on their way out of it, for later. */
  holdsUp(fits: (post: Post) => boolean): Post[] {
    const held = super.lose(fits)
    for (const post of held) this.tellPost(post, '…')
    return held
  }

  /** Messages that were held up, or have arrived before, arrive now. */
  comes(posts: readonly Post[], how: 'late' | 'again'): void {
    for (const post of posts) {
      this.tellPost(post, '→', ` (${how})`)
      super.hand(post)
    }
  }

  // What is true

  /** Every update of a directory that was accepted since the story began, oldest first. */
  updates(directory: DirectoryId): UpdateSet[] {
    return this.invariants.updates(directory).filter(({ ts }) => this.naming.isOfStory(ts, BEGIN))
  }

  /** Whether a reader of this copy sees everything that any copy accepted. */
  isComplete(copy: DirectoryCopy): boolean {
    return this.invariants.isComplete(copy)
  }

  // What happens

  override hand(post: Post): void {
    const { from, to } = post
    if (to.alive && to.server.peers.has(from.id)) this.tellPost(post, '→')
    else this.tellPost(post, '✗')
    super.hand(post)
  }

  override lose(fits: (post: Post) => boolean): Post[] {
    const lost = super.lose(fits)
    for (const post of lost) this.tellPost(post, '✗')
    return lost
  }

  override input(member: Member, input: Input): Effects {
    // What a step has had signed comes after it, as a step of its own.
    if (this.isStepping) {
      this.signed.push([member, input])
      return noEffects()
    }
    this.isStepping = true
    const effects = super.input(member, input)
    this.isStepping = false
    // The first inputs come while the cluster is being built.
    if (this.page === undefined) return effects
    this.naming.learnCopies(member)
    this.tellEffects(member, effects)
    this.invariants.stepped(this.members, member, effects)
    for (const next of this.signed.splice(0)) this.input(...next)
    return effects
  }

  override cut(a: Member, b: Member): void {
    if (a.alive && b.alive) this.event(`${a.name}, ${b.name}`, 'the link between them is cut')
    super.cut(a, b)
  }

  override connect(a: Member, b: Member): void {
    if (this.page !== undefined) this.event(`${a.name}, ${b.name}`, 'are connected')
    super.connect(a, b)
  }

  override crash(member: Member): void {
    this.event(member.name, 'crashes')
    super.crash(member)
  }

  override restart(member: Member): void {
    this.event(member.name, 'starts again from its disk')
    super.restart(member)
  }

  /** Updates accepted by this very copy, then what the server says of itself, then answers to callers. */
  private tellEffects(member: Member, { save, happened, reply }: Effects): void {
    for (const each of save) {
      if (!('copy' in each) || each.change.type !== 'absorbed' || !this.about.has(each.directory)) continue
      for (const set of each.change.sets) if (set.ts.endsWith(each.copy)) this.event(member.name, `accepts ${this.in(each.directory)}${explainSets([set])}`)
    }
    for (const happening of happened) this.tellHappening(member, happening)
    for (const { id, outcome } of reply) {
      this.awaited.get(id)?.(outcome as object | Failure)
      this.awaited.delete(id)
    }
  }

  /** Updates and links are told otherwise. */
  private tellHappening({ name }: Member, { kind, text, directory }: Happening): void {
    if (kind === 'update' || /^connected to|is gone: /.test(text) || (directory !== undefined && !this.about.has(directory))) return
    this.event(name, kind === 'sweep' ? `sweep ${text}` : text)
  }

  private tellPost({ from, to, message }: Post, sign: '→' | '✗' | '…', how = ''): void {
    this.naming.learn(message)
    const request = message.type === 'request' ? message.request : message.type === 'answer' ? this.naming.asked(message.id) : null
    const directory = message.type === 'hello' ? message.root : 'directory' in message ? message.directory : request?.directory
    if (directory === null || directory === undefined || !this.about.has(directory) || (request !== null && this.isSpared(request))) return
    this.event(`${from.name} ${sign} ${to.name}`, `${message.type.padEnd(TYPE)}${'directory' in message ? this.in(directory) : ''}${explainMessage(message, request)}${how}`)
  }

  private explainFound({ trail, directory, entity, validUntil }: Found): string {
    const way = trail.map((step) => `#${step.directory}/${step.label} is ${step.found === 'entry' ? 'an entry' : step.found === 'wellKnown' ? 'well-known' : step.found === 'up' ? 'the directory above' : `a ${step.found}`} (${this.naming.ofServer(step.server)})`)
    const end = entity === null ? `the directory #${directory}` : `the entry ${entity} in #${directory}`
    return `${way.length === 0 ? '' : `${way.join(', ')}: `}${end}${validUntil === null ? '' : `, valid until ${this.naming.clock(validUntil - GENESIS)}`}`
  }

  /** Which directory is meant, where a story is about several. */
  private in(directory: DirectoryId): string {
    return this.about.size > 1 ? `in #${directory}: ` : ''
  }

  private shown(directory: DirectoryId): Shown[] {
    return this.members.flatMap((member) => (member.server.copies.has(directory) ? [{ name: member.name, copy: member.copy(directory) }] : []))
  }
}
