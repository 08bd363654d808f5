/** Which procedure goes on. */
import { unreachable } from './assert'
import { onLinking, type LinkingStep } from './directories/formerNames'
import { onRemovalOfDirectory, type DirectoryRemovalStep } from './directories/removeD'
import { onPlaced, type PlacedStep } from './directories/placed'
import { onYielding, type YieldingStep } from './directories/rival'
import { onSettling, type SettlingStep } from './directories/settling'
import type { Failure } from './errors'
import type { Turn } from './server'
import { onCheck, type CheckStep } from './servers/checkS'
import type { ProcedureStep } from './procedure'
import { onFollowing, type FollowingStep } from './servers/followRoot'
import { onLostRemoval, type LostRemovalStep } from './servers/removeLost'
import { onRemoval, type RemovalStep } from './servers/removeS'
import { onSettingInSN, type SettingInSNStep } from './servers/setInSN'
import { onSettingUp, type SettingUpStep } from './servers/setUpOn'

export function onProcedure(turn: Turn, id: string, step: ProcedureStep, outcome: object | Failure): void {
  const procedure = turn.server.procedures.get(id)
  switch (procedure?.type) {
    case undefined:
      return
    case 'setUpOn':
      return onSettingUp(turn, procedure, step as SettingUpStep, outcome)
    case 'setInSN':
      return onSettingInSN(turn, procedure, step as SettingInSNStep, outcome)
    case 'removeS':
      return onRemoval(turn, procedure, step as RemovalStep, outcome)
    case 'removeLost':
      return onLostRemoval(turn, procedure, step as LostRemovalStep, outcome)
    case 'checkS':
      return onCheck(turn, procedure, step as CheckStep, outcome)
    case 'settle':
      return onSettling(turn, procedure, step as SettlingStep, outcome)
    case 'removeD':
      return onRemovalOfDirectory(turn, procedure, step as DirectoryRemovalStep, outcome)
    case 'placed':
      return onPlaced(turn, procedure, step as PlacedStep, outcome)
    case 'yield':
      return onYielding(turn, procedure, step as YieldingStep, outcome)
    case 'followRoot':
      return onFollowing(turn, procedure, step as FollowingStep, outcome)
    case 'link':
      return onLinking(turn, procedure, step as LinkingStep, outcome)
    default:
      return unreachable(procedure)
  }
}
