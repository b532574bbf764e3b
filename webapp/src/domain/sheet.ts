/** Why somebody was not at work, as a daily sheet says it. */
export const REASONS: readonly string[] = ['sin_aviso', 'permiso', 'salud', 'otro']
