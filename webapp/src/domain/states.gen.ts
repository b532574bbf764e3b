// Generated from the tables of states: go generate ./internal/records. Do not edit.

export const interventions = {
  states: ['transferida', 'requisitos_conformes', 'participantes_seleccionados', 'en_ejecucion', 'suspendida', 'terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'desistida', 'resuelta'],
  turns: { terminada: 'write_rendicion', rc_presentada: 'review_rendicion', rc_observada: 'write_rendicion', },
  groups: {
    running: ['en_ejecucion', 'suspendida'],
    executed: ['en_ejecucion', 'suspendida', 'terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'resuelta'],
    over: ['terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'desistida', 'resuelta'],
    rendered: ['terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada'],
    presented: ['rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada'],
    done: ['rc_conforme', 'cerrada', 'desistida', 'resuelta'],
  },
  moves: [
    { act: 'presentar', from: 'terminada', to: 'rc_presentada', by: 'write_rendicion', reason: false },
    { act: 'observar', from: 'rc_presentada', to: 'rc_observada', by: 'review_rendicion', reason: false },
    { act: 'presentar', from: 'rc_observada', to: 'rc_presentada', by: 'write_rendicion', reason: false },
    { act: 'aprobar', from: 'rc_presentada', to: 'rc_conforme', by: 'review_rendicion', reason: false },
    { act: 'observar', from: 'rc_conforme', to: 'rc_observada', by: 'review_rendicion', reason: false },
  ],
} as const

export const rendiciones = {
  states: ['pendiente', 'presentada', 'observada', 'subsanada', 'conforme'],
  turns: { pendiente: 'write_rendicion', presentada: 'review_rendicion', observada: 'write_rendicion', subsanada: 'review_rendicion', },
  groups: {
  },
  moves: [
    { act: 'presentar', from: 'pendiente', to: 'presentada', by: 'write_rendicion', reason: false },
    { act: 'presentar', from: 'observada', to: 'subsanada', by: 'write_rendicion', reason: false },
    { act: 'observar', from: 'presentada', to: 'observada', by: 'review_rendicion', reason: false },
    { act: 'observar', from: 'subsanada', to: 'observada', by: 'review_rendicion', reason: false },
    { act: 'aprobar', from: 'presentada', to: 'conforme', by: 'review_rendicion', reason: false },
    { act: 'aprobar', from: 'subsanada', to: 'conforme', by: 'review_rendicion', reason: false },
    { act: 'observar', from: 'conforme', to: 'observada', by: 'review_rendicion', reason: false },
  ],
} as const

export const rendicionObservations = {
  states: ['abierta', 'subsanada', 'levantada'],
  turns: { abierta: 'write_rendicion', subsanada: 'review_rendicion', },
  groups: {
    live: ['abierta', 'subsanada'],
  },
  moves: [
    { act: 'presentar', from: 'abierta', to: 'subsanada', by: 'write_rendicion', reason: false },
    { act: 'levantar', from: 'subsanada', to: 'levantada', by: 'review_rendicion', reason: false },
    { act: 'levantar', from: 'abierta', to: 'levantada', by: 'review_rendicion', reason: false },
    { act: 'mantener', from: 'subsanada', to: 'abierta', by: 'review_rendicion', reason: false },
    { act: 'mantener', from: 'abierta', to: 'abierta', by: 'review_rendicion', reason: false },
  ],
} as const

export const visits = {
  states: ['planificada', 'sincronizada', 'validada', 'observada'],
  turns: { },
  groups: {
    planned: ['planificada'],
    counted: ['sincronizada', 'validada'],
  },
  moves: [
  ],
} as const

export const findings = {
  states: ['abierto', 'levantado'],
  turns: { abierto: 'record_visits', },
  groups: {
    lifted: ['levantado'],
  },
  moves: [
    { act: 'levantar', from: 'abierto', to: 'levantado', by: 'record_visits', reason: true },
    { act: 'reabrir', from: 'levantado', to: 'abierto', by: 'record_visits', reason: false },
  ],
} as const

export const conflicts = {
  states: ['abierto', 'resuelto'],
  turns: { abierto: 'settle_conflicts', },
  groups: {
  },
  moves: [
    { act: 'resolver', from: 'abierto', to: 'resuelto', by: 'settle_conflicts', reason: false },
    { act: 'resolver', from: 'abierto', to: 'resuelto', by: 'record_visits', reason: false },
  ],
} as const

export const attendanceSheets = {
  states: ['registrada', 'validada', 'observada'],
  turns: { registrada: 'validate_sheets', observada: 'write_sheets', },
  groups: {
  },
  moves: [
    { act: 'validar', from: 'registrada', to: 'validada', by: 'validate_sheets', reason: false },
    { act: 'validar', from: 'observada', to: 'validada', by: 'validate_sheets', reason: false },
    { act: 'observar', from: 'registrada', to: 'observada', by: 'validate_sheets', reason: true },
    { act: 'observar', from: 'observada', to: 'observada', by: 'validate_sheets', reason: true },
    { act: 'observar', from: 'validada', to: 'observada', by: 'validate_sheets', reason: true },
    { act: 'devolver', from: 'validada', to: 'registrada', by: 'validate_sheets', reason: true },
    { act: 'corregir', from: 'observada', to: 'registrada', by: 'write_sheets', reason: false },
  ],
} as const

export const movements = {
  states: ['registrado', 'validado', 'cubierto', 'vencido_sin_constancia', 'anulado'],
  turns: { registrado: 'validate_movements', },
  groups: {
  },
  moves: [
    { act: 'validar', from: 'registrado', to: 'validado', by: 'validate_movements', reason: false },
    { act: 'anular', from: 'registrado', to: 'anulado', by: 'validate_movements', reason: true },
    { act: 'anular', from: 'validado', to: 'anulado', by: 'validate_movements', reason: true },
  ],
} as const

export const cupos = {
  states: ['activo', 'anulado'],
  turns: { },
  groups: {
  },
  moves: [
  ],
} as const

export const insurancePolicies = {
  states: ['emitida', 'anulada'],
  turns: { },
  groups: {
  },
  moves: [
  ],
} as const

export const insuranceCertificates = {
  states: ['pendiente', 'presentada', 'conforme', 'observada'],
  turns: { pendiente: 'write_insurance', observada: 'write_insurance', },
  groups: {
  },
  moves: [
    { act: 'presentar', from: 'pendiente', to: 'presentada', by: 'write_insurance', reason: false },
    { act: 'presentar', from: 'observada', to: 'presentada', by: 'write_insurance', reason: false },
  ],
} as const

export const devices = {
  states: ['activo', 'revocado', 'por_borrar', 'borrado'],
  turns: { },
  groups: {
  },
  moves: [
    { act: 'revoke', from: 'activo', to: 'revocado', by: 'manage_people', reason: true },
    { act: 'restore', from: 'revocado', to: 'activo', by: 'manage_people', reason: true },
    { act: 'restore', from: 'por_borrar', to: 'activo', by: 'manage_people', reason: true },
    { act: 'wipe', from: 'activo', to: 'por_borrar', by: 'manage_people', reason: true },
    { act: 'wipe', from: 'revocado', to: 'por_borrar', by: 'manage_people', reason: true },
  ],
} as const
