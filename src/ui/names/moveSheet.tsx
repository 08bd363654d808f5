import { useDeferredValue, useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { MAX_PATH_LABELS } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { labelsOf } from '../desk/fullName'
import { useReading } from '../desk/reading'
import { Decision } from '../parts/decision'
import { Sheet } from '../parts/sheet'
import { Explained, Label } from '../parts/text'
import { again, type Props } from './nameSheets'

/** Links that are named; of more, how many there are. */
const MOST_LINKS = 5

/** MoveSubtree: a directory goes to another name, and the old one goes on; said before it is done. */
export function MoveSheet({ request, onClose }: Props<'move'>) {
  const desk = useDesk()
  const { tab, notices, listing, selection } = desk
  const { at } = request
  const [to, setTo] = useState(request.to)
  const wanted = useDeferredValue(to.trim().normalize('NFC'))
  const known = useStore(listing.store, (state) => state.named)
  const links = useView((view) => view.links.length)
  const isAsked = wanted !== '' && wanted !== at
  const { answer, failure } = useReading(isAsked ? `move ${at} ${wanted}` : null, links, () => tab.service.previewMove(at, wanted))
  const below = [...known.values()].filter(({ name }) => name.startsWith(`${at}/`)).slice(0, 3)
  const tooDeep = [...known.values()].find(({ name }) => name.startsWith(`${at}/`) && labelsOf(name).length - labelsOf(at).length + labelsOf(wanted).length > MAX_PATH_LABELS)
  const fault = answer?.fault?.message ?? failure
  const isReady = isAsked && answer !== null && answer.fault === null

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onClose()
    const moved = tab.service.moveSubtree(at, wanted)
    void notices.during(`Moving ${at} to ${wanted}`, moved, again(desk, { ...request, to: wanted })).then(async (done) => {
      // It may have waited long, and have been moved again meanwhile.
      if (!done || !(await tab.service.lookup(wanted).then(() => true, () => false))) return
      desk.undo.remember({ what: `${at} moved to ${wanted}`, takeBack: () => tab.service.moveSubtree(wanted, at) })
      selection.follow(at, wanted)
    })
  }
  return (
    <Sheet title="Move a directory" onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <label>
          New name of {at}
          <input autoFocus required value={to} aria-describedby="move-forecast" onChange={(event) => setTo(event.target.value)} />
        </label>
        <div id="move-forecast" role="status" aria-label="What it comes to" aria-busy={isAsked && answer === null && failure === null}>
          {!isAsked && <p className="hint">Give its whole name, with the directory that it is to be in: /DEC/SRC.</p>}
          {isAsked && answer === null && failure === null && <p className="hint">Asking the directories above…</p>}
          {isAsked && fault !== null && fault !== undefined && <p className="trouble">{fault}</p>}
          {isReady && (
            <>
              <p>
                It becomes <Label>{wanted}</Label>, with all below. <b>{answer.links.length === 0 && answer.isWhole ? 'Every name in use goes on:' : 'Names in use go on:'}</b> <Label>{at}</Label> becomes a <Explained term="link" /> to it
                {below.length > 0 && (
                  <>
                    , so that{' '}
                    {below.map(({ name }, i) => (
                      <span key={name}>
                        {i > 0 && ', '}
                        <Label>{name}</Label>
                      </span>
                    ))}{' '}
                    lead where they led
                  </>
                )}
                .
              </p>
              {tooDeep !== undefined && (
                <p className="hint">
                  Names from the root have at most {MAX_PATH_LABELS} labels: what would have more, such as <Label>{tooDeep.name}</Label>, goes on by the name that it has now.
                </p>
              )}
              {answer.links.length > 0 && (
                <p className="trouble">
                  But {answer.links.length === 1 ? 'this link goes' : 'these links go'} up out of it, and will lead elsewhere:{' '}
                  {answer.links.slice(0, MOST_LINKS).map(({ name, to }, i) => (
                    <span key={name}>
                      {i > 0 && ', '}
                      <Label>{name}</Label> to <Label>{to}</Label>
                    </span>
                  ))}
                  {answer.links.length > MOST_LINKS && ` and ${answer.links.length - MOST_LINKS} more`}. Make them anew where they are to lead on to the same.
                </p>
              )}
              {!answer.isWhole && <p className="hint">Not all below could be looked through: other links that go up out of it by .. would lead elsewhere, too.</p>}
              <p className="hint">It is settled once every server with a copy of a directory above has been heard; until then the old name stands.</p>
            </>
          )}
        </div>
        <Decision onCancel={onClose} disabled={!isReady}>
          Move it
        </Decision>
      </form>
    </Sheet>
  )
}
