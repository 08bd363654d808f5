/** Imports a file that an export made: into a directory, with what it will do beforehand and progress while it does. */
import { useState, type FormEvent } from 'react'
import { useDesk } from '../desk/desk'
import { Sheet } from '../parts/sheet'
import { In, type Props } from './nameSheets'

interface Chosen {
  fileName: string
  lines: string[]
  names: number
  directories: number
}

export function ImportSheet({ request: { at }, onClose }: Props<'import'>) {
  const { notices, tab } = useDesk()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (chosen === null) return
    setProgress({ done: 0, all: chosen.lines.length })
    const imported = tab.service.importDirectory(at, chosen.lines, (done, all) => setProgress({ done, all }))
    void notices.during(`Importing ${chosen.fileName}`, imported).then((done) => {
      onClose()
      if (done) notices.tell(`Imported ${chosen.names} names and ${chosen.directories} directories into ${at}.`)
    })
  }
  return (
    <Sheet title="Import" onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <label>
          File of JSON lines, as an export makes it
          <input type="file" accept=".jsonl,application/jsonl" required onChange={(event) => void read(event.target.files?.[0]).then(setChosen)} />
        </label>
        <p className="hint">
          <In at={at}>{chosen === null ? 'What is there already stays; properties are added to it.' : `${chosen.names} names and ${chosen.directories} directories are in this file.`}</In>
        </p>
        {progress !== null && <progress aria-label="Imported so far" value={progress.done} max={progress.all} />}
        <footer>
          <button type="button" onClick={onClose}>
            {progress === null ? 'Cancel' : 'Go on in the background'}
          </button>
          <button type="submit" className="primary" disabled={chosen === null || progress !== null}>
            Import
          </button>
        </footer>
      </form>
    </Sheet>
  )
}

async function read(file: File | undefined): Promise<Chosen | null> {
  if (file === undefined) return null
  const lines = (await file.text()).split('\n').filter((line) => line.trim() !== '')
  // The first line of each kind is the header, and the directory that was exported itself.
  const directories = Math.max(0, lines.filter((line) => line.startsWith('{"type":"directory"')).length - 1)
  return { fileName: file.name, lines, directories, names: Math.max(0, lines.length - directories - 2) }
}
