import { Label } from '../parts/text'
import { trustedFor } from './trust'

/** The directories on whose word a name rests, beside the one that judges. */
export function Trusted({ name, directory }: { name: string; directory: string }) {
  return (
    <>
      {trustedFor(name, directory).map((each, i) => (
        <span key={each}>
          {i > 0 && ', '}
          <Label>{each}</Label>
        </span>
      ))}
    </>
  )
}
