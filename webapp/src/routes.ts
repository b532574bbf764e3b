import type { RouteDefinition } from 'svelte-spa-router'
import { wrap } from 'svelte-spa-router/wrap'
import { readsAccesses, readsCatalogue, readsPersonal } from './domain/roles'
import Hoy from './features/hoy/Hoy.svelte'
import type { Session } from './sync/contract'
import Lazy from './ui/Lazy.svelte'
import NotFound from './ui/NotFound.svelte'

/** A screen in a chunk of its own; every chunk is precached. */
function lazy(load: () => Promise<{ default: unknown }>) {
  return wrap({ component: Lazy, props: { load } })
}

const account = lazy(() => import('./features/account/Account.svelte'))
const firstSignIn = lazy(() => import('./features/signin/SignIn.svelte'))
const signInAgain = lazy(() => import('./features/signin/SignInAgain.svelte'))
const activities = lazy(() => import('./features/activity/Activities.svelte'))
const activity = lazy(() => import('./features/activity/Activity.svelte'))
const finished = lazy(() => import('./features/sync/Finished.svelte'))
const syncCentre = lazy(() => import('./features/sync/SyncCentre.svelte'))
const visit = lazy(() => import('./features/visit/Visit.svelte'))
const sheets = lazy(() => import('./features/executor/Sheets.svelte'))
const accident = lazy(() => import('./features/record/AccidentBegin.svelte'))
const heldRecord = lazy(() => import('./features/record/HeldScreen.svelte'))
const conflicts = lazy(() => import('./features/conflicts/Conflicts.svelte'))
const conflict = lazy(() => import('./features/conflicts/ConflictScreen.svelte'))
const officeConflicts = lazy(() => import('./features/conflicts/OfficeConflicts.svelte'))
const officeConflict = lazy(() => import('./features/conflicts/OfficeConflict.svelte'))
const disputed = lazy(() => import('./features/disputed/DisputedDays.svelte'))
const quarantine = lazy(() => import('./features/quarantine/Quarantine.svelte'))
const parked = lazy(() => import('./features/parked/ParkedScreen.svelte'))
const unit = lazy(() => import('./features/unit/UnitHome.svelte'))
const unitWorks = lazy(() => import('./features/unit/UnitWorks.svelte'))
const pastVisit = lazy(() => import('./features/record/PastVisit.svelte'))
const record = lazy(() => import('./features/record/RecordScreen.svelte'))
const executor = lazy(() => import('./features/executor/Executor.svelte'))
const work = lazy(() => import('./features/executor/Work.svelte'))
const movements = lazy(() => import('./features/moves/Movements.svelte'))
const movement = lazy(() => import('./features/moves/MovementBegin.svelte'))
const rendicion = lazy(() => import('./features/rendicion/RendicionScreen.svelte'))
const inbox = lazy(() => import('./features/review/Inbox.svelte'))
const board = lazy(() => import('./features/board/Board.svelte'))
const yearly = lazy(() => import('./features/board/YearScreen.svelte'))
const ao = lazy(() => import('./features/board/AoScreen.svelte'))
const counted = lazy(() => import('./features/board/CountedScreen.svelte'))
const problems = lazy(() => import('./features/problems/Problems.svelte'))
const importing = lazy(() => import('./features/imports/Importar.svelte'))
const imported = lazy(() => import('./features/imports/ImportScreen.svelte'))
const catalogue = lazy(() => import('./features/catalogue/Catalogue.svelte'))
const parameter = lazy(() => import('./features/catalogue/ParameterScreen.svelte'))
const district = lazy(() => import('./features/catalogue/DistrictScreen.svelte'))
const personal = lazy(() => import('./features/personal/Personal.svelte'))
const accesses = lazy(() => import('./features/personal/Accesses.svelte'))
const evidence = lazy(() => import('./features/board/VisitScreen.svelte'))

const setup = lazy(() => import('./features/access/Setup.svelte'))
const newPassword = lazy(() => import('./features/access/SetPassword.svelte'))
const forgotten = lazy(() => import('./features/access/Forgot.svelte'))
const administration = lazy(() => import('./features/office/Administration.svelte'))
const office = lazy(() => import('./features/office/Office.svelte'))
const operations = lazy(() => import('./features/operations/Operations.svelte'))
const people = lazy(() => import('./features/people/People.svelte'))
const person = lazy(() => import('./features/people/PersonScreen.svelte'))
const inviting = lazy(() => import('./features/people/Invite.svelte'))
const roles = lazy(() => import('./features/people/Roles.svelte'))

