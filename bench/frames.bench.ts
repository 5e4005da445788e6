import { createReadStream, existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { applyEdit } from '@/model/edits/apply'
import type { Edit } from '@/model/edits/edit'
import type { Design } from '@/model/project/design'
import { emptyDesign, encodeDesign } from '@/model/project/document'
import { connectEdit } from '@/model/topology/connect'
import { nodeKind } from '@/model/topology/nodes/lookup'
import type { NodeKindId } from '@/model/topology/topology'
import { launchOptions } from '../scripts/browser.mjs'
import type { Row } from './row'

export const name = 'Frames with 50 packets on 100 devices (after npm run build)'

const MEASURED_MS = 3000

/** 97 clients behind a switch and a router, and a server; one of them opens 50 connections at once. */
function crowdedDesign(): Design {
  let design = emptyDesign('crowd', 'Crowd')
  const apply = (edit: Edit) => {
    const applied = applyEdit(design, edit)
    if (!applied.ok) throw new Error(applied.diagnostics[0]?.message)
    design = applied.value.design
  }
  const add = (kind: NodeKindId, x: number, y: number) => {
    const device = nodeKind(kind).create(design, { x, y })
    apply({ kind: 'add-device', device, index: design.devices.length })
    return device.id
  }
  const connect = (from: string, to: string) => {
    const edit = connectEdit(design, from, to)
    if (!edit.ok) throw new Error(edit.diagnostics[0]?.message)
    apply(edit.value)
  }
  const hub = add('switch', 2000, 600)
  const router = add('router', 2200, 600)
  const server = add('server', 2600, 600)
  connect(router, hub)
  connect(router, server)
  const clients = Array.from({ length: 97 }, (_, index) =>
    add('client', (index % 10) * 190, Math.floor(index / 10) * 130),
  )
  for (const client of clients) connect(client, hub)
  const to = `https://${design.devices.find(({ id }) => id === server)?.name}`
  const flow = {
    id: 'many',
    name: '',
    from: clients[0] ?? '',
    application: 'https',
    to,
    connections: 50,
    resolveFirst: false,
  }
  apply({ kind: 'set-flows', flows: [flow] })
  return design
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

function serve(folder: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const path = join(
      folder,
      normalize(new URL(request.url ?? '/', 'http://localhost').pathname).replace(/^\/$/, '/index.html'),
    )
    if (!existsSync(path)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
    createReadStream(path).pipe(response)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      resolve({ server, address: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/` })
    })
  })
}

/** Frames per second over a while, as the page itself counts them, with the longest gap. */
function countFrames(page: Page): Promise<{ perSecond: number; worstMs: number; packets: number }> {
  return page.evaluate(
    (measuredMs) =>
      new Promise((resolve) => {
        const started = performance.now()
        let [frames, last, worst, packets] = [0, started, 0, 0]
        const frame = (now: number) => {
          frames++
          worst = Math.max(worst, now - last)
          last = now
          if (frames % 20 === 0) packets = Math.max(packets, document.querySelectorAll('.capsule').length)
          if (now - started < measuredMs) requestAnimationFrame(frame)
          else resolve({ perSecond: (frames * 1000) / (now - started), worstMs: worst, packets })
        }
        requestAnimationFrame(frame)
      }),
    MEASURED_MS,
  )
}

export async function run(): Promise<readonly Row[]> {
  const { server, address } = await serve('dist')
  const browser = await chromium.launch(launchOptions())
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(address)
    await page.getByRole('region', { name: 'Network' }).waitFor()
    await page.evaluate(
      (document) =>
        new Promise((resolve, reject) => {
          const open = indexedDB.open('keyval-store')
          open.onerror = () => reject(open.error)
          open.onsuccess = () => {
            const change = open.result.transaction('keyval', 'readwrite')
            change.objectStore('keyval').put(document, 'highport document')
            change.oncomplete = () => resolve(undefined)
          }
        }),
      encodeDesign(crowdedDesign()),
    )
    await page.reload()
    await page.locator('.react-flow__node').nth(99).waitFor()
    const idle = await countFrames(page)
    const playback = page.getByRole('toolbar', { name: 'Playback' })
    await playback.getByLabel('Speed').selectOption('0.25')
    await playback.getByRole('button', { name: 'Play', exact: true }).click()
    await page.locator('.capsule').nth(49).waitFor()
    const playing = await countFrames(page)
    return [
      {
        what: 'packets on the drawing at once',
        ours: playing.packets,
        anchor: 50,
        unit: 'packets',
        goal: { atLeast: 1 },
      },
      {
        what: 'frames a second, playing against idle',
        ours: playing.perSecond,
        anchor: idle.perSecond,
        unit: 'fps',
        goal: { atLeast: 0.9 },
      },
      {
        what: 'longest frame, playing against idle',
        ours: playing.worstMs,
        anchor: idle.worstMs,
        unit: 'ms',
      },
    ]
  } finally {
    await browser.close()
    server.close()
  }
}
