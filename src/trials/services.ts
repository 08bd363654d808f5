/** The library over a host, as programs use it. */
import { NameServiceError } from '../core/errors'
import type { NameService } from '../client/nameService'
import { openService } from '../client/openService'
import { startHost, type Trial } from './hosts'

/** A service with a root, ANSI, and these directories, all on alpha. */
export async function startService(...directories: readonly string[]): Promise<{ alpha: Trial; service: NameService }> {
  const alpha = await startHost()
  const service = openService(alpha.connection)
  await service.firstRoot({ label: 'ANSI' })
  for (const name of directories) await service.newD('/alpha', name)
  return { alpha, service }
}

/** What a call fails with: its code, or what is no failure of the service at all. */
export const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'ok', (error: unknown) => (error instanceof NameServiceError ? error.code : String(error)))
