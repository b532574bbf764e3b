import type { Component } from 'svelte'

/** Fetches a screen that has a chunk of its own. */
export type Load = () => Promise<{ default: Component<{ params: Record<string, string> }> }>
