// Bugs planted in the product's code and around it, each with the promise that
// must notice. A client's is a text exchanged while the simulation is bundled
// (`files`), or one of sim/plants.ts; a server's is a text exchanged while it is
// built (`go`), or one of internal/sim/plants.go. The product has none of it, and a
// text that is not there any more is an error.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const client = (name, by, bug, ...files) => ({ name, by, bug, side: 'client', files })
/** One that is looked for where rendiciones are. */
const clientAt = (name, by, bug, ...files) => ({ ...client(name, by, bug, ...files), accounts: true })
const server = (name, by, bug, more = {}) => ({ name, by, bug, side: 'server', files: [], ...more })
const swap = (file, sound, faulty) => ({ file, sound, faulty })

const I1 = 'I1 convergence'
const I2 = 'I2 nothing lost'
const I3 = 'I3 once'
const I4 = 'I4 no silent overwrite'
const I5 = 'I5 scope'
const I6 = 'I6 figures'
const I7 = 'I7 clock-free'
const I8 = 'I8 honest state'
const I9 = 'I9 no stuck queue'
const F = 'F files'
const R = 'R rendición'

/** The seed from which one is looked for that is met in few runs: a little before where it was found. */
export const FROM = {
  'no-room-swallowed': 50,
  'form-again-on-now': 20,
  'rewind-loses-files': 60,
  'files-block-push': 30,
  'two-read-transactions': 650, // somebody must write between the two
  'settled-unseen': 88,
  'hash-unchecked': 34,
}

