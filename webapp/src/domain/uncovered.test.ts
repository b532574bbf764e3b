import { describe, expect, it } from 'vitest'
import { whyUncovered } from './uncovered'

const DAY = '2026-11-23'
const who = { id: 'a', dni: '99000001' }
const policy = { id: 'p', state: 'emitida', valid_from: '2026-11-01', valid_to: '2026-12-18' }
const row = { insurance_policy: 'p', dni: who.dni, from_on: '2026-11-01', to_on: '' }
const why = (over: Partial<Parameters<typeof whyUncovered>[2]>) =>
  whyUncovered(who, DAY, { policies: [policy], insured: [], certificates: [], ...over })

describe('why somebody is without cover', () => {
  it('nobody ever named him', () => {
    expect(why({ insured: [{ ...row, dni: '99000002' }] })).toEqual({ why: 'unnamed', day: '' })
  })
  it('it ended, with the last of its days', () => {
    const insured = [
      { ...row, to_on: '2026-11-10' },
      { ...row, to_on: '2026-11-20' },
    ]
    expect(why({ insured })).toEqual({ why: 'ended', day: '2026-11-20' })
    expect(why({ insured: [row], policies: [{ ...policy, valid_to: '2026-11-22' }] })).toEqual({
      why: 'ended',
      day: '2026-11-22',
    })
    expect(why({ insured: [row], policies: [{ ...policy, valid_to: DAY }] }).why).toBe('unnamed')
  })
  it('it begins later, with the first of its days', () => {
    const insured = [
      { ...row, from_on: '2026-11-26' },
      { ...row, from_on: '2026-11-24' },
    ]
    expect(why({ insured })).toEqual({ why: 'later', day: '2026-11-24' })
  })
  it('the unit doubts his certificate, or it was only announced', () => {
    const insured = [{ ...row, insurance_certificate: 'c' }]
    expect(why({ insured, certificates: [{ id: 'c', state: 'observada' }] }).why).toBe('observed')
    expect(why({ insured, certificates: [{ id: 'c', state: 'pendiente' }] }).why).toBe('awaited')
  })
  it('his policy is void', () => {
    expect(why({ insured: [row], policies: [{ ...policy, state: 'anulada' }] }).why).toBe('void')
  })
  it('a certificate that names him waits to be sent: that is said first', () => {
    const certificates = [{ id: 'c', marker: 'pending', names: { a: true } }]
    expect(why({ certificates, insured: [{ ...row, to_on: '2026-11-10' }] }).why).toBe('sending')
    expect(why({ certificates: [{ id: 'c', marker: 'pending', names: { b: true } }] }).why).toBe('unnamed')
    expect(why({ certificates: [{ id: 'c', marker: '', names: { a: true } }] }).why).toBe('unnamed')
  })
})
