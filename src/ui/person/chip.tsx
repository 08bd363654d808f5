import { MailOpen, TriangleAlert, UserRound } from 'lucide-react'
import { useDesk, useView } from '../desk/desk'
import { Label } from '../parts/text'
import { labelOfEntry, useMyName, useMyself } from './myself'

/** Who I am here; opens all that belongs to it. An invitation that waits for an answer comes first. */
export function PersonChip() {
  const { dialogs } = useDesk()
  const me = useView((view) => view.me)
  const whole = useMyName()
  const isInvited = useView((view) => view.invitation !== null)
  const { answer } = useMyself()
  const isUnknown = me !== null && answer?.isKnown === false
  const label = me === null ? null : labelOfEntry(me)
  const words = isInvited ? 'An invitation waits for your answer' : label === null ? 'You are a guest here: say who you are' : `You are ${whole}${isUnknown ? ', and the directory does not know your key by it' : ''}`
  return (
    <button type="button" className="person-chip" data-me={label ?? 'guest'} data-known={answer?.isKnown} aria-label={words} title={words} onClick={() => dialogs.open({ type: isInvited ? 'invitation' : 'person' })}>
      {isInvited ? <MailOpen aria-hidden size={15} /> : isUnknown ? <TriangleAlert aria-hidden size={15} className="warn-text" /> : <UserRound aria-hidden size={15} />}
      {label === null ? <span className="guest">{isInvited ? 'invited' : 'guest'}</span> : <b><Label>{label}</Label></b>}
    </button>
  )
}
