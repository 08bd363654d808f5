import { useShallow } from 'zustand/react/shallow'
import { Keep } from '../copies/leavingNews'
import { useDesk, useView } from '../desk/desk'
import { ROOT } from '../desk/fullName'
import { Explained, Label } from '../parts/text'

/** What this server stores, and in which of these directories servers may be named. */
export function StoredDirectories() {
  const { tab, notices } = useDesk()
  const stored = useView(useShallow((view) => Object.values(view.copies).map(({ name, state, inSN }) => `${inSN ? '1' : '0'}${state} ${name}`).toSorted((a, b) => (a.slice(a.indexOf(' ')) < b.slice(b.indexOf(' ')) ? -1 : 1))))
  const set = (name: string, to: boolean): void =>
    void notices.during(to ? `Letting servers be named in ${name}` : `Taking InSN from ${name}: waiting until nobody can be naming a server there`, tab.service.setInSN(name, to))
  return (
    <section aria-labelledby="stored-heading">
      <h3 id="stored-heading">Stores</h3>
      {stored.length === 0 ? (
        <p className="empty">No copy of any directory.</p>
      ) : (
        <ul className="stored-list">
          {stored.map((line) => {
            const [name, state, inSN] = [line.slice(line.indexOf(' ') + 1), line.slice(1, line.indexOf(' ')), line.startsWith('1')]
            return (
              <li key={name} className="stored">
                <span>
                  <Label>{name}</Label>
                  {state !== 'active' && <em> {state}</em>} {state === 'leaving' && <KeepStored name={name} />}
                </span>
                <label className="choice">
                  <input type="checkbox" checked={inSN} disabled={state !== 'active' || name === ROOT} onChange={(event) => set(name, event.target.checked)} aria-label={`Servers may be named in ${name}`} />
                  <Explained term="InSN">names servers</Explained>
                </label>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

/** Wherever the page stands: whoever is cut off reaches this, too. */
function KeepStored({ name }: { name: string }) {
  const self = useView((view) => view.server.id)
  const di = useView((view) => Object.values(view.copies).find((copy) => copy.name === name)?.directory ?? null)
  return di === null ? null : <Keep server={self} di={di} about={name} />
}
