// Generated from internal/records: go generate ./internal/records. Do not edit.
import type { Day } from './day'

export interface UtsRow {
  code: string
  name: string
  note: string
  assumption: boolean
}

export interface DistrictsRow {
  ubigeo: string
  name: string
  province: string
  department: string
}

export interface HolidaysRow {
  day: Day
  name: string
  norm: string
  scope: string
}

export interface EntitiesRow {
  ruc: string
  name: string
}

export interface ParametersRow {
  key: string
  valid_from: Day
  valid_to: Day | ''
  norm: string
  unit: string
  value: unknown
  assumption: boolean
}

export interface ChecklistsRow {
  key: string
  version: number
  title: string
  valid_from: Day
  items: unknown
  shots?: unknown
}

export interface InterventionsRow {
  kind: 'aii' | 'pi'
  name: string
  ut: string
  district: string
  state: 'transferida' | 'requisitos_conformes' | 'participantes_seleccionados' | 'en_ejecucion' | 'suspendida' | 'terminada' | 'rc_presentada' | 'rc_observada' | 'rc_conforme' | 'cerrada' | 'desistida' | 'resuelta'
  starts_on: Day
  ends_on: Day
  place: string
  lat_e6: number
  lon_e6: number
}

export interface ConveniosRow {
  code: string
  intervention: string
  proposer: string
  executor: string
  funding_year: number
  funding_frame: 'ordinary' | 'ley_31728'
}

export interface CuposRow {
  intervention: string
  state: 'activo' | 'anulado'
  number: number
}

export interface AssignmentsRow {
  user: string
  intervention: string
  from_on: Day
  to_on: Day | ''
  reason: string
}

export interface ParticipantsRow {
  intervention: string
  cupo: string
  dni: string
  alta_on: Day
  baja_on: Day | ''
  given_names: string
  surnames: string
  sex: 'F' | 'M'
}

export interface MovementsRow {
  intervention: string
  kind: 'alta' | 'baja' | 'reemplazo'
  participant: string
  replaces: string
  cupo?: string
  leaves_on?: Day | ''
  effective_on: Day
  reason: string
  state: 'registrado' | 'validado' | 'cubierto' | 'vencido_sin_constancia' | 'anulado'
  state_reason?: string
  doubts?: unknown
  recorded_by?: string
  received_at?: string
}

export interface AttendanceSheetsRow {
  intervention: string
  day: Day
  state: 'registrada' | 'validada' | 'observada'
  marks: unknown
  headcount: number
  reasons?: unknown
  state_reason?: string
}

export interface InsurancePoliciesRow {
  intervention: string
  number: string
  insurer_ruc: string
  insurer_name: string
  kind: string
  valid_from: Day
  valid_to: Day
  state: string
  issued_on?: Day | ''
  recorded_by?: string
  received_at?: string
}

export interface InsuredPersonsRow {
  insurance_policy: string
  intervention: string
  dni: string
  from_on: Day
  to_on: Day | ''
  insurance_certificate?: string
  participant?: string
  proves?: unknown
}

export interface InsuranceCertificatesRow {
  insurance_policy: string
  intervention: string
  number: string
  issued_on: Day
  insured: number
  state: 'pendiente' | 'presentada' | 'conforme' | 'observada'
  state_reason?: string
  from_on?: Day | ''
  names?: unknown
  recorded_by?: string
  received_at?: string
}

export interface CertificatePhotosRow {
  insurance_certificate: string
  note: string
  intervention: string
  sha256: string
  size: number
  mime: string
  name: string
  thumb: string
  thumb_size: number
  width: number
  height: number
  source: 'camera' | 'gallery' | 'file'
  captured_at: string
  reckoned_at: string
  lat_e6: number
  lon_e6: number
  accuracy_m: number
  exif_at: string
  exif_lat_e6: number
  exif_lon_e6: number
  recorded_by: string
  received_at: string
  stored_at: string
  refusal: string
}

