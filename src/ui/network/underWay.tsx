import type { OpenWork, UnderWayReport } from '../../client/nameService'
import { useDesk, useView } from '../desk/desk'
import { clockTime } from '../desk/clockTime'
import { useReading } from '../desk/reading'
import { linkTrouble } from '../desk/servers'
import { listed } from '../epochs/wording'
import { SureButton } from '../parts/sureButton'
import { Label } from '../parts/text'

/** ms: what ends sooner is not worth a line. */
const WORTH_SAYING = 1000

/** Who has what under way, on this server and on all others in reach, and who waits for whom [S5]; with what was left behind. */
export function UnderWay() {
  const { tab } = useDesk()
  const hasRoot = useView((view) => view.root !== null)
  const { answer } = useReading(hasRoot ? 'under way' : null, null, () => tab.service.underWay().then((report) => ({ ...report, at: Date.now() })))
  const lasting = answer === null ? [] : answer.open.filter(({ since }) => since === null || answer.at - since >= WORTH_SAYING)
  if (answer === null || (lasting.length === 0 && answer.leftOpen.length === 0)) return null
  return (
    <section className="under-way" aria-labelledby="under-way-heading">
      <h3 id="under-way-heading">Under way</h3>
      <ul aria-label="Under way">
        {lasting.map((work) => (
          <Line key={`${work.server} ${work.kind} ${work.about}`} work={work} />
        ))}
        {answer.leftOpen.map((announced) => (
          <LeftOpen key={`${announced.directory} ${announced.label}`} announced={announced} />
        ))}
      </ul>
      {answer.unheard.length > 0 && (
        <p className="hint">
          <bdi>{listed(answer.unheard)}</bdi> did not say what {answer.unheard.length === 1 ? 'it has' : 'they have'} under way.
        </p>
      )}
    </section>
  )
}

function Line({ work: { name, kind, what, about, step, waitsFor, since } }: { work: OpenWork }) {
  const waits = listed(waitsFor.map((other) => (other.connected ? other.name : `${other.name} (not connected to it)`)))
  return (
    <li data-kind={kind}>
      <b>
        <Label>{name}</Label>
      </b>{' '}
      {what} <Label>{about}</Label>
      <small>
        {step}
        {waits !== '' && (
          <>
            ; waits for <bdi>{waits}</bdi>
          </>
        )}
        {since !== null && ` · since ${clockTime(since)}`}
      </small>
    </li>
  )
}

/** A removal that nobody works on any more: it is repeated, or what was announced is taken back. */
function LeftOpen({ announced: { name, server, since } }: { announced: UnderWayReport['leftOpen'][number] }) {
  const { tab, notices, dialogs } = useDesk()
  const isAway = useView((view) => server !== null && linkTrouble(view, server) !== '')
  const about = server === null ? `taking InSN from ${name}` : `removing ${name}`
  const repeat = (): void => {
    if (isAway) dialogs.open({ type: 'lostServer', name })
    else void notices.during(server === null ? `Taking InSN from ${name}` : `Removing ${name}`, server === null ? tab.service.setInSN(name, false) : tab.service.removeS(name))
  }
  const takeBack = (): void => void notices.during(`Taking back that ${name} ${server === null ? 'loses InSN' : 'is removed'}`, server === null ? tab.service.setInSN(name, true) : tab.service.keepS(name))
  return (
    <li data-kind="leftOpen" className="left-open">
      <Label>{name}</Label> {server === null ? 'was to lose InSN' : 'was to be removed'}
      <small>announced {clockTime(since)}; nobody in reach works on it, and until it is repeated or taken back nothing new may rely on it</small>
      <span className="row">
        {isAway || server === null ? (
          <button type="button" className="small" aria-label={`Repeat: ${about}`} onClick={repeat}>
            Repeat{isAway && '…'}
          </button>
        ) : (
          <SureButton small word="Repeat" sure="Yes, remove it" about={about} onSure={repeat} />
        )}
        <button type="button" className="small" aria-label={`Take back: ${about}`} onClick={takeBack}>
          Take it back
        </button>
      </span>
    </li>
  )
}
