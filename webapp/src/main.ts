// First: it must hear of a new address before the router does (events at the window go in order of listening).
import './state/unsaved.svelte'
import { mount } from 'svelte'
import App from './App.svelte'
import { renewing } from './state/renew'
import { session } from './state/session.svelte'
import { theme } from './state/theme.svelte'
import { update } from './state/update.svelte'
import './ui/base.css'

theme.apply()
const target = document.getElementById('app')
if (target) mount(App, { target })
update.register().catch((error: unknown) => console.warn('service worker', error))
session.watch()
void session.refresh()
renewing(() => session.refresh())
addEventListener('online', () => void session.refresh())
