import PocketBase from 'pocketbase'
import { net } from './net.svelte'
import { WholeTokens } from './token'

/** The token lives in a store of its own; nothing that happens to it touches the replica or the outbox. */
export const pb = new PocketBase(location.origin, new WholeTokens('chaski-auth'))
pb.autoCancellation(false)
pb.beforeSend = (url, options) => ({ url, options: { ...options, fetch: net.gate.fetch } })