export const PLANTS = [
  client('outbox-removed-early', I2, 'outbox entry removed before its outcome is stored'),
  client('two-leaders', I8, 'the second tab syncs too'),
  client(
    'cursor-before-rows',
    I1,
    'cursor saved before the rows',
    swap(
      'sync/driver.ts',
      '    for (const batch of [...plan.batches',
      '    await replica.commit({ ...last, puts: [], deletes: [] })\n    for (const batch of [...plan.batches',
    ),
  ),
  client(
    'removed-everywhere',
    I1,
    'removal applied though another bucket still holds the row',
    swap('sync/apply.ts', 'if (row) this.setMembers(row, without(row.b, b))', 'if (row) this.setMembers(row, [])'),
  ),
  client(
    'new-id-at-retry',
    I3,
    'retry under a new id',
    swap(
      'sync/ledger.ts',
      'mutation: e.attempts === 0 ? upgrade(e.mutation) : e.mutation,',
      "...(e.attempts === 1 ? { id: e.id.slice(0, -4) + 'ffff' } : {}),\n        mutation: e.attempts === 1 ? { ...e.mutation, id: e.id.slice(0, -4) + 'ffff', counter: e.counter + 10000 } : e.mutation,",
    ),
  ),
  client(
    'drop-takes-all',
    I2,
    'a bucket that is dropped takes rows with unsent work along',
    swap(
      'sync/apply.ts',
      'const keep = left.length === 0 && (waiting.has(owner) || waiting.has(row.i))',
      'const keep = false',
    ),
  ),
  client(
    'parked-as-applied',
    I2,
    'parked shown as received',
    swap(
      'sync/push.ts',
      '    state: s.outcome.status,',
      "    state: s.outcome.status === 'parked' ? 'applied' : s.outcome.status,",
    ),
  ),
  client(
    'rejected-dropped',
    I2,
    'refused work is dropped',
    swap(
      'sync/ledger.ts',
      'const change = { entries: [...again, ...entries], files',
      "const gone = entries.filter((e) => e.state === 'rejected').map((e) => e.counter)\n      const change = { gone, entries: [...again, ...entries.filter((e) => e.state !== 'rejected')], files",
    ),
  ),
  client(
    'schema-wipes-outbox',
    I2,
    'a new schema empties the outbox too',
    swap(
      'sync/driver.ts',
      'if (this.meta.schema !== SCHEMA) await this.anew()',
      'if (this.meta.schema !== SCHEMA) {\n      await this.anew()\n      await work.erase()\n    }',
    ),
  ),
  client(
    'evict-before-flush',
    I2,
    'a revoked phone is emptied before it has sent its work',
    swap(
      'sync/driver.ts',
      "    if (!page) return this.failed('pull', answer)",
      "    if (answer.status === 403) await replica.commit({ clear: true, deletes: [], puts: [], meta: emptyMeta() })\n    if (!page) return this.failed('pull', answer)",
    ),
  ),
  client(
    'no-room-swallowed',
    I2,
    'a write that found no room is taken for done',
    swap(
      'db/memory.ts',
      '    await this.gate(what)',
      '    try {\n      await this.gate(what)\n    } catch {\n      return undefined as never\n    }',
    ),
  ),
  client(
    'rewind-ignored',
    I2,
    'what a server that went back had acknowledged is not sent again',
    swap('sync/ledger.ts', 'const known = told?.rewound ?', 'const known = told === null ?'),
  ),
  client(
    'pruned-by-device-clock',
    I2,
    'acknowledged work is forgotten by the phone’s own clock',
    swap(
      'sync/driver.ts',
      'work.prune(this.meta.durable_seq, this.meta.server_time)',
      'work.prune(this.meta.durable_seq, new Date(this.ports.clock.now()).toISOString())',
    ),
  ),
  client(
    'draft-finished-twice',
    I3,
    'a second tap finishes the draft again',
    swap('sync/ledger.ts', 'if (work.draft && !(await r.drafts())', 'if (work.draft === null && !(await r.drafts())'),
  ),
  client(
    'form-again-on-now',
    I4,
    'a form made again rests on what stands now',
    swap('domain/record.ts', 'const saw = sawAgain(sent, shown)', 'const saw = shown ? sawIn(collection, shown) : {}'),
    swap('domain/record.ts', 'base_rev: first.base_rev ?? 0,', "base_rev: Number(shown?.['rev'] ?? 0),"),
    swap(
      'domain/record.ts',
      '...(first.prev ? { prev: first.prev } : {}),',
      "...(shown?.['prev'] ? { prev: String(shown['prev']) } : {}),",
    ),
  ),
  client(
    'form-again-on-itself',
    I2,
    'a form made again rests on the change itself: it sends nothing',
    swap(
      'domain/record.ts',
      'factsOf(collection, sent.every((m) => m.saw) ? saw : { ...shown, ...saw })',
      'factsOf(collection, { ...saw, ...fields })',
    ),
  ),
  client(
    'reopened-not-kept',
    I2,
    'what is taken back is not kept as a draft',
    swap('sync/ledger.ts', 'drafts: draft ? [draft] : [] }, answer: true', 'drafts: [] }, answer: true'),
  ),
  client(
    'synced-too-early',
    I8,
    'sincronizado is said without a look at the outbox',
    swap('sync/status.ts', 'in_sync: s.verified && counts.pending === 0', 'in_sync: s.verified'),
    swap('sync/core.ts', "    case 'enqueued':\n      s.verified = false", "    case 'enqueued':"),
  ),
  client(
    'push-blocks-pull',
    I9,
    'pulling waits for pushing',
    swap(
      'sync/core.ts',
      'else begin(pull, open && s.registered,',
      "else begin(pull, open && s.registered && push.phase === 'idle',",
    ),
  ),
  client(
    'poison-blocks',
    I9,
    'one record the server fails on holds up all others',
    swap('sync/driver.ts', 'if (alone && mayBePoison(answer.status)) this.aside.add(alone.group)', ''),
  ),
  client(
    'indexed-otherwise',
    I2,
    'rows are found by another field than the one that is declared to name their work',
    swap(
      'domain/records.ts',
      "return scope === 'id' ? row : id(data[scope])",
      "return scope === 'id' ? row : id(data['state'] ?? data[scope])",
    ),
  ),
  client(
    'bytes-gone-at-complete',
    F,
    'the bytes of a file are let go of when the server has them, durable or not',
    swap(
      'sync/files.ts',
      "file?.state === 'queued' ? { ...file, ...note } : null",
      "file?.state === 'queued' ? { ...file, ...note, held: note.state !== 'stored' } : null",
    ),
  ),
  client(
    'resumed-from-the-start',
    F,
    'what goes on in the middle of a file sends its beginning again',
    swap('sync/upload.ts', 'data.slice(ask.from, ask.to)', 'data.slice(0, ask.to - ask.from)'),
  ),
  client(
    'file-on-another',
    F,
    'files go to the record that had the first of them',
    swap(
      'sync/files.ts',
      '...(field ? { [field]: parent } : {}),',
      "...(field ? { [field]: (globalThis['__first' + field] ??= parent) } : {}),",
    ),
  ),
  client(
    'rewind-loses-files',
    F,
    'what a server that went back had stored is not sent again',
    swap('sync/ledger.ts', "told?.rewound ? await r.files({ states: ['stored', 'refused'] }) : []", '[]'),
    swap('sync/files.ts', 'found || (seen.fresh && judged(file))', 'found'),
  ),
  client(
    'taken-back-without-files',
    F,
    'what is taken back loses its files',
    swap(
      'sync/ledger.ts',
      "files: theirs.map((f) => files.reopened(f, draft?.id ?? '')) }",
      'goneFiles: theirs.map((f) => f.id) }',
    ),
  ),
  client(
    'thumbnail-for-the-file',
    F,
    'a file counts as stored when its thumbnail is',
    swap(
      'sync/sender.ts',
      "part.part === 'thumb' ? THUMB_OVER : { ...STORED, sent: part.size }",
      '{ ...STORED, sent: part.size }',
    ),
    swap('sync/files.ts', 'found || (seen.fresh && judged(file))', 'found'),
  ),
  client(
    'discard-takes-other-files',
    F,
    'who drops a form drops the files of every other',
    swap(
      'sync/ledger.ts',
      'const theirs = [...(await r.files({ draft: id })),',
      "const theirs = [...(await r.files({ states: ['draft'] })),",
    ),
  ),
  client(
    'files-block-push',
    I9,
    'work waits until files can be sent',
    swap(
      'sync/core.ts',
      'begin(push, open && s.registered && !wiped,',
      'begin(push, open && s.registered && !wiped && files.failures === 0,',
    ),
  ),
  server('max-plus-one', I1, 'MAX+1 instead of the sequence counter'),
  server('two-read-transactions', I1, 'bucket list and page are read in two transactions'),
  server('commit-not-synced', I2, 'a commit is answered before it is on the disk'),
  server('review-not-told', I2, 'the author does not hear of a review'),
  server('conflict-not-kept', I4, 'merge overwrites without a conflict row'),
  server('settled-unseen', I4, 'who settles a conflict writes over what it does not show'),
  server('left-behind', I1, 'what is where its work is stays there when the work goes to another unit'),
  server('reassign-without-drop', I5, 'reassignment sends no removals or drops'),
  server('ended-assignment-counts', I5, 'who once held a work may write it for ever'),
  server('revoked-device-served', I5, 'a revoked phone goes on being served'),
  server('double-increment', I6, 'progress is added twice'),
  server('hash-unchecked', F, 'bytes that came are kept under the hash that was announced, whatever they are', {
    go: [swap('internal/upload/complete.go', 'if sum != up.SHA256 {', 'if sum == "" {')],
  }),
  server('amount-overwritten', I4, 'of two who change an amount the second takes the place of the first', {
    accounts: true,
    go: [
      swap(
        'internal/app/merge.go',
        '\tmerged := replication.Merge(m.Collection, fields, j.bases,',
        '\tif m.Collection == "rendicion_lines" {\n\t\tj.bases = replication.Bases{Default: row.Rev}\n\t}\n\tmerged := replication.Merge(m.Collection, fields, j.bases,',
      ),
    ],
  }),
  server('presented-unseen', R, 'what is presented is what stands there, whatever its author saw', {
    accounts: true,
    go: [
      swap(
        'internal/app/rendicion_push.go',
        'if f := differs(x.seen(), seen); f != nil {',
        'if f := differs(x.seen(), seen); f != nil && x.ID == "" {',
      ),
    ],
  }),
  server('presented-and-changed', R, 'a document is added to what lies with its reviewer', {
    accounts: true,
    go: [
      swap(
        'internal/app/rendicion_files.go',
        '\tif !x.editable() {\n\t\treturn fault.New(fault.RendicionClosed, "rendicion")',
        '\tif x.ended() {\n\t\treturn fault.New(fault.RendicionClosed, "rendicion")',
      ),
      swap('internal/app/rendicion_files.go', 'if !x.Scope.Adds(n.kind, n.replaces) {', 'if x.ended() {'),
    ],
  }),
  server('approved-unread', R, 'what is approved may still lack its files', {
    accounts: true,
    go: [swap('internal/app/rendicion_write.go', 'if d.StoredAt == "" {', 'if d.ID == "" {')],
  }),
  server('replaced-stays', I4, 'what another document takes the place of stays in force', {
    accounts: true,
    go: [swap('internal/app/rendicion_push.go', '\tif replaces != "" {\n', '\tif replaces == "-" {\n')],
  }),
  clientAt(
    'document-without-its-bytes',
    F,
    'a document that is taken back before it was sent loses its bytes',
    swap(
      'sync/ledger.ts',
      "files: theirs.map((f) => files.reopened(f, draft?.id ?? '')) }",
      "...(theirs[0]?.collection === 'rendicion_documents' ? { goneBytes: files.hashesOf(theirs) } : {}), files: theirs.map((f) => files.reopened(f, draft?.id ?? '')) }",
    ),
  ),
  server('device-clock', I7, 'the server goes by the phones’ clocks', { clocks: true }),
]