export interface VisitsRow {
  intervention: string
  convenio_code: string
  kind: 'in_situ' | 'unannounced'
  visited_on: Day
  device_started_at: string
  device_ended_at: string
  lat_e6: number
  lon_e6: number
  accuracy_m: number
  location_reason: string
  headcount: number
  roster_size: number
  roster_as_of: string
  checklist_key: string
  checklist_version: number
  answers: unknown
  note: string
  supervisor: string
  state: 'planificada' | 'sincronizada' | 'validada' | 'observada'
  received_at: string
}

export interface VisitMarksRow {
  visit: string
  participant: string
  mark: 'presente' | 'ausente' | 'no_visto'
  coverage_seen: string
  intervention: string
}

export interface FindingsRow {
  visit: string
  severity: 'leve' | 'moderada' | 'grave'
  description: string
  corrective_measure: string
  responsible: string
  due_on: Day | ''
  state: 'abierto' | 'levantado'
  state_reason: string
  intervention: string
}

export interface UnlistedWorkersRow {
  visit: string
  dni: string
  given_names: string
  surnames: string
  note: string
  intervention: string
}

export interface ConflictsRow {
  kind: 'edit' | 'delete_edited' | 'edit_deleted'
  collection: string
  record: string
  intervention: string
  mutation: string
  author: string
  other: string
  rule: string
  state: 'abierto' | 'resuelto'
  resolution: string
  resolved_by: string
  values: unknown
  author_name: string
  author_at: string
  other_name: string
  other_at: string
  resolved_by_name: string
  resolved_at: string
  label: string
}

export interface MutationReviewsRow {
  mutation: string
  user: string
  collection: string
  record: string
  status: 'applied' | 'rejected' | 'parked'
  errors: unknown
  seq: number
  rev: number
  reason: string
  decided_by_name: string
  decided_at: string
  receipt: string
}

export interface VisitPhotosRow {
  visit: string
  shot: string
  note: string
  intervention: string
  sha256: string
  size: number
  mime: string
  name: string
  thumb: string
  thumb_size: number
  width: number
  height: number
  source: 'camera' | 'gallery' | 'file'
  captured_at: string
  reckoned_at: string
  lat_e6: number
  lon_e6: number
  accuracy_m: number
  exif_at: string
  exif_lat_e6: number
  exif_lon_e6: number
  recorded_by: string
  received_at: string
  stored_at: string
  refusal: string
}

export interface FindingPhotosRow {
  finding: string
  note: string
  intervention: string
  sha256: string
  size: number
  mime: string
  name: string
  thumb: string
  thumb_size: number
  width: number
  height: number
  source: 'camera' | 'gallery' | 'file'
  captured_at: string
  reckoned_at: string
  lat_e6: number
  lon_e6: number
  accuracy_m: number
  exif_at: string
  exif_lat_e6: number
  exif_lon_e6: number
  recorded_by: string
  received_at: string
  stored_at: string
  refusal: string
}

export interface RendicionesRow {
  intervention: string
  state: 'pendiente' | 'presentada' | 'observada' | 'subsanada' | 'conforme'
  round: number
  transferred: number
  accrued: number
  due_on: Day | ''
  presented_on: Day | ''
  observed_on?: Day | ''
  decided_on: Day | ''
  receipt: string
  presented_at: string
}

export interface RendicionLinesRow {
  rendicion: string
  intervention: string
  kind: 'cofinanciamiento_oe' | 'monc' | 'insumos' | 'herramientas' | 'epp' | 'seguros' | 'personal_tecnico' | 'otros' | 'devuelto' | 'saldo'
  amount: number
  presented: number
}

