import { useState, type FormEvent } from 'react'
import { useDesk } from '../desk/desk'

/** An invitation that came as text: opened here, or in its own room. */
export function UseLink() {
  const { tab, dialogs } = useDesk()
  const [text, setText] = useState('')
  const link = text.trim() === '' ? null : tab.controls.linkToInvitation(text)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (link === null) return
    dialogs.close()
    tab.controls.openInvitation(link.hash)
  }
  return (
    <section aria-labelledby="use-link-heading">
      <h3 id="use-link-heading">Invited?</h3>
      <form className="use-link" onSubmit={submit}>
        <input aria-label="Link of an invitation" placeholder="Paste the link of an invitation" value={text} aria-describedby="use-link-said" onChange={(event) => setText(event.target.value)} />
        <button type="submit" disabled={link === null}>
          {link?.isHere === false ? 'Go to its room' : 'Look at it'}
        </button>
      </form>
      <p id="use-link-said" className="hint" role="status">
        {text.trim() !== '' && link === null && 'This is no link of an invitation, or not a whole one: copy it again.'}
        {link?.isHere === false && 'It is for another room: this tab goes there, and is a server of that room. What you are here stays.'}
      </p>
    </section>
  )
}
