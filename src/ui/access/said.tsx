import { shown } from '../../core/names'
import type { Words } from './words'

/** Words in which names of foreign origin stand isolated, each with the whole in a tooltip. */
export function Said({ children }: { children: Words }) {
  return (
    <>
      {children.map((word, i) =>
        typeof word === 'string' ? (
          word
        ) : (
          // The words of one sentence have no other identity than their order.
          <bdi key={`${i} ${word.name}`} className="label said" title={word.whole}>
            {shown(word.name)}
          </bdi>
        ),
      )}
    </>
  )
}