export interface RendicionDocumentsRow {
  rendicion: string
  intervention: string
  kind: 'oficio' | 'informe_rt' | 'informe_ia' | 'acta_inicio' | 'acta_termino' | 'cuaderno_asistencia' | 'planilla_pago' | 'padron_movimientos' | 'polizas_constancias' | 'comprobantes' | 'reportes_siaf' | 'movimiento_bancario' | 'fotos' | 'voucher_devolucion' | 'constancias_participacion'
  replaces?: string
  superseded_by: string
  uploaded_at: string
  sha256: string
  size: number
  mime: string
  name: string
  thumb: string
  thumb_size: number
  width: number
  height: number
  source: 'camera' | 'gallery' | 'file'
  captured_at: string
  reckoned_at: string
  lat_e6: number
  lon_e6: number
  accuracy_m: number
  exif_at: string
  exif_lat_e6: number
  exif_lon_e6: number
  recorded_by: string
  received_at: string
  stored_at: string
  refusal: string
}

export interface RendicionObservationsRow {
  rendicion: string
  intervention: string
  target: 'line' | 'document' | 'missing'
  item: string
  text: string
  also: unknown
  state: 'abierta' | 'subsanada' | 'levantada'
  round: number
  answer: string
  presented_answer?: string
  made_at: string
}

export interface AccidentsRow {
  intervention: string
  participant: string
  happened_on: Day
  place: string
  description: string
  injury: string
  treated_by: string
  notified_on: Day | ''
  notified_by: string
  recorded_by: string
  received_at: string
}

/** The fields of each kind, as they are on the wire and in the replica. */
export interface Contents {
  uts: UtsRow
  districts: DistrictsRow
  holidays: HolidaysRow
  entities: EntitiesRow
  parameters: ParametersRow
  checklists: ChecklistsRow
  interventions: InterventionsRow
  convenios: ConveniosRow
  cupos: CuposRow
  assignments: AssignmentsRow
  participants: ParticipantsRow
  movements: MovementsRow
  attendance_sheets: AttendanceSheetsRow
  insurance_policies: InsurancePoliciesRow
  insured_persons: InsuredPersonsRow
  insurance_certificates: InsuranceCertificatesRow
  certificate_photos: CertificatePhotosRow
  visits: VisitsRow
  visit_marks: VisitMarksRow
  findings: FindingsRow
  unlisted_workers: UnlistedWorkersRow
  conflicts: ConflictsRow
  mutation_reviews: MutationReviewsRow
  visit_photos: VisitPhotosRow
  finding_photos: FindingPhotosRow
  rendiciones: RendicionesRow
  rendicion_lines: RendicionLinesRow
  rendicion_documents: RendicionDocumentsRow
  rendicion_observations: RendicionObservationsRow
  accidents: AccidentsRow
}

