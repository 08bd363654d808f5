import { useEffect, useState } from 'react'
import type { Undurable as Kept } from '../../client/nameService'
import { stampTime } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { Explained } from '../parts/text'

/** Updates whose level is not reached yet, and for whom they wait; what is lost, and what can be done about it. */
export function Undurable() {
  const { tab, notices } = useDesk()
  const all = useUndurable()
  const lost = all.find(({ isLost }) => isLost)
  const waiting = all.filter(({ isLost, missing }) => !isLost && missing !== '')
  const [first] = waiting
  return (
    <>
      {first !== undefined && (
        <span className="warn-text undurable" title={waiting.map(({ reason }) => reason).join('\n')}>
          {waiting.length === 1 ? 'an update is' : `${waiting.length} updates are`} not <Explained term="durability">durable</Explained> yet (<bdi>{first.level}</bdi>): <bdi>{first.missing}</bdi>
        </span>
      )}
      {lost !== undefined && (
        <span className="grave-text undurable" title={lost.reason}>
          the update of {stampTime(lost.ts)} is lost{' '}
          <button type="button" className="text" onClick={() => void notices.during('Making the change anew', tab.service.remake(lost.ts)).then((done) => done && notices.tell('The change was made anew, as a new update.'))}>
            Make it anew
          </button>{' '}
          <button type="button" className="text" onClick={() => void notices.during('Forgetting the update', tab.service.forget(lost.ts))}>
            Forget it
          </button>
        </span>
      )}
    </>
  )
}

/** What the library keeps; tells when something that was shown to wait is durable. */
function useUndurable(): readonly Kept[] {
  const { tab, notices } = useDesk()
  const [all, setAll] = useState<readonly Kept[]>([])
  useEffect(() => {
    let shown: readonly Kept[] = []
    return tab.service.undurable((now) => {
      const left = shown.filter(({ ts, isLost, missing }) => !isLost && missing !== '' && !now.some((each) => each.ts === ts))
      if (left.length > 0) notices.tell(left.length === 1 ? `The update of ${stampTime(left[0]!.ts)} is durable now.` : `${left.length} updates are durable now.`)
      shown = now
      setAll(now)
    })
  }, [tab, notices])
  return all
}
