/**
 * SetInSN: "can FN point to servers". A directory gets InSN when its parent has it and a copy of it is on a server with a
 * shorter name [S2]; it is first announced in the parent's reference, where the parent's own InSN looks before it goes. It
 * loses InSN by W5: withdraw, wait until stable, check, commit.
 */
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { effectiveParent, pendingIn, type BackReference } from '../entries/parents'
import { candidatesFor } from '../directories/reference'
import { hasShorter } from '../directories/rank'
import { BELOW, inSNOf, namedIn, rankIn, WITHDRAWN } from '../entries/serverEntry'
import { failure, isFailure, type Failure } from '../errors'
import { shown, type DirectoryId, type ServerId } from '../names'
import type { ReadOutcome } from '../requests'
import type { Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { namedInFault } from './announcements'
import { begin, cameToNothing, change, finish, goOnWithdrawing, read, request, withdrawingFrom, type Begun, type Withdrawing, type WithdrawingStep } from '../procedure'

export interface SettingInSN extends Begun {
  type: 'setInSN'
  directory: DirectoryId
  to: boolean
  /** Null for the root. */
  parent: BackReference | null
  rank: number
  /** Whose copy of the parent lacked the reference, and sweeps for it. */
  met: ServerId | null
  withdrawing: Withdrawing
  /** Why it goes back on a withdrawal. */
  broken: Failure | null
}

/**
 * `parent` is read, and this directory's reference there, as it is `named`, once more after a sweep where that copy has not heard of
 * it yet (`met`); InSN is `announced` in that, then `entered` here; or withdrawn, `committed`, and `unannounced` where it is `named`; `restored` when that came to nothing.
 */
export type SettingInSNStep = 'parent' | 'named' | 'met' | 'announced' | 'entered' | WithdrawingStep | 'committed' | 'unannounced' | 'restored'

export function beginSetInSN(turn: Turn, copy: DirectoryCopy, to: boolean, caller: Caller): void {
  const { server } = turn
  const { directory, visible } = copy
  const parent = effectiveParent(copy) ?? null
  const withdrawing = withdrawingFrom(server.id, directory, ['.', 'InSN'])
  const setting = begin<SettingInSN>(turn, caller, { type: 'setInSN', directory, to, parent, rank: 0, met: null, withdrawing, broken: null }, (other) => other.type === 'setInSN' && other.directory === directory && other.to === to)
  if (setting === null) return
  const [open] = to ? pendingIn(copy) : []
  if (open !== undefined) return finish(turn, setting, failure('MovePending', { name: `#${directory}`, to: open.label, reason: 'InSN is given to a directory whose place is settled' }))
  if (to) return parent === null ? enter(turn, setting, copy) : read(turn, setting, 'parent', candidatesFor(server, parent.parent), parent.parent, ['.', 'InSN'])
  if (parent === null) return finish(turn, setting, failure('WouldBreak', { what: 'Taking InSN from the root', rule: 'S1', reason: 'every server name begins there', next: 'Leave it' }))
  if (inSNOf(visible) === null) return unannounce(turn, setting, parent)
  const fault = namedInFault(directory, namedIn(visible))
  if (fault !== null) return finish(turn, setting, fault)
  changeOwn(turn, setting, 'withdrawn', [['InSN', [[WITHDRAWN, true]]]])
}

const changeOwn = (turn: Turn, setting: SettingInSN, step: SettingInSNStep, tree: Tree): void => change(turn, setting, step, [turn.server.id], setting.directory, 'setInSN', ['.'], tree)

export function onSettingInSN(turn: Turn, setting: SettingInSN, step: SettingInSNStep, outcome: object | Failure): void {
  const copy = turn.server.copies.get(setting.directory)
  if (copy?.state !== 'active') return finish(turn, setting, failure('NoCopyHere', { server: turn.server.name, directory: setting.directory }))
  switch (step) {
    case 'parent':
      return isFailure(outcome) ? finish(turn, setting, outcome) : onParent(turn, setting, copy, outcome as ReadOutcome)
    case 'named':
      return isFailure(outcome) ? finish(turn, setting, outcome) : onNamed(turn, setting, outcome as ReadOutcome)
    case 'met':
      return isFailure(outcome) ? finish(turn, setting, outcome) : readName(turn, setting, [setting.met!], setting.parent!)
    case 'announced':
      return isFailure(outcome) ? finish(turn, setting, outcome) : enter(turn, setting, copy)
    case 'entered':
    case 'unannounced':
      return finish(turn, setting, isFailure(outcome) ? outcome : { directory: setting.directory })
    case 'committed':
      return isFailure(outcome) ? restore(turn, setting, outcome) : unannounce(turn, setting, setting.parent!)
    case 'restored':
      return finish(turn, setting, cameToNothing(setting.broken!, outcome, `InSN of #${copy.directory}`))
    default: {
      const stable = goOnWithdrawing(turn, setting, setting.withdrawing, step, outcome)
      if (stable === 'stable') changeOwn(turn, setting, 'committed', [['InSN', false]])
      else if (stable !== null) restore(turn, setting, stable)
    }
  }
}

function onParent(turn: Turn, setting: SettingInSN, copy: DirectoryCopy, { tree, server: at }: ReadOutcome): void {
  const { parent } = setting.parent!
  const labels = labelsIn(tree ?? undefined)
  const above = rankIn(labels)
  const what = `InSN of the directory #${copy.directory}`
  if (labels.includes(WITHDRAWN)) return finish(turn, setting, failure('Withdrawn', { name: `InSN of the directory #${parent}` }))
  if (above === null && parent !== turn.server.root) return finish(turn, setting, failure('WouldBreak', { what, rule: 'S1', reason: `its parent #${parent} has no InSN`, next: 'Call setInSN for the parent first' }))
  setting.rank = inSNOf(copy.visible)?.rank ?? (above ?? 0) + 1
  if (!hasShorter(turn.server, copy, setting.rank)) return finish(turn, setting, withoutShorter(copy, what))
  readName(turn, setting, [at], setting.parent!)
}

const readName = (turn: Turn, setting: SettingInSN, at: readonly ServerId[], { parent, label }: BackReference): void => read(turn, setting, 'named', at, parent, [label, 'DR'])

/** Through the TSpath of the reference that holds this DI: what stands under the name by then may be another's. */
function onNamed(turn: Turn, setting: SettingInSN, { tree, snapshot, server: at }: ReadOutcome): void {
  const { directory, rank, to } = setting
  const { parent, label } = setting.parent!
  const isIts = labelsIn(below(tree, ['DI']))[0] === directory
  if (!isIts && to && setting.met === null) {
    setting.met = at
    return request(turn, setting, 'met', [at], { type: 'sweep', directory: parent, form: 'parallel' })
  }
  if (!isIts) return finish(turn, setting, to ? failure('Superseded', { name: `#${parent}/${shown(label)}` }) : { directory })
  change(turn, setting, to ? 'announced' : 'unannounced', [at], parent, 'reference', [label, 'DR'], [['InSN', to ? [[String(rank), true]] : false]], snapshot.path.map(([, ts]) => ts))
}

export const withoutShorter = ({ directory }: DirectoryCopy, what: string): Failure =>
  failure('WouldBreak', { what, rule: 'S2', reason: `no copy of #${directory} ${what.startsWith('InSN') ? 'is' : 'would be'} on a server with a name shorter than the directory's, so finding one could need the directory itself`, next: 'Make a copy with newDC on a server that is named nearer to the root first' })

function enter(turn: Turn, setting: SettingInSN, copy: DirectoryCopy): void {
  const known = inSNOf(copy.visible)
  changeOwn(turn, setting, 'entered', [['InSN', [[String(setting.rank), true], [BELOW, true], ...(known !== null && known.withdrawn !== null ? [[WITHDRAWN, false] as const] : [])]]])
}

/** The reference in the parent follows: nothing depends on it any more. */
const unannounce = (turn: Turn, setting: SettingInSN, name: BackReference): void => readName(turn, setting, candidatesFor(turn.server, name.parent), name)

/** The removal came to nothing: names may begin here again. */
function restore(turn: Turn, setting: SettingInSN, why: Failure): void {
  setting.broken = why
  changeOwn(turn, setting, 'restored', [['InSN', [[WITHDRAWN, false]]]])
}