/** What is to be exchanged, by the file. */
function byPath(swaps, root) {
  const files = new Map()
  for (const s of swaps) files.set(join(root, s.file), [...(files.get(join(root, s.file)) ?? []), s])
  return files
}

/** A file's text with a plant in it. */
async function exchanged(plant, path, swaps) {
  let contents = await readFile(path, 'utf8')
  for (const { sound, faulty } of swaps) {
    if (!contents.includes(sound)) throw new Error(`plant ${plant.name}: ${path} has no «${sound}»`)
    contents = contents.replace(sound, () => faulty)
  }
  return contents
}

/** Exchanges a plant's texts in the product's files as they are bundled. */
export const planting = (plant, src) => ({
  name: 'plant',
  setup(build) {
    const files = byPath(plant.files, src)
    build.onLoad({ filter: /src[/\\].*\.ts$/ }, async ({ path }) => {
      const swaps = files.get(path)
      return swaps ? { contents: await exchanged(plant, path, swaps), loader: 'ts' } : undefined
    })
  },
})

/** Writes the server's files with a plant in them into a directory; answers what `go build -overlay` reads. */
export async function overlay(plant, root, dir) {
  const Replace = {}
  for (const [path, swaps] of byPath(plant.go, root)) {
    Replace[path] = join(dir, `${plant.name}-${Object.keys(Replace).length}.go`)
    await writeFile(Replace[path], await exchanged(plant, path, swaps))
  }
  const file = join(dir, `${plant.name}.json`)
  await writeFile(file, JSON.stringify({ Replace }))
  return file
}