/** What each kind is to the phone, and what it may send. */
export const RECORDS = {
  uts: {},
  districts: {},
  holidays: {},
  entities: {},
  parameters: {},
  checklists: {},
  interventions: {"scope":"id"},
  convenios: {"scope":"intervention"},
  cupos: {"scope":"intervention"},
  assignments: {"scope":"intervention"},
  participants: {"scope":"intervention"},
  movements: {"form":"movement/1","scope":"intervention","day":"effective_on","author":"recorded_by","title":["kind","effective_on"],"ops":{"create":{"by":{"right":"write_movements","relation":"executes"},"asks":[{"field":"intervention","must":true,"checks":[{"type":"id"}]},{"field":"kind","must":true,"checks":[{"type":"one_of","values":["alta","baja","reemplazo"]}]},{"field":"participant","checks":[{"type":"id"}]},{"field":"replaces","checks":[{"type":"id"}]},{"field":"cupo","checks":[{"type":"id"}]},{"field":"leaves_on","checks":[{"type":"day"}]},{"field":"effective_on","must":true,"checks":[{"type":"day"}]},{"field":"reason","checks":[{"type":"chars","max":5000}]},{"field":"dni","checks":[{"type":"dni"}]},{"field":"given_names","checks":[{"type":"chars","max":200}]},{"field":"surnames","checks":[{"type":"chars","max":200}]},{"field":"sex","checks":[{"type":"one_of","values":["F","M"]}]},{"field":"birth_date","checks":[{"type":"past"}]}],"rules":[{"rule":"in_work","fields":["effective_on"]},{"rule":"in_work","fields":["leaves_on"]},{"rule":"movement"}]},"delete":{"by":{"right":"write_movements","relation":"made"},"asks":[]}}},
  attendance_sheets: {"form":"sheet/1","scope":"intervention","day":"day","title":["day"],"key":["intervention","day"],"shut":{"field":"state","value":"validada"},"units":[["marks","headcount","reasons"]],"ops":{"create":{"by":{"right":"write_sheets","relation":"executes"},"asks":[{"field":"intervention","must":true,"checks":[{"type":"id"}]},{"field":"day","must":true,"checks":[{"type":"past"}]},{"field":"marks","must":true,"checks":[{"type":"at_most","max":500},{"type":"marks"}]},{"field":"headcount","must":true,"checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"reasons","checks":[{"type":"reasons"}]}],"rules":[{"rule":"in_work","fields":["day"]},{"rule":"sheet"}]},"update":{"by":{"right":"write_sheets","relation":"executes"},"asks":[{"field":"marks","must":true,"checks":[{"type":"at_most","max":500},{"type":"marks"}]},{"field":"headcount","must":true,"checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"reasons","clear":true,"checks":[{"type":"reasons"}]}],"rules":[{"rule":"sheet"}]}}},
  insurance_policies: {"form":"policy/1","scope":"intervention","author":"recorded_by","title":["number"],"units":[["insurer_ruc","insurer_name"],["valid_from","valid_to"]],"ops":{"create":{"by":{"right":"write_insurance","relation":"executes"},"asks":[{"field":"intervention","must":true,"checks":[{"type":"id"}]},{"field":"number","must":true,"checks":[{"type":"chars","max":200},{"type":"policy"}]},{"field":"insurer_ruc","must":true,"checks":[{"type":"ruc"}]},{"field":"insurer_name","must":true,"checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"kind","checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"valid_from","must":true,"checks":[{"type":"day"}]},{"field":"valid_to","must":true,"checks":[{"type":"day"}]},{"field":"issued_on","must":true,"checks":[{"type":"past"}]}]},"update":{"by":{"right":"write_insurance","relation":"executes"},"asks":[{"field":"number","checks":[{"type":"chars","max":200},{"type":"policy"}]},{"field":"insurer_ruc","checks":[{"type":"ruc"}]},{"field":"insurer_name","checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"kind","clear":true,"checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"valid_from","checks":[{"type":"day"}]},{"field":"valid_to","checks":[{"type":"day"}]},{"field":"issued_on","checks":[{"type":"past"}]}],"rules":[{"rule":"something","fields":["number"]}]}}},
  insured_persons: {"scope":"intervention","parent":"insurance_policy","of":"insurance_policies"},
  insurance_certificates: {"form":"certificate/1","scope":"intervention","parent":"insurance_policy","of":"insurance_policies","author":"recorded_by","title":["number"],"shut":{"field":"state","value":"conforme"},"units":[["state","state_reason"]],"constraints":[{"rule":"unique_in","field":"number","in":"insurance_policy","code":"certificate_double"}],"ops":{"create":{"by":{"right":"write_insurance","relation":"executes"},"asks":[{"field":"insurance_policy","must":true,"checks":[{"type":"id"}]},{"field":"number","must":true,"checks":[{"type":"chars","max":200}]},{"field":"issued_on","must":true,"checks":[{"type":"past"}]},{"field":"from_on","must":true,"checks":[{"type":"day"}]},{"field":"names","must":true,"checks":[{"type":"at_most","max":500},{"type":"names"}]}]},"delete":{"by":{"right":"write_insurance","relation":"made"},"asks":[]},"update":{"by":{"right":"write_insurance","relation":"executes"},"asks":[{"field":"number","checks":[{"type":"chars","max":200}]},{"field":"issued_on","checks":[{"type":"past"}]},{"field":"state","checks":[{"type":"one_of","values":["pendiente","presentada","conforme","observada"]}]},{"field":"state_reason","clear":true,"checks":[{"type":"chars","max":5000}]},{"field":"from_on","checks":[{"type":"day"}]},{"field":"names","checks":[{"type":"at_most","max":500},{"type":"names"}]}],"rules":[{"rule":"something","fields":["number"]},{"rule":"presents"}]}}},
  certificate_photos: {"form":"photo/1","scope":"intervention","parent":"insurance_certificate","of":"insurance_certificates","author":"recorded_by","title":["captured_at"],"constraints":[{"rule":"unique_in","field":"sha256","in":"insurance_certificate","code":"file_exists"},{"rule":"at_most","field":"sha256","in":"insurance_certificate","code":"too_many_files","most":20}],"file":{"types":["image/jpeg"],"max":12582912,"many":20},"ops":{"create":{"by":{"right":"write_insurance","relation":"executes"},"asks":[{"field":"insurance_certificate","must":true,"checks":[{"type":"id"}]},{"field":"note","checks":[{"type":"chars","max":5000}]},{"field":"sha256","must":true,"checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"size","must":true,"checks":[{"type":"bytes","min":1,"max":12582912}]},{"field":"mime","must":true,"checks":[{"type":"media_type","values":["image/jpeg"]}]},{"field":"name","checks":[{"type":"chars","max":200}]},{"field":"thumb","checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"thumb_size","checks":[{"type":"whole","min":0,"max":65536}]},{"field":"width","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"height","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"source","must":true,"checks":[{"type":"one_of","values":["camera","gallery","file"]}]},{"field":"captured_at","must":true,"checks":[{"type":"moment"}]},{"field":"reckoned_at","checks":[{"type":"moment"}]},{"field":"lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]},{"field":"accuracy_m","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"exif_at","checks":[{"type":"like","shape":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$"}]},{"field":"exif_lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"exif_lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]}]},"delete":{"by":{"right":"write_insurance","relation":"made"},"asks":[]}}},
  visits: {"form":"visit/3","scope":"intervention","day":"visited_on","author":"supervisor","title":["visited_on"],"ops":{"create":{"by":{"right":"record_visits","relation":"supervises"},"asks":[{"field":"intervention","must":true,"checks":[{"type":"id"}]},{"field":"convenio_code","must":true,"checks":[{"type":"convenio"}]},{"field":"kind","must":true,"checks":[{"type":"one_of","values":["in_situ","unannounced"]}]},{"field":"visited_on","must":true,"checks":[{"type":"day"}]},{"field":"device_started_at","must":true,"checks":[{"type":"moment"}]},{"field":"device_ended_at","must":true,"checks":[{"type":"moment"}]},{"field":"lat_e6","checks":[{"type":"whole","min":-9007199254740991,"max":9007199254740991}]},{"field":"lon_e6","checks":[{"type":"whole","min":-9007199254740991,"max":9007199254740991}]},{"field":"accuracy_m","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"fix","checks":[{"type":"fix"}]},{"field":"location_reason","checks":[{"type":"chars","max":5000}]},{"field":"headcount","must":true,"checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"roster_size","must":true,"checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"roster_as_of","checks":[{"type":"chars","max":200}]},{"field":"checklist_key","checks":[{"type":"chars","max":200}]},{"field":"checklist_version","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"answers","checks":[{"type":"at_most","max":200},{"type":"answers"}]},{"field":"note","checks":[{"type":"chars","max":5000}]}],"rules":[{"rule":"not_in_future","fields":["visited_on"]},{"rule":"in_work","fields":["visited_on"]},{"rule":"place"},{"rule":"checklist"},{"rule":"convenio"}]}}},
  visit_marks: {"form":"visit/3","scope":"intervention","parent":"visit","of":"visits","title":["participant"],"constraints":[{"rule":"belongs_to","field":"participant","in":"intervention","code":"participant_not_in_intervention"},{"rule":"unique_in","field":"participant","in":"visit","code":"mark_exists"}],"ops":{"create":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[{"field":"visit","must":true,"checks":[{"type":"id"}]},{"field":"participant","must":true,"checks":[{"type":"id"}]},{"field":"mark","must":true,"checks":[{"type":"one_of","values":["presente","ausente","no_visto"]}]},{"field":"coverage_seen","checks":[{"type":"one_of","values":["cubierto","sin_cobertura","por_confirmar"]}]}]}}},
  findings: {"form":"visit/3","scope":"intervention","parent":"visit","of":"visits","title":["description"],"units":[["state","state_reason"],["responsible","due_on"]],"ops":{"create":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[{"field":"visit","must":true,"checks":[{"type":"id"}]},{"field":"severity","must":true,"checks":[{"type":"one_of","values":["leve","moderada","grave"]}]},{"field":"description","must":true,"checks":[{"type":"at_least","min":10},{"type":"chars","max":5000}]},{"field":"corrective_measure","checks":[{"type":"chars","max":5000}]},{"field":"responsible","checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"due_on","checks":[{"type":"day"}]}],"rules":[{"rule":"needs_all","fields":["corrective_measure","responsible","due_on"],"when":{"field":"severity","value":"grave"},"since":3,"code":"grave_incomplete"}]},"delete":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[]},"update":{"by":{"right":"record_visits","relation":"supervises"},"asks":[{"field":"severity","checks":[{"type":"one_of","values":["leve","moderada","grave"]}]},{"field":"description","checks":[{"type":"at_least","min":10},{"type":"chars","max":5000}]},{"field":"corrective_measure","clear":true,"checks":[{"type":"chars","max":5000}]},{"field":"responsible","clear":true,"checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"due_on","clear":true,"checks":[{"type":"day"}]},{"field":"state","checks":[{"type":"one_of","values":["abierto","levantado"]}]},{"field":"state_reason","clear":true,"checks":[{"type":"chars","max":5000}]}],"rules":[{"rule":"something","fields":["state"]},{"rule":"because","fields":["state_reason"],"when":{"field":"state","value":"levantado"},"since":2},{"rule":"needs_all","fields":["corrective_measure","responsible","due_on"],"when":{"field":"severity","value":"grave"},"since":3,"code":"grave_incomplete"}]}}},
  unlisted_workers: {"form":"visit/3","scope":"intervention","parent":"visit","of":"visits","title":["given_names","surnames"],"units":[["dni","given_names","surnames"]],"constraints":[{"rule":"unique_in","field":"dni","in":"visit","code":"person_listed"}],"ops":{"create":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[{"field":"visit","must":true,"checks":[{"type":"id"}]},{"field":"dni","must":true,"checks":[{"type":"dni"}]},{"field":"given_names","must":true,"checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"surnames","must":true,"checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"note","checks":[{"type":"chars","max":5000}]}]},"delete":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[]},"update":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[{"field":"dni","checks":[{"type":"dni"}]},{"field":"given_names","checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"surnames","checks":[{"type":"chars","max":200},{"type":"chars","max":5000}]},{"field":"note","clear":true,"checks":[{"type":"chars","max":5000}]}],"rules":[{"rule":"something","fields":["dni"]}]}}},
  conflicts: {"scope":"intervention","ops":{"update":{"by":{"relation":"is_concerned"},"asks":[{"field":"resolution","must":true,"checks":[{"type":"one_of","values":["author","other"]}]}]}}},
  mutation_reviews: {},
  visit_photos: {"form":"photo/1","scope":"intervention","parent":"visit","of":"visits","author":"recorded_by","title":["captured_at"],"constraints":[{"rule":"unique_in","field":"sha256","in":"visit","code":"file_exists"},{"rule":"at_most","field":"sha256","in":"visit","code":"too_many_files","most":30}],"file":{"types":["image/jpeg"],"max":12582912,"many":30},"ops":{"create":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[{"field":"visit","must":true,"checks":[{"type":"id"}]},{"field":"shot","checks":[{"type":"like","shape":"^[a-z0-9_]{1,60}$"}]},{"field":"note","checks":[{"type":"chars","max":5000}]},{"field":"sha256","must":true,"checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"size","must":true,"checks":[{"type":"bytes","min":1,"max":12582912}]},{"field":"mime","must":true,"checks":[{"type":"media_type","values":["image/jpeg"]}]},{"field":"name","checks":[{"type":"chars","max":200}]},{"field":"thumb","checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"thumb_size","checks":[{"type":"whole","min":0,"max":65536}]},{"field":"width","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"height","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"source","must":true,"checks":[{"type":"one_of","values":["camera","gallery","file"]}]},{"field":"captured_at","must":true,"checks":[{"type":"moment"}]},{"field":"reckoned_at","checks":[{"type":"moment"}]},{"field":"lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]},{"field":"accuracy_m","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"exif_at","checks":[{"type":"like","shape":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$"}]},{"field":"exif_lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"exif_lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]}]},"delete":{"by":{"right":"record_visits","relation":"made_parent"},"asks":[]}}},
  finding_photos: {"form":"photo/1","scope":"intervention","parent":"finding","of":"findings","author":"recorded_by","title":["captured_at"],"constraints":[{"rule":"unique_in","field":"sha256","in":"finding","code":"file_exists"},{"rule":"at_most","field":"sha256","in":"finding","code":"too_many_files","most":10}],"file":{"types":["image/jpeg"],"max":12582912,"many":10},"ops":{"create":{"by":{"right":"record_visits","relation":"supervises"},"asks":[{"field":"finding","must":true,"checks":[{"type":"id"}]},{"field":"note","checks":[{"type":"chars","max":5000}]},{"field":"sha256","must":true,"checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"size","must":true,"checks":[{"type":"bytes","min":1,"max":12582912}]},{"field":"mime","must":true,"checks":[{"type":"media_type","values":["image/jpeg"]}]},{"field":"name","checks":[{"type":"chars","max":200}]},{"field":"thumb","checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"thumb_size","checks":[{"type":"whole","min":0,"max":65536}]},{"field":"width","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"height","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"source","must":true,"checks":[{"type":"one_of","values":["camera","gallery","file"]}]},{"field":"captured_at","must":true,"checks":[{"type":"moment"}]},{"field":"reckoned_at","checks":[{"type":"moment"}]},{"field":"lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]},{"field":"accuracy_m","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"exif_at","checks":[{"type":"like","shape":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$"}]},{"field":"exif_lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"exif_lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]}]},"delete":{"by":{"right":"record_visits","relation":"made"},"asks":[]}}},
  rendiciones: {"form":"rendicion/1","scope":"intervention","ops":{"update":{"by":{"right":"write_rendicion","relation":"executes"},"asks":[{"field":"state","must":true,"checks":[{"type":"one_of","values":["pendiente","presentada","observada","subsanada","conforme"]}]},{"field":"presents","must":true,"checks":[{"type":"presents"}]}]}}},
  rendicion_lines: {"form":"rendicion/1","scope":"intervention","parent":"rendicion","of":"rendiciones","ops":{"update":{"by":{"right":"write_rendicion","relation":"executes"},"asks":[{"field":"amount","must":true,"checks":[{"type":"whole","min":0,"max":9007199254740991}]}]}}},
  rendicion_documents: {"form":"rendicion/1","scope":"intervention","parent":"rendicion","of":"rendiciones","author":"recorded_by","title":["name"],"file":{"types":["application/pdf","image/jpeg","image/png","application/vnd.openxmlformats-officedocument.spreadsheetml.sheet","application/vnd.openxmlformats-officedocument.wordprocessingml.document","application/zip","application/xml"],"max":209715200,"many":25},"ops":{"create":{"by":{"right":"write_rendicion","relation":"executes"},"asks":[{"field":"rendicion","must":true,"checks":[{"type":"id"}]},{"field":"kind","must":true,"checks":[{"type":"one_of","values":["oficio","informe_rt","informe_ia","acta_inicio","acta_termino","cuaderno_asistencia","planilla_pago","padron_movimientos","polizas_constancias","comprobantes","reportes_siaf","movimiento_bancario","fotos","voucher_devolucion","constancias_participacion"]}]},{"field":"replaces","checks":[{"type":"id"}]},{"field":"sha256","must":true,"checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"size","must":true,"checks":[{"type":"bytes","min":1,"max":209715200}]},{"field":"mime","must":true,"checks":[{"type":"media_type","values":["application/pdf","image/jpeg","image/png","application/vnd.openxmlformats-officedocument.spreadsheetml.sheet","application/vnd.openxmlformats-officedocument.wordprocessingml.document","application/zip","application/xml"]}]},{"field":"name","must":true,"checks":[{"type":"chars","max":200}]},{"field":"thumb","checks":[{"type":"like","shape":"^[0-9a-f]{64}$"}]},{"field":"thumb_size","checks":[{"type":"whole","min":0,"max":65536}]},{"field":"width","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"height","checks":[{"type":"whole","min":0,"max":100000}]},{"field":"source","must":true,"checks":[{"type":"one_of","values":["camera","gallery","file"]}]},{"field":"captured_at","must":true,"checks":[{"type":"moment"}]},{"field":"reckoned_at","checks":[{"type":"moment"}]},{"field":"lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]},{"field":"accuracy_m","checks":[{"type":"whole","min":0,"max":9007199254740991}]},{"field":"exif_at","checks":[{"type":"like","shape":"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$"}]},{"field":"exif_lat_e6","checks":[{"type":"whole","min":-90000000,"max":90000000}]},{"field":"exif_lon_e6","checks":[{"type":"whole","min":-180000000,"max":180000000}]}]},"update":{"by":{"right":"write_rendicion","relation":"executes"},"asks":[{"field":"superseded_by","must":true,"checks":[{"type":"id"}]}]}}},
  rendicion_observations: {"form":"rendicion/1","scope":"intervention","parent":"rendicion","of":"rendiciones","ops":{"update":{"by":{"right":"write_rendicion","relation":"executes"},"asks":[{"field":"answer","must":true,"clear":true,"checks":[{"type":"chars","max":2000},{"type":"chars","max":5000}]}]}}},
  accidents: {"form":"accident/1","scope":"intervention","day":"happened_on","author":"recorded_by","title":["participant","happened_on"],"units":[["notified_on","notified_by"]],"constraints":[{"rule":"belongs_to","field":"participant","in":"intervention","code":"participant_not_in_intervention"}],"ops":{"create":{"by":{"right":"record_accidents","relation":"works"},"asks":[{"field":"intervention","must":true,"checks":[{"type":"id"}]},{"field":"participant","must":true,"checks":[{"type":"id"}]},{"field":"happened_on","must":true,"checks":[{"type":"past"}]},{"field":"place","must":true,"checks":[{"type":"chars","max":200}]},{"field":"description","must":true,"checks":[{"type":"at_least","min":10},{"type":"chars","max":5000}]},{"field":"injury","checks":[{"type":"chars","max":5000}]},{"field":"treated_by","checks":[{"type":"chars","max":200}]},{"field":"notified_on","checks":[{"type":"past"}]},{"field":"notified_by","checks":[{"type":"chars","max":200}]}],"rules":[{"rule":"in_work","fields":["happened_on"]},{"rule":"together","fields":["notified_on","notified_by"]}]},"delete":{"by":{"right":"record_accidents","relation":"made"},"asks":[]},"update":{"by":{"right":"record_accidents","relation":"works"},"asks":[{"field":"happened_on","checks":[{"type":"past"}]},{"field":"place","checks":[{"type":"chars","max":200}]},{"field":"description","checks":[{"type":"at_least","min":10},{"type":"chars","max":5000}]},{"field":"injury","clear":true,"checks":[{"type":"chars","max":5000}]},{"field":"treated_by","clear":true,"checks":[{"type":"chars","max":200}]},{"field":"notified_on","clear":true,"checks":[{"type":"past"}]},{"field":"notified_by","clear":true,"checks":[{"type":"chars","max":200}]}],"rules":[{"rule":"something","fields":["description"]},{"rule":"together","fields":["notified_on","notified_by"]}]}}},
} as const