/** What a one-time link opens, whoever is signed in here. */
const doors = { '/inicio/:token': setup, '/clave/:token': newPassword, '/olvide': forgotten }
const common = { ...doors, '/cuenta': account, '/entrar': signInAgain, '*': NotFound }

/** The screens of who has not signed in. */
export const guest: RouteDefinition = { ...doors, '*': firstSignIn }

const supervisor: RouteDefinition = {
  '/': Hoy,
  '/actividades': activities,
  '/actividad/:id': activity,
  '/visita/:id/:step?': visit,
  '/registro/:id': record,
  '/registrado/:kind/:id': heldRecord,
  '/accidente/:id': accident,
  '/visita-hecha/:id': pastVisit,
  '/conflictos': conflicts,
  '/conflictos/:id': conflict,
  '/terminada/:group': finished,
  '/sincronizacion': syncCentre,
  ...common,
}

const executing: RouteDefinition = {
  '/': executor,
  '/obra/:id': work,
  '/hoja/:id': sheets,
  '/conflictos': conflicts,
  '/conflictos/:id': conflict,
  '/obra/:id/movimientos': movements,
  '/obra/:id/movimientos/:kind': movement,
  '/rendicion/:id': rendicion,
  '/accidente/:id': accident,
  '/registro/:id': record,
  '/registrado/:kind/:id': heldRecord,
  '/sincronizacion': syncCentre,
  ...common,
}

const central: RouteDefinition = {
  '/': board,
  '/tablero/:year': board,
  '/tablero/:year/cuadros': yearly,
  '/tablero/:year/ao/:ao': ao,
  '/tablero/:year/ao/:ao/intervencion/:intervention': counted,
  '/visita-recibida/:visit': evidence,
  '/rendiciones/:id?': inbox,
  ...common,
}

/** Who reads the catalogue; the server says who may add to it. */
const reading: RouteDefinition = {
  '/catalogo/parametro/:key': parameter,
  '/catalogo/distrito/:ubigeo': district,
  '/catalogo/:part?': catalogue,
  ...central,
}
const importer: RouteDefinition = {
  '/importar': importing,
  '/importar/:id': imported,
  '/problemas': problems,
  ...reading,
}

// The first that matches is shown: what is special stands before the rest.
const accounts: RouteDefinition = { '/personas': people, '/personas/:id': person, '/roles': roles }
const reviewing: RouteDefinition = {
  '/conflictos': officeConflicts,
  '/conflictos/:id': officeConflict,
  '/en-revision/:mutation?': parked,
  '/jornales-en-disputa': disputed,
  '/cuarentena': quarantine,
  ...central,
}
const coordinating: RouteDefinition = {
  '/problemas': problems,
  '/personas': people,
  '/roles': roles,
  '/obras/:id?': unitWorks,
  '/tablero': board,
  ...reviewing,
  '/': unit,
}
const administrating: RouteDefinition = {
  '/administracion': administration,
  '/institucion': office,
  '/servidor': operations,
  '/personas/nueva': inviting,
  ...accounts,
  ...importer,
}

/** The screens of people's data that a role has. */
function personalOf(role: Session['role']): Record<string, NonNullable<typeof personal>> {
  return {
    ...(readsPersonal(role) ? { '/participantes/:intervention?': personal } : {}),
    ...(readsAccesses(role) ? { '/accesos/:person?': accesses } : {}),
  }
}

/** The screens a role has; what is not among them answers "no existe". */
export function routesFor(role: Session['role']): RouteDefinition {
  return { ...personalOf(role), ...screensOf(role) }
}

function screensOf(role: Session['role']): RouteDefinition {
  if (role === 'admin') return administrating
  if (role === 'ut_coordinator') return coordinating
  if (role === 'central_analyst') return importer
  if (role === 'central_reviewer') return reviewing
  if (role === 'supervisor') return supervisor
  if (role === 'executor') return executing
  if (role === 'data_officer') return { '/': personal, ...common }
  return readsCatalogue(role) ? reading : central
}
