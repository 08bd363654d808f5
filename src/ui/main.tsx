/** Opens this tab as a server, outside of React, and shows it. */
import './styles/index.css'
import { createRoot } from 'react-dom/client'
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
  (error: unknown) => root.render(<StartFailed reason={sentenceOf(error)} />),
)
