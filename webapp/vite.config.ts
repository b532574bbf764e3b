import { readFileSync } from 'node:fs'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const server = process.env['CHASKI_SERVER'] ?? 'http://127.0.0.1:8090'

/**
 * What the first screen needs is one file, and the database's library, which seldom
 * changes, another: of the many small ones that come of sharing among screens each is
 * compressed by itself, and a start asks for all of them. Messages go with who says them.
 */
const shell = new Set<string>()
const wholeShell: Plugin = {
  name: 'whole-shell',
  apply: 'build',
  buildEnd() {
    const walk = (id: string): void => {
      if (shell.has(id)) return
      shell.add(id)
      this.getModuleInfo(id)?.importedIds.forEach(walk)
    }
    for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) walk(id)
  },
}
const isMessage = (id: string): boolean => id.includes('/i18n/paraglide/')

export default defineConfig({
  plugins: [
    wholeShell,
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/paraglide',
      strategy: ['baseLocale'],
      emitTsDeclarations: true,
    }),
    svelte(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        id: '/',
        name: 'Chaski · Llamkasun Perú',
        short_name: 'Chaski',
        description: 'Visitas de supervisión sin señal y avance del programa.',
        lang: 'es-PE',
        start_url: '/',
        display: 'standalone',
        background_color: '#ffffff',
        theme_color: '#0b4a43',
        icons: [
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: 'icons/icon-512-maskable.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
      // Every chunk is precached: a lazy screen opens without signal too.
      workbox: {
        globPatterns: ['**/*.{js,css,html,png,svg,webmanifest}'],
        navigateFallback: 'index.html',
        navigateFallbackDenylist: [/^\/api\//, /^\/_\//],
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: false,
      },
    }),
  ],
  // What it names first is for browsers of before modules.
  resolve: { alias: { 'workbox-window': 'workbox-window/build/workbox-window.prod.mjs' } },
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    manifest: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // A list of what each screen needs would be a tenth of the shell; screens are precached anyhow.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, needed, { hostType }) =>
        hostType === 'js' ? needed.filter((file) => file.endsWith('.css')) : needed,
    },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'database', test: /node_modules.dexie/, priority: 1 },
            { name: 'shell', test: (id) => shell.has(id) && !isMessage(id) },
          ],
        },
      },
    },
  },
  // A worker too loads what it seldom needs when it needs it.
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/api': server } },
})
