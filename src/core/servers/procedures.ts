/** Which procedure goes on. */
import { unreachable } from '../assert'
import type { Failure } from '../errors'
import type { Turn } from '../server'
import { onCheck, type CheckStep } from './checkS'
import type { ProcedureStep } from './procedure'
import { onLostRemoval, type LostRemovalStep } from './removeLost'
import { onRemoval, type RemovalStep } from './removeS'
import { onSettingInSN, type SettingInSNStep } from './setInSN'
import { onSettingUp, type SettingUpStep } from './setUpOn'

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
    default:
      return unreachable(procedure)
  }
}
