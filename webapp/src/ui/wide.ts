import { MediaQuery } from 'svelte/reactivity'

/** A laptop's screen: a list has its detail beside it. The same width as in Split and tokens.css. */
export const wide = new MediaQuery('min-width: 1000px')
