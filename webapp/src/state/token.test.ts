import PocketBase from 'pocketbase'
import { expect, test } from 'vitest'
import { WholeTokens } from './token'

const account = { id: 'u1', collectionId: 'c', collectionName: 'users' }
const whole = JSON.stringify({ token: 'eyJh.eyJp.c2ln', record: account })

function clientOf(answer: string): PocketBase {
  const store = new WholeTokens('chaski-auth')
  store.save('old.old.old', account)
  const pb = new PocketBase('http://server.invalid', store)
  const fetch = () => Promise.resolve(new Response(answer, { headers: { 'content-type': 'application/json' } }))
  pb.beforeSend = (url, options) => ({ url, options: { ...options, fetch } })
  return pb
}

test('a renewal or a sign-in that was cut anywhere keeps the token that was there', async () => {
  for (let length = 0; length < whole.length; length++) {
    const pb = clientOf(whole.slice(0, length))
    await expect(pb.collection('users').authRefresh()).rejects.toThrow()
    await expect(pb.collection('users').authWithPassword('a@example.org', 'x')).rejects.toThrow()
    expect(pb.authStore.token).toBe('old.old.old')
    expect(pb.authStore.record?.id).toBe('u1')
  }
})

test('a whole one is kept', async () => {
  const pb = clientOf(whole)
  await pb.collection('users').authRefresh()
  expect(pb.authStore.token).toBe('eyJh.eyJp.c2ln')
})

test('neither an answer of something else nor one without an account is kept', async () => {
  for (const answer of [
    '<html>portal</html>',
    '{}',
    '{"token":""}',
    '{"token":"x.y.z"}',
    '{"token":"x.y.z","record":{}}',
  ]) {
    const pb = clientOf(answer)
    await expect(pb.collection('users').authRefresh()).rejects.toThrow()
    expect(pb.authStore.token).toBe('old.old.old')
  }
})
