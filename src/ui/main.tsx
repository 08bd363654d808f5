/** Opens this tab as a server, outside of React, and shows it. */
import './styles/index.css'
import { createRoot } from 'react-dom/client'
import { ownRoomUrl, WrongRoom } from '../tab/identity'
import { openTab } from '../tab/tab'
import { layOut } from './desk/desk'
import { sentenceOf } from './desk/notices'
import { Page } from './page'
import { Starting, StartFailed } from './starting'

const element = document.getElementById('page')
if (element === null) throw new Error('the page has no place to be shown in')
const root = createRoot(element)

root.render(<Starting />)
openTab().then(
  (tab) => {
    Object.assign(globalThis, { namering: tab.service })
    root.render(<Page desk={layOut(tab)} />)
  },
  (error: unknown) => {
    const elsewhere = error instanceof WrongRoom ? { href: ownRoomUrl(), word: 'Open a room of your own' } : { href: `?server=new${location.hash}`, word: 'Open as a new server' }
    root.render(<StartFailed reason={sentenceOf(error)} elsewhere={elsewhere} />)
  },
)
