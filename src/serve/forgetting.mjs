/** Runs src/trials/forgetting.ts in a process of its own, where its memory can be measured; arguments are those of the program. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { bundle } from './bundle.mjs'

// Without compilers, whose code would be counted too.
const still = ['--expose-gc', '--no-opt', '--no-sparkplug']
const program = await bundle('src/trials/forgetting.ts', 'forgetting')
const { status } = spawnSync(process.execPath, [...still, program, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exitCode = status ?? 1
