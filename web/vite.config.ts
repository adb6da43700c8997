import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import bitrix24UI from '@bitrix24/b24ui-nuxt/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// The API serves what is built under /panel/ and finds the files of an entry in the manifest (api/pages/assets.py).
export default defineConfig({
  base: '/panel/',
  plugins: [
    vue(),
    // A frame follows its portal's light or dark; nothing is kept in the browser.
    bitrix24UI({ colorModeInitialValue: 'auto', colorModeStorageKey: null }),
    compressed('built'),
  ],
  // What of vue-i18n nobody here uses stays out: the options API, its components and directives, the devtools.
  define: { __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    outDir: '../api/pages/built',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    // What many views share stands in one file: cut finer, each piece compresses by itself and a view weighs 14 kB more.
    rolldownOptions: { input: 'src/main.ts', output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 5 }] } } },
    target: 'es2022',
    chunkSizeWarningLimit: 900,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})

/** Writes each file's compressed forms beside it: the API serves them as they are. */
export function compressed(place: string): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      const folder = fileURLToPath(new URL(`../api/pages/${place}/assets/`, import.meta.url))
      for (const name of readdirSync(folder).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const content = readFileSync(folder + name)
        writeFileSync(`${folder}${name}.br`, brotliCompressSync(content))
        writeFileSync(`${folder}${name}.gz`, gzipSync(content, { level: 9 }))
      }
    },
  }
}
