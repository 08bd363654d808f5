import { useView } from '../desk/desk'
import type { Props } from '../names/nameSheets'
import { Sheet } from '../parts/sheet'
import { Deciding } from './deciding'
import { Progress } from './progress'

/** Two name services become one (figure 6): what the other is, what is to be, and only then the deed; then how far it is. */
export function CombineSheet({ request, onClose }: Props<'combine'>) {
  const combination = useView((view) => view.combination)
  return (
    <Sheet title="Join another name service" wide onClose={onClose}>
      {combination === null ? <Deciding link={request.link} onClose={onClose} /> : <Progress view={combination} onClose={onClose} />}
    </Sheet>
  )
}
