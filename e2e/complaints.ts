/** What any tab of a browser complains of: errors, console messages, what the page's policy refused, and what was asked of other origins. */
import type { BrowserContext, Page } from '@playwright/test'

/** Collects from all tabs of a context, those that open later included, and their workers. */
export async function collectComplaints(context: BrowserContext, complaints: string[]): Promise<void> {
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(`page error: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console ${message.type()}: ${message.text()}`)
    })
    page.on('request', (request) => {
      if (!request.isNavigationRequest() && isElsewhere(request.url(), page)) complaints.push(`a request elsewhere: ${request.url()}`)
    })
    page.on('websocket', (socket) => {
      if (isElsewhere(socket.url(), page)) complaints.push(`a web socket elsewhere: ${socket.url()}`)
    })
  })
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => console.error(`securitypolicyviolation: ${effectiveDirective} ${blockedURI} ${sample}`))
  })
}

/** Another host or port; what a page made itself (blob:, data:) is not elsewhere. */
const isElsewhere = (url: string, page: Page): boolean => /^(?:https?|wss?):/.test(url) && new URL(url).host !== new URL(page.url()).host
