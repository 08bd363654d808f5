import { useDesk, useView } from '../desk/desk'

/** The first start asks for one thing: a name. It is in nobody's way, and can be put off. */
export function NameNews() {
  const { dialogs, tab } = useDesk()
  const isAsked = useView((view) => view.asked && view.root !== null && view.state === 'running' && view.invitation === null)
  if (!isAsked) return null
  return (
    <section className="banner name-news" aria-label="Who you are">
      <p>
        <b>You are a guest here.</b> What you write is signed with a key of this browser; say who you are, and others see by whom it is.
      </p>
      <span>
        <button type="button" className="small" onClick={() => dialogs.open({ type: 'person' })}>
          Say who you are…
        </button>{' '}
        <button type="button" className="quiet small" onClick={() => tab.controls.putOffName()}>
          Not now
        </button>
      </span>
    </section>
  )
}
