import type { Component } from 'svelte'

/** Fetches a screen that has a chunk of its own; one of a draft's steps takes nothing. */
export type Load = () => Promise<{ default: Component<{ params: Record<string, string> }> | Component }>
