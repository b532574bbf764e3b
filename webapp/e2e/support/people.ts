/** The demo's accounts and works that the tests use; see `chaski demo` and its tour. */
export const password = 'chaski-demo'
export const supervisor = 'supervisor@demo.pe'
export const otherSupervisor = 'supervisora2@demo.pe'
export const analyst = 'analista@demo.pe'
export const executor = 'ejecutor@demo.pe'
export const administrator = 'administrador@demo.pe'
export const auditor = 'auditor@demo.pe'
export const coordinator = 'coordinador@demo.pe'

/** Where the phones of the tests are. */
export const place = { latitude: -13.1588, longitude: -74.2239, accuracy: 12 }

/** 24 workers and no sheet yet: each one seen present is one more job. */
export const canal = 'Limpieza del canal Unu Ñan, sector Retama Alta'
/** 18 workers, sheets sent but none validated; no insurance policy at all. */
export const local = 'Mantenimiento del local comunal Kiwicha Wasi'
/** 150 workers. */
export const ladera = 'Limpieza y forestación de la ladera Tarwi Orqo'
