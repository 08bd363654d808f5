/**
 * Messages in the words of the paper: what each carries, for the traces of the simulator and for the stories (trials).
 * Identifiers and time-stamps stand here as they are; who knows better names puts them in.
 */
import { epochNumber, type Epoch, type Exclusion } from '../core/copies/directoryCopy'
import { explain, isFailure, type Failure } from '../core/errors'
import type { Facts, Message, Page } from '../core/messages'
import { compareLabels, shown, type Label } from '../core/names'
import type { Outcomes, Request } from '../core/requests'
import { shortName } from '../core/server'
import type { Branch, UpdateSet } from '../core/values/intent'
import { valueOf, type Tree } from '../core/values/readValue'

/** A message in a line for a trace: what it is called in the source, then what it carries; identifiers shortened. */
export function explainWire(wire: string): string {
  const message = JSON.parse(wire) as Message
  const line = `${message.type} ${explainMessage(message, null)}`.replace(/\bsweep ([a-z2-7]{16})\b/, (_, attempt: string) => `sweep ${attempt.slice(0, 4)}`).replace(/\b[a-z2-7]{20}\b/g, (id) => `${id.slice(0, 6)}…`)
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

/** What a message carries; of an answer, to what was asked. */
export function explainMessage(message: Message, asked: Request | null): string {
  switch (message.type) {
    case 'hello':
      return `I am ${message.name === null ? 'a server without a name' : shortName(message.name)}; the root I know is ${message.root === null ? 'none' : `#${message.root}`}`
    case 'credentials':
      return `I speak for ${message.chains[0]?.[0]?.issuer ?? 'nobody'}`
    case 'request':
      return explainRequest(message.request)
    case 'answer':
      return message.failure === null ? explainAnswer(message.outcome, asked) : explain(message.failure)
    case 'greet':
      return `lastSweep ${message.facts.lastSweep}; what do I lack?`
    case 'updates':
      return explainSets(message.sets)
    case 'spliceNews':
      return `the ring has ${message.members.length === 1 ? 'a member' : 'members'} on ${message.members.map(({ name }) => shortName(name)).join(', ')}`
    case 'lookSweep':
      return `sweep ${message.attempt}: raise nextTS to ${message.sweepTS}; where do you stand?`
    case 'looked':
      return `sweep ${message.attempt}: ${explainFacts(message.facts)}, nextTS ${message.facts.nextTS}`
    case 'readSweep':
      return `sweep ${message.attempt}: what have you ${message.whole ? 'in all' : `from ${message.since} on`}?${message.index > 0 ? ` page ${message.index + 1}` : ''}`
    case 'readPage':
      return `sweep ${message.attempt}: ${explainPage(message.page)}`
    case 'writeSweep':
      return `sweep ${message.attempt}: ${explainPage(message.page)}; then lastSweep := ${message.sweepTS}, F := ${message.stableMark}${message.ring.length > 0 ? `; ${explainRing(message.ring)}` : ''}`
    case 'wrote':
      return `sweep ${message.attempt}: done, lastSweep ${message.lastSweep}`
    case 'sweepRefused':
      return `sweep ${message.attempt}: ${explain(message.failure)}`
    case 'askSnapshot':
      return `I want to join behind you; a snapshot${message.index > 0 ? `, page ${message.index + 1}` : ''}?`
    case 'snapshotPage':
      return `${explainFacts(message.facts)}, nextTS ${message.facts.nextTS}; ${explainPage(message.page)}`
    case 'snapshotRefused':
      return explain(message.failure)
    case 'askSplice':
      return `point at me, if you still have pointer ${message.pointer.server}, lastSweep ${message.lastSweep}, F ${message.stableMark}`
    case 'askFate':
      return 'have you spliced me in?'
    case 'spliced':
      return `yes: you are behind me. Raise nextTS to ${message.nextTS}; ${explainRing(message.ring)}`
    case 'spliceRefused':
      return `no, and never (it ${message.reason})`
    case 'askStanding':
      return 'I am leaving; where do you stand, and what of me?'
    case 'standing':
      return `${explainFacts(message.facts)}${message.facts.removed.length === 0 ? '' : `; removed: ${message.facts.removed.map(({ copy }) => copy).join(', ')}`}`
    case 'askTakeOver':
      return 'you point at me; take me over'
    case 'readHandOver':
      return `what have you?${message.index > 0 ? ` page ${message.index + 1}` : ''}`
    case 'handOverPage':
      return `${explainPage(message.page)}; my pointer is ${message.pointer.server}`
    case 'takenOver':
      return `you are out of the ring, as of ${message.ts}`
    case 'notTaken':
      return 'not taken over, and never by this attempt'
    case 'letBe':
      return 'I am to stay after all; do you point at me still?'
    case 'leftBe':
      return 'I point at you still, and take nothing over'
    case 'askEpochFacts':
      return 'a new epoch is wanted; where do you stand?'
    case 'epochFacts':
      return message.facts === null ? explain(message.failure!) : explainFacts(message.facts.facts)
    case 'seal':
      return `seal yourself for ${explainEpoch(message.epoch)}; ${explainRing(message.ring)}`
    case 'sealed':
      return `sealed for ${explainEpoch(message.epoch)}: ${explainFacts(message.facts.facts)}`
    case 'sealRefused':
      return `not sealed for ${explainEpoch(message.epoch)}: ${explain(message.failure)}`
    case 'askEpoch':
      return `what became of ${explainEpoch(message.epoch)}?`
    case 'epochNews':
      return `${explainEpoch(message.epoch)} rules; ${explainRing(message.ring)}${message.excluded.length === 0 ? '' : `; left out: ${message.excluded.map(explainExclusion).join(', ')}`}`
    case 'epochGivenUp':
      return `${explainEpoch(message.epoch)} was given up`
    case 'copyGone':
      return 'that copy is not here any more'
    default:
      return ''
  }
}

const explainEpoch = (epoch: Epoch): string => `epoch ${epochNumber(epoch)}${epoch[5] === 'f' ? ' (forced)' : ''}`
const explainExclusion = ({ name, known, abandoned }: Exclusion): string => `${shortName(name)} (${abandoned ? 'abandoned' : known === null ? 'nothing known' : `known to ${known}`})`

const explainFacts = ({ state, lastSweep, stableMark, pointer }: Facts): string => `${state === 'active' ? '' : `${state}, `}lastSweep ${lastSweep}, F ${stableMark}, pointer ${pointer.server}`
const explainRing = (ring: readonly { name: string }[]): string => `the ring: ${ring.map(({ name }) => shortName(name)).join(', ')}`
const explainPage = ({ index, count, base, log }: Page): string => `${count > 1 ? `page ${index + 1} of ${count}: ` : ''}${base === null ? '' : `the base (${base.nodes.length} nodes) and `}${log.length === 0 ? 'no updates' : explainSets(log)}`

/** Sets of updates, each with its time-stamp before it. */
export const explainSets = (sets: readonly UpdateSet[]): string => few(sets.map((set) => () => `${set.ts} ${explainBranches(set.intent.branches)}`), '; ')

/** A list in which a person can still see something: the first eight, and how many more. */
const MANY = 8
const few = (each: readonly (() => string)[], between: string): string => [...each.slice(0, MANY).map((say) => say()), ...(each.length > MANY ? [`${each.length - MANY} more`] : [])].join(between)

/**
 * A set of updates as a path, braces where it divides: `Lampson:10/Mailboxes:10/{~~Cab~~, Zin}`. An ancestor that the
 * update only names carries the time-stamp of the incarnation that is meant; what is made absent is struck through.
 */
export function explainBranches(branches: readonly Branch[]): string {
  return braced(
    branches.map(([label, incarnation, below]) => () => {
      const name = `${quoted(label)}${incarnation === null ? '' : `:${incarnation}`}`
      return typeof below === 'boolean' ? (below ? name : `~~${name}~~`) : `${name}/${explainBranches(below)}`
    }),
  )
}

const braced = (each: readonly (() => string)[]): string => (each.length === 1 ? each[0]!() : `{${few(each, ', ')}}`)

/** A label, in quotes if it would read as a path: those that hold names do. */
const quoted = (label: Label): string => (label.includes('/') ? `"${shown(label)}"` : shown(label))

/** A tree without time-stamps, as a client gives and gets it, in the same form. */
export function explainTree(tree: Tree): string {
  if (typeof tree === 'boolean') return tree ? 'present' : 'absent'
  const inOrder = tree.toSorted(([a], [b]) => compareLabels(a, b))
  return braced(inOrder.map(([label, below]) => () => (below === false ? `~~${quoted(label)}~~` : below === true || below.length === 0 ? quoted(label) : `${quoted(label)}/${explainTree(below)}`)))
}

/** The value of a path: a string, a set of strings, or a tree ("there are three cases"). */
export function explainValue(tree: Tree): string {
  const value = valueOf(tree)
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? `{${few(value.map((label) => () => label), ', ')}}` : explainTree(tree)
}

const designate = (directory: string, path: readonly Label[]): string => (path.length === 0 ? `#${directory}` : `#${directory}:${path.map(quoted).join('/')}`)

function explainRequest(request: Request): string {
  switch (request.type) {
    case 'walk':
      return `look up ${[`#${request.directory}`, ...Array<string>(request.up).fill('..'), ...request.labels].join('/')}${request.entity === null ? '' : `, then ${request.entity}`}`
    case 'read':
      return `read ${request.form === 'tree' ? '' : `the ${request.form} of `}${designate(request.directory, request.path)}`
    case 'test':
      return `is ${designate(request.directory, request.path)} ${explainTree(request.tree)}?`
    case 'certify':
      return `certify who is ${request.name} in #${request.directory}`
    case 'access':
      return `what may ${request.about ?? 'I'} do at ${designate(request.directory, request.path)}?`
    case 'draft':
      return `draw up ${explainTree(request.change.under.labels.reduceRight<Tree>((below, label) => [[label, below]], request.change.tree))} in #${request.directory}`
    case 'submit':
      return `accept, in #${request.directory}, ${explainBranches(request.signed.intent.branches)}`
    case 'has':
      return `is ${request.ts} of #${request.directory} on your disk?${request.set === null ? '' : ` Here it is: ${explainBranches(request.set.intent.branches)}`}`
    case 'state':
      return `how does your copy of #${request.directory} stand?`
    case 'sweep':
      return `sweep #${request.directory}`
    case 'create':
      return `make the directory #${request.directory}: ${explainBranches(request.signed.intent.branches)}`
    case 'join':
      return `take a copy of #${request.directory}, from ${request.from.join(' or ')}`
    case 'leave':
      return `let your copy of #${request.directory} leave the ring`
    case 'parent':
      return `where is #${request.directory}?`
    case 'records':
      return `which names has #${request.directory} had?`
    case 'base':
      return `what have you of #${request.directory}, with F ${request.stableMark} and lastSweep ${request.lastSweep}?`
    case 'newEpoch':
      return `begin a new epoch of #${request.directory} with ${request.servers.join(', ')}`
    default:
      return ''
  }
}

function explainAnswer(outcome: string, asked: Request | null): string {
  if (asked === null) return 'done'
  return explainOutcome(asked.type, JSON.parse(outcome) as Outcomes[Request['type']])
}

/** What came of a request. */
export function explainOutcome(type: Request['type'], outcome: Outcomes[Request['type']] | Failure): string {
  if (isFailure(outcome)) return explain(outcome)
  switch (type) {
    case 'walk': {
      const { steps, directory, outcome: how, link, rest, servers, entity } = outcome as Outcomes['walk']
      const way = steps.map(({ label, found }) => `${label} is ${found === 'entry' ? 'an entry' : found === 'wellKnown' ? 'well-known' : found === 'up' ? 'the directory above' : `a ${found}`}`).join(', ')
      if (how === 'link' || how === 'moved') return `${way} to ${link}${rest.length > 0 ? `; then ${rest.join('/')}` : ''}`
      const end = how === 'on' ? `go on with ${[`#${directory}`, ...rest].join('/')}${servers.length > 0 ? ` at ${servers.join(' or ')}` : ''}` : `found: ${entity === null ? 'the directory' : `the entry ${entity} in`} #${directory}`
      return way === '' ? end : `${way}; ${end}`
    }
    case 'read': {
      const { tree, labels, entries, snapshot, asOf } = outcome as Outcomes['read']
      const value = tree !== null ? explainValue(tree) : labels !== null ? `{${labels.join(', ')}}` : entries !== null ? entries.map(([label, what]) => `${label} (${what})`).join(', ') : snapshot.mark
      return `${value}, as of ${asOf}`
    }
    case 'test':
      return (outcome as Outcomes['test']).equal ? 'yes' : 'no'
    case 'draft': {
      const { branches } = outcome as Outcomes['draft']
      return branches.length === 0 ? 'it is so already' : explainBranches(branches)
    }
    case 'submit':
      return `accepted, stamped ${(outcome as Outcomes['submit']).ts}`
    case 'has':
      return (outcome as Outcomes['has']).here ? 'yes' : 'no, and sweeps have passed it'
    case 'state':
      return explainFacts(outcome as Outcomes['state'])
    case 'sweep':
      return `every copy has everything earlier than ${(outcome as Outcomes['sweep']).sweepTS}`
    case 'create':
      return `made, with the name ${(outcome as Outcomes['create']).label ?? '(none)'}`
    case 'join':
      return 'the copy is a member of the ring'
    case 'leave':
      return 'the copy has left the ring'
    case 'parent': {
      const { parent, label } = outcome as Outcomes['parent']
      return parent === null ? 'it is a root' : `${label} in #${parent}`
    }
    case 'records': {
      const { records, stableMark } = outcome as Outcomes['records']
      const names = records.map(({ parent, label, ts, verdict }) => `${label} in #${parent} since ${ts}${verdict === 'settled' ? '' : ` (${verdict})`}`)
      return `${names.length === 0 ? 'none: it is a root' : names.join(', ')}; F ${stableMark}`
    }
    case 'base': {
      const { epoch, stableMark, upTo, digest } = outcome as Outcomes['base']
      return `${digest.slice(0, 6)}…, with F ${stableMark}, up to ${upTo}, in ${explainEpoch(epoch)}`
    }
    case 'newEpoch': {
      const { epoch, excluded } = outcome as Outcomes['newEpoch']
      return `${explainEpoch(epoch)} rules; left out: ${excluded.length === 0 ? 'nobody' : excluded.map(explainExclusion).join(', ')}`
    }
    case 'quarantine': {
      const { entries } = outcome as Outcomes['quarantine']
      return entries === null ? 'not compared yet' : entries.length === 0 ? 'nothing that the ring lacks' : `the ring never got: ${entries.map(({ ts, what }) => `${ts} ${what}`).join('; ')}`
    }
    default:
      return 'done'
  }
}
