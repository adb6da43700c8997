import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vite'
import panel, { compressed } from './vite.config.ts'

// The staff's pages are a build of their own: what they share with the panel is built twice, so that no view of theirs
// changes how the panel's files are cut. Its folder stands beside the panel's (api/pages/assets.py serves both).
const { plugins, build, ...shared } = panel
export default mergeConfig(shared, {
  plugins: [...(plugins ?? []).slice(0, -1), compressed('built_staff')],
  build: { ...build, outDir: '../api/pages/built_staff', rolldownOptions: { input: fileURLToPath(new URL('src/staff/main.ts', import.meta.url)) } },
})
