/**
 * The documents of a rendición on a phone, in the steps of state/papers: a draft of its
 * own, its bytes with it, and then the outbox; what a killed app left between is taken up
 * when the screen opens.
 */
import type { DocumentForm } from '../src/domain/writing'
import type { Draft } from '../src/sync/contract'
import type { ShownRow } from '../src/sync/overlay'
import { capture, enqueue, write } from './hand'
import { scan } from './photos'
import type { SimPhone, Sitting } from './phone'

interface PaperOf {
  work: string
  rendicion: string
  kind: string
  /** The document in force that it takes the place of; ''. */
  replaces: string
}

const draftOf = (id: string, intervention: string, body: DocumentForm): Draft => ({
  id,
  kind: 'document',
  intervention,
  version: 1,
  saved_at: '',
  body,
})

const MOST = 25

/** Answers whether it is in the outbox. */
export async function addDocument(phone: SimPhone, sitting: Sitting, of: PaperOf): Promise<boolean> {
  const { rng } = phone
  const { work, rendicion: parent, kind, replaces } = of
  if (phone.rows('rendicion_documents').filter((d) => d.i === work).length >= MOST) return false
  const id = rng.recordId()
  const draft = draftOf(id, work, { rendicion: parent })
  if (!(await write(phone, sitting, (store) => store.saveDraft(draft)))) return false
  const shot = scan({ rng, now: phone.now() }, { id, parent, intervention: work, kind, replaces })
  await capture(phone, shot)
  if (!phone.photos.has(id)) {
    await write(phone, sitting, (store) => store.discard(id)) // it is said not to be kept: it must not come back
    return false
  }
  phone.coverage.count(replaces ? 'document_replaced' : 'document_added')
  return send(phone, sitting, id, work)
}

const send = (phone: SimPhone, sitting: Sitting, id: string, intervention: string): Promise<boolean> =>
  enqueue(phone, { group: id, label: 'Documento', intervention, mutations: [], draft: id }, undefined, sitting)

/** Goes on with what was put down and is in no outbox, because the app ended. */
export async function takeUp(phone: SimPhone, sitting: Sitting, work: string): Promise<void> {
  const left = [...phone.disk.drafts.values()].filter((d) => d.kind === 'document' && d.intervention === work)
  for (const { id, body } of left) {
    const there = [...phone.disk.files.values()].some((f) => f.draft === id)
    if (there && !(body as DocumentForm).dropped) {
      if (await send(phone, sitting, id, work)) phone.coverage.count('document_taken_up')
    } else await forget(phone, sitting, id)
  }
}

/** By his own wish. */
async function forget(phone: SimPhone, sitting: Sitting, id: string): Promise<void> {
  if (await write(phone, sitting, (store) => store.discard(id))) phone.photos.delete(id)
}

/** Takes back what was not sent; false where the server has to be told. */
export async function withdraw(phone: SimPhone, sitting: Sitting, doc: ShownRow, work: string): Promise<boolean> {
  const { id } = doc
  const draft = draftOf(id, work, { rendicion: String(doc.data.rendicion), dropped: true })
  const back = await write(phone, sitting, (store) => store.takeBack(id, draft))
  if (!back) return true // nothing happened, and he saw that
  if (!back.answer) return false
  phone.finished.delete(id)
  phone.forgetGroup([...phone.promised.values()].filter((m) => m.record === id))
  phone.coverage.count('document_taken_back')
  await phone.announce()
  if (!phone.rng.chance(0.4)) await forget(phone, sitting, id)
  else if (await send(phone, sitting, id, work)) phone.coverage.count('document_put_back')
  return true
}
