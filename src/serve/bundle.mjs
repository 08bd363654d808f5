/** Bundles TypeScript programs of this project for Node and runs them. */
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { projectFolder } from './prepare.mjs'

/**
 * The program sees the remaining arguments of the command line as its own.
 * @param {string} entry the program, from the project's folder
 * @param {string} name what the bundle is called
 */
export async function runBundled(entry, name) {
  const program = await bundle(entry, name)
  process.argv[1] = program
  await import(pathToFileURL(program).href)
}

/**
 * Bundles a program; resolves with the file to run.
 * @param {string} entry the program, from the project's folder
 * @param {string} name what the bundle is called
 */
export async function bundle(entry, name) {
  const folder = join(projectFolder, 'node_modules', '.cache', 'namering')
  await build({
    configFile: false,
    root: projectFolder,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: 'inline',
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return join(folder, `${name}.mjs`)
}
