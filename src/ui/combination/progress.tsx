import { useStore } from 'zustand'
import { sidesBelow, stepsOf, type Combination, type CombinationStep } from '../../core/directories/combination'
import type { CombinationView } from '../../tab/combining'
import { beginNamesAt } from '../desk/beginning'
import { useDesk, useView } from '../desk/desk'
import { labelsOf, ROOT } from '../desk/fullName'
import { Label } from '../parts/text'
import { nameAbove } from './newNames'

/** The steps, which one is under way and what is in its way; at the end the old name and the new one, side by side. */
export function Progress({ view: { combination, step, reason, isDone }, onClose }: { view: CombinationView; onClose: () => void }) {
  const { tab } = useDesk()
  const steps = stepsOf(combination)
  const at = isDone ? steps.length : steps.indexOf(step)
  const leave = (): void => {
    tab.controls.endCombination()
    onClose()
  }
  return (
    <div className="name-form combining">
      <ol className="steps" aria-label="Steps">
        {steps.map((each, i) => (
          <li key={each} aria-current={i === at ? 'step' : undefined} data-state={i < at ? 'done' : i === at ? 'now' : 'later'}>
            {wordsOf(each, combination)} <small>{i < at ? 'done' : i === at ? (reason === '' ? 'under way…' : 'waits') : ''}</small>
          </li>
        ))}
      </ol>
      <div role="status" aria-label="How it stands">
        {reason !== '' && <p className="trouble">{reason} It is tried again every few seconds.</p>}
        {!isDone && reason === '' && <p className="hint">This may be closed: it goes on, and after a reload too.</p>}
        {isDone && <Result combination={combination} />}
      </div>
      <footer>
        {!isDone && (
          <button type="button" onClick={leave}>
            Do not go on
          </button>
        )}
        <button type="button" className="primary" onClick={isDone ? leave : onClose}>
          {isDone ? 'Done' : 'Close'}
        </button>
      </footer>
    </div>
  )
}

function wordsOf(step: CombinationStep, { ours, theirs, above }: Combination): string {
  switch (step) {
    case 'rooms':
      return 'The servers of both meet in both rooms.'
    case 'root':
      return `This server makes the new root ${above ?? ''}, with this service below it as ${ours.label}.`
    case 'place':
      return above === null ? `This service goes below the other root, as ${ours.label}.` : `The other service goes below ${above}, as ${theirs.label}.`
    case 'names':
      return 'Old and new names lead to the same directories.'
  }
}

/** The selected name as it was and goes on, and as it is from the root above. */
function Result({ combination }: { combination: Combination }) {
  const desk = useDesk()
  const at = useStore(desk.selection.store, (state) => state.at)
  const root = useView((view) => view.root)
  const beginsAtOurs = useView((view) => view.workingRoot === combination.ours.root)
  const above = combination.above ?? 'the root above'
  return (
    <>
      <p>
        <b>The two are one service now.</b>
      </p>
      {beginsAtOurs && at.startsWith(ROOT) && (
        <table className="trail old-and-new">
          <thead>
            <tr>
              <th scope="col">in this page, as before</th>
              <th scope="col">
                from <Label>{above}</Label>
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>
                <Label>{at}</Label>
              </td>
              <td>
                <Label>{nameAbove(sidesBelow(combination)[0]!.label, labelsOf(at))}</Label>
              </td>
            </tr>
          </tbody>
        </table>
      )}
      {root !== null && root !== combination.ours.root && beginsAtOurs && (
        <p className="row">
          <button type="button" onClick={() => beginNamesAt(desk, root)}>
            Begin the names of this page at <Label>{above}</Label>
          </button>
        </p>
      )}
    </>
  )
}
