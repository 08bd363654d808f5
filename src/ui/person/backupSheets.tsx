/** Who I am as a file, and back: the file is nothing without its passphrase, and the passphrase nothing without the file. */
import { Copy } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useDesk, useView } from '../desk/desk'
import { sentenceOf } from '../desk/notices'
import { Decision } from '../parts/decision'
import { saveLines } from '../parts/saveLines'
import { Sheet } from '../parts/sheet'
import { Label, Trouble } from '../parts/text'
import { labelOfEntry, useMyName } from './myself'

export function BackUpSheet({ onClose }: { onClose: () => void }) {
  const { tab, notices } = useDesk()
  const me = useView((view) => view.me) ?? ''
  const name = useMyName() ?? ''
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const [isShown, setShown] = useState(false)
  const [said, setSaid] = useState({ trouble: '', working: false })
  const weakness = passphrase === '' ? null : tab.controls.weaknessOf(passphrase)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!isShown && passphrase !== again) return setSaid({ trouble: 'The two passphrases are not the same.', working: false })
    setSaid({ trouble: '', working: true })
    try {
      saveLines(`namering-${labelOfEntry(me).replace(/[^\p{L}\p{N}]+/gu, '-')}.json`, [await tab.controls.backUp(passphrase)])
      notices.tell('The backup is saved, and its key is one of yours: it is listed with your devices, where it can be removed.')
      onClose()
    } catch (error) {
      setSaid({ trouble: sentenceOf(error), working: false })
    }
  }
  const suggest = (): void => {
    setPassphrase(tab.controls.newPassphrase())
    setShown(true)
  }
  return (
    <Sheet title="Make a backup of who you are" onClose={onClose}>
      <form className="name-form" onSubmit={(event) => void submit(event)}>
        <p>
          A new key is added to <Label>{name}</Label>, and saved in a file that only this passphrase opens. Who has both is you. Keep them apart; nobody can recover the passphrase.
        </p>
        <label>
          Passphrase
          <input type={isShown ? 'text' : 'password'} required autoFocus autoComplete="new-password" value={passphrase} aria-describedby="passphrase-said" onChange={(event) => setPassphrase(event.target.value)} />
        </label>
        <p className="row tight">
          <button type="button" className="small" onClick={suggest}>
            Make one for me
          </button>
          {isShown ? (
            <button type="button" className="small" onClick={() => void notices.during('Copying the passphrase', navigator.clipboard.writeText(passphrase)).then((done) => done && notices.tell('Copied: put it where you keep passwords.'))}>
              <Copy aria-hidden size={13} /> Copy it
            </button>
          ) : (
            <button type="button" className="small" onClick={() => setShown(true)}>
              Show it
            </button>
          )}
        </p>
        {!isShown && (
          <label>
            Once more
            <input type="password" required autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} />
          </label>
        )}
        <p id="passphrase-said" role="status" className={weakness === null ? 'hint' : 'warn-text'}>
          {weakness === null ? (passphrase === '' ? 'Several words that do not belong together are good.' : 'Not easily guessed.') : `Weak: ${weakness}. Whoever finds the file could try passphrases until one fits; a longer one is better.`}
        </p>
        {said.trouble !== '' && <Trouble>{said.trouble}</Trouble>}
        <Decision onCancel={onClose} disabled={said.working}>
          {said.working ? 'Encrypting…' : weakness === null ? 'Save the backup' : 'Save it all the same'}
        </Decision>
      </form>
    </Sheet>
  )
}

export function RestoreSheet({ onClose }: { onClose: () => void }) {
  const { tab, notices } = useDesk()
  const me = useMyName()
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [said, setSaid] = useState({ trouble: '', working: false })
  const [elsewhere, setElsewhere] = useState<string | null>(null)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (file === null) return
    setSaid({ trouble: '', working: true })
    try {
      const { entry, isHere, roomUrl } = await tab.controls.restore(await file.text(), passphrase)
      if (!isHere) return setElsewhere(roomUrl)
      notices.tell(`This browser is ${entry === null ? 'the person of the backup' : labelOfEntry(entry)} from now on.`)
      onClose()
    } catch (error) {
      setSaid({ trouble: sentenceOf(error), working: false })
    }
  }
  if (elsewhere !== null) {
    return (
      <Sheet title="Restored" onClose={onClose}>
        <p>This browser has the key of the backup from now on. The name that goes with it is in another room.</p>
        <footer className="row end">
          <button type="button" onClick={onClose}>
            Stay here
          </button>
          <a className="button" href={elsewhere}>
            Go to that room
          </a>
        </footer>
      </Sheet>
    )
  }
  return (
    <Sheet title="Restore who you are" onClose={onClose}>
      <form className="name-form" onSubmit={(event) => void submit(event)}>
        <p>This browser becomes the person of the backup, in all its tabs.</p>
        <p className={me === null ? 'hint' : 'trouble'}>
          {me !== null && <>It is <Label>{me}</Label> so far. </>}The key that it has now goes for good, and what only that key may do, such as whatever the owner of a directory may, nobody may then. Restore in another browser if you want both.
        </p>
        <label>
          File of the backup
          <input type="file" accept=".json,application/json" required onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </label>
        <label>
          Passphrase
          <input type="password" required autoComplete="current-password" value={passphrase} onChange={(event) => setPassphrase(event.target.value)} />
        </label>
        {said.trouble !== '' && <Trouble>{said.trouble}</Trouble>}
        <Decision onCancel={onClose} disabled={file === null || said.working}>
          {said.working ? 'Opening…' : 'Restore'}
        </Decision>
      </form>
    </Sheet>
  )
}
