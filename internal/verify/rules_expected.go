package verify

import "strings"

const (
	lineKinds = "cofinanciamiento_oe|monc|insumos|herramientas|epp|seguros|personal_tecnico|otros|devuelto|saldo"
	docKinds  = "oficio|informe_rt|informe_ia|acta_inicio|acta_termino|cuaderno_asistencia|planilla_pago|padron_movimientos|polizas_constancias|" +
		"comprobantes|reportes_siaf|movimiento_bancario|fotos|voucher_devolucion|constancias_participacion"
	workStates = "transferida|requisitos_conformes|participantes_seleccionados|en_ejecucion|suspendida|terminada|rc_presentada|rc_observada|" +
		"rc_conforme|cerrada|desistida|resuelta"
)

const photo = `sha256! sha256, size! bytes 12582912, mime! media image/jpeg, name short, thumb sha256, thumb_size upto 65536, width upto 100000, height upto 100000,
	source! one camera|gallery|file, captured_at! moment, reckoned_at moment, lat_e6 within 90000000, lon_e6 within 180000000, accuracy_m count,
	exif_at exif, exif_lat_e6 within 90000000, exif_lon_e6 within 180000000, recorded_by! id, refusal short`

// paper is a photo of other types, larger, that has a name.
var paper = strings.NewReplacer("bytes 12582912", "bytes 209715200", "name short", "name! short", "media image/jpeg", "media application/pdf|image/jpeg|image/png"+
	"|application/vnd.openxmlformats-officedocument.spreadsheetml.sheet|application/vnd.openxmlformats-officedocument.wordprocessingml.document|application/zip|application/xml").
	Replace(photo)

// expectedFields is what each field of each tracked collection has to be: its
// name (! not empty, # matters for counting), its kind, and of what.
var expectedFields = [][2]string{
	{"uts", `code! ut, name! text, note text`},
	{"districts", `ubigeo! ubigeo, name! text, province! text, department! text`},
	{"jurisdictions", `district! ref districts, ut! ref uts, valid_from! day, valid_to day, note text`},
	{"holidays", `day! day, name! text, norm! text, scope! text`},
	{"entities", `ruc! ruc, name! text`},
	{"parameters", `key! dotted, valid_from! day, valid_to day, norm! text, unit text, value json`},
	{"checklists", `key! word, version! from1, title! text, valid_from! day, items items, shots items`},
	{"exercises", `year! year, kind one real|demonstration, aei_target count, aei aei, note text`},
	{"aos", `key! word, code ao, name! text, exercise! year, funding_frame! one ordinary|ley_31728,
		unit_measure! one transfer|technical_assistance|job|management_report, budget_category one PP0073|APNOP9002, counting_rule! text,
		physical_target count, financial_target count, position any`},
	{"ao_months", `ao! ref aos, month! month, physical_target count, financial_target count`},
	{"budget_execution", `ao!# ref aos, month!# pastmonth, amount# any, clasificador!# clasificador`},
	{"opening_balances", `ao# ref aos, as_of!# past, measure!# one transfer|technical_assistance|job|management_report|devengado,
		funding_frame!# one ordinary|ley_31728, exercise!# year, funding_year!# year, quantity# any, amount# any, source! text`},
	{"month_closes", `month! pastmonth, note text`},
	{"resolutions", `number! short, published_on! past, state one publicada|anulada`},
	{"transfers", `convenio!# ref convenios, resolution!# ref resolutions, accrued_on# past, amount# count,
		state!# one programada|en_rm|aprobada|devengada|girada|anulada`},
	{"poi_versions", `exercise! year, key! version, label! text, approved_on past, resolution! text, reason text, position count`},
	{"ao_versions", `poi_version! ref poi_versions, ao! ref aos, aei! aei, cause text, physical_target count, financial_target count`},
	{"technical_assistances", `ut!# ref uts, entity!# ref entities, held_on!# day, modality!# one taller|reunion|capacitacion, topic!# text,
		funding_frame!# one ordinary|ley_31728, funding_year!# year, state!# one programada|realizada|validada|rechazada,
		scope! one grupal|personalizada, channel! one presencial|virtual|telefono, session text, evidence text, attendees count`},
	{"management_reports", `ut# ref uts, ao!# ref aos, unit!# text, kind!# text, period!# period, approved_on# past,
		state!# one borrador|presentado|aprobado|retirado, number! short, sha256 sha256`},
	{"interventions", `kind! one aii|pi, name! text, ut! ref uts, district! ref districts, state! one ` + workStates + `,
		starts_on! day, ends_on! day, place text, lat_e6 any, lon_e6 any`},
	{"convenios", `code! convenio, intervention! ref interventions, proposer! ref entities, executor! ref entities, funding_year! year,
		funding_frame! one ordinary|ley_31728`},
	{"cupos", `intervention!# ref interventions, state!# one activo|anulado, number count`},
	{"assignments", `user! ref users, intervention! ref interventions, from_on! day, to_on day, reason text`},
	{"participants", `intervention!# ref interventions, cupo!# ref cupos, dni!# dni, alta_on!# day, baja_on# day, given_names! text, surnames! text, sex! one F|M`},
	{"participant_conditions", `participant! ref participants, intervention! ref interventions,
		condition! one victima_violencia_1980_2000|victima_violencia_genero|con_discapacidad|familiar_discapacidad_severa_contigo,
		source! one OMAPED|OREDIS|MIMP|CMAN|CONTIGO|DECLARACION, accredited_on! past`},
	{"movements", `intervention! ref interventions, kind! one alta|baja|reemplazo, participant ref participants, replaces ref participants, cupo ref cupos,
		leaves_on day, effective_on! day, reason text, dni dni, given_names short, surnames short, sex one F|M, birth_date past,
		state! one registrado|validado|cubierto|vencido_sin_constancia|anulado, state_reason text, doubts doubts, recorded_by id, held_until day`},
	{"attendance_sheets", `intervention!# ref interventions, day!# past, state!# one registrada|validada|observada, marks# marks, headcount# count, reasons reasons, state_reason text`},
	{"insurance_policies", `intervention! ref interventions, number! short, insurer_ruc! ruc, insurer_name! text, kind text, valid_from! day, valid_to! day,
		state one emitida|anulada, issued_on past, recorded_by id`},
	{"insured_persons", `insurance_policy! ref insurance_policies, intervention! ref interventions, dni! dni, from_on! day, to_on day,
		insurance_certificate ref insurance_certificates, participant ref participants, proves spans`},
	{"insurance_certificates", `insurance_policy! ref insurance_policies, intervention! ref interventions, number! short, issued_on! past, insured count,
		state! one pendiente|presentada|conforme|observada, state_reason text, from_on day, names names, recorded_by id`},
	{"certificate_photos", `insurance_certificate! ref insurance_certificates, intervention! ref interventions, note text, ` + photo},
	{"visits", `intervention!# ref interventions, visited_on!# day, state!# one planificada|sincronizada|validada|observada, convenio_code! convenio,
		supervisor! ref users, kind! one in_situ|unannounced, device_started_at moment, device_ended_at moment, location_reason text, roster_as_of short,
		checklist_key short, note text, lat_e6 any, lon_e6 any, accuracy_m count, headcount count, roster_size count, checklist_version count, answers answers, fix fix`},
	{"visit_marks", `visit!# ref visits, intervention!# ref interventions, participant!# ref participants, mark!# one presente|ausente|no_visto,
		coverage_seen one cubierto|sin_cobertura|por_confirmar`},
	{"findings", `visit! ref visits, intervention! ref interventions, severity! one leve|moderada|grave, description! text, corrective_measure text,
		responsible text, due_on day, state! one abierto|levantado, state_reason text`},
	{"visit_photos", `visit! ref visits, intervention! ref interventions, shot word, note text, ` + photo},
	{"finding_photos", `finding! ref findings, intervention! ref interventions, note text, ` + photo},
	{"unlisted_workers", `visit! ref visits, intervention! ref interventions, dni! dni, given_names! text, surnames! text, note text`},
	{"conflicts", `kind! one edit|delete_edited|edit_deleted, collection! short, record! id, intervention id, mutation! short, author! id, other id,
		rule! short, state! one abierto|resuelto, resolution one author|other, resolved_by id, values objects`},
	{"mutation_reviews", `mutation! short, user! id, collection! short, record! id, status! one applied|rejected|parked, errors objects, seq count, rev count`},
	{"rendiciones", `intervention! ref interventions, state! one pendiente|presentada|observada|subsanada|conforme, round count, transferred count, accrued count, due_on day,
		presented_on past, observed_on past, decided_on past, receipt short`},
	{"rendicion_lines", `rendicion! ref rendiciones, intervention! ref interventions, kind! one ` + lineKinds + `, amount count, presented count`},
	{"rendicion_documents", `rendicion! ref rendiciones, intervention! ref interventions, kind! one ` + docKinds + `, replaces ref rendicion_documents,
		superseded_by ref rendicion_documents, ` + paper},
	{"rendicion_observations", `rendicion! ref rendiciones, intervention! ref interventions, target! one line|document|missing, item! short, text! text,
		also lines ` + lineKinds + `, state! one abierta|subsanada|levantada, round count, answer text, presented_answer text`},
}

func order(of, from, to string, counts bool) ruleOver {
	return ruleOver{of, to, from + " " + to, "dates_out_of_order", counts, `t.` + from + ` <> '' AND t.` + to + ` <> '' AND t.` + to + ` < t.` + from}
}

// together: what a field names is of the row's own intervention.
func together(of, field, collection string, counts bool) ruleOver {
	code := "reference_foreign"
	if collection == "participants" {
		code = "participant_not_in_intervention"
	}
	return ruleOver{
		of, field, field + " intervention", code, counts,
		`t.intervention <> '' AND EXISTS (SELECT 1 FROM ` + collection + ` o WHERE o.id = t.` + field + ` AND o.intervention <> t.intervention)`,
	}
}

const outside = `EXISTS (SELECT 1 FROM interventions i WHERE i.id = t.intervention AND t.%s NOT BETWEEN i.starts_on AND i.ends_on)`

func inPeru(of string) []ruleOver {
	return []ruleOver{
		{of, "lat_e6", "lat_e6 lon_e6", "place_outside_peru", false, `(t.lat_e6 <> 0 OR t.lon_e6 <> 0) AND (t.lat_e6 = 0 OR t.lat_e6 NOT BETWEEN -18400000 AND 100000)`},
		{of, "lon_e6", "lat_e6 lon_e6", "place_outside_peru", false, `(t.lat_e6 <> 0 OR t.lon_e6 <> 0) AND t.lon_e6 NOT BETWEEN -81400000 AND -68600000`},
	}
}

// beside: of the same activity and month there is another amount, in its form, of
// which this holds.
func beside(holds string) string {
	return `t.amount <> 0 AND EXISTS (SELECT 1 FROM budget_execution o WHERE o.ao = t.ao AND o.month = t.month AND o.amount <> 0 AND ` + holds + `
		AND NOT EXISTS (SELECT 1 FROM temp.broken x WHERE x.collection = 'budget_execution' AND x.record = o.id AND x.code IN ('clasificador_form', 'clasificador_unread')))`
}

func otherYear(of string, counts bool) ruleOver {
	return ruleOver{
		of, "month", "month ao", "month_other_year", counts,
		`EXISTS (SELECT 1 FROM aos a WHERE a.id = t.ao AND CAST(a.exercise AS INTEGER) <> CAST(substr(t.month, 1, 4) AS INTEGER))`,
	}
}

// expectedRules are over several fields, or over other rows.
var expectedRules = append(append([]ruleOver{
	order("jurisdictions", "valid_from", "valid_to", false),
	order("parameters", "valid_from", "valid_to", false),
	otherYear("ao_months", false),
	otherYear("budget_execution", true),
	{"month_closes", "month", "month", "month_out_of_order", false, `substr(t.month, 6) > '01' AND NOT EXISTS (SELECT 1 FROM month_closes o
		WHERE o.month = substr(t.month, 1, 5) || substr('0' || (CAST(substr(t.month, 6) AS INTEGER) - 1), -2))
		AND NOT EXISTS (SELECT 1 FROM opening_balances b WHERE b.exercise = CAST(substr(t.month, 1, 4) AS INTEGER)
		AND b.as_of >= substr(t.month, 1, 5) || substr('0' || (CAST(substr(t.month, 6) AS INTEGER) - 1), -2))`},
	{"budget_execution", "clasificador", "clasificador month ao amount", "clasificador_subtotal", true, beside(`o.clasificador LIKE t.clasificador || '.%'`)},
	{"budget_execution", "clasificador", "clasificador month ao", "clasificador_below", false, beside(`t.clasificador LIKE o.clasificador || '.%'`)},
	{
		"transfers", "resolution", "convenio resolution state", "transfer_double", false, `t.state <> 'anulada' AND EXISTS (SELECT 1 FROM transfers o
		WHERE o.id <> t.id AND o.convenio = t.convenio AND o.resolution = t.resolution AND o.state <> 'anulada')`,
	},
	{
		"transfers", "accrued_on", "accrued_on resolution", "accrued_early", true,
		`t.accrued_on <> '' AND EXISTS (SELECT 1 FROM resolutions r WHERE r.id = t.resolution AND r.published_on > t.accrued_on)`,
	},
	{"technical_assistances", "held_on", "held_on state", "date_in_future", true, `t.state <> 'programada' AND t.held_on > {:today}`},
	order("interventions", "starts_on", "ends_on", false),
	order("assignments", "from_on", "to_on", false),
	order("participants", "alta_on", "baja_on", true),
	together("participants", "cupo", "cupos", true),
	together("participant_conditions", "participant", "participants", false),
	together("movements", "participant", "participants", false),
	together("movements", "replaces", "participants", false),
	together("movements", "cupo", "cupos", false),
	order("movements", "leaves_on", "effective_on", false),
	{"attendance_sheets", "day", "day intervention", "date_outside_intervention", true, strings.ReplaceAll(outside, "%s", "day")},
	{
		"attendance_sheets", "marks", "marks intervention", "participant_not_in_intervention", false,
		`EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(t.marks) THEN t.marks ELSE '{}' END) j
		WHERE NOT EXISTS (SELECT 1 FROM participants p WHERE p.id = j.key AND p.intervention = t.intervention))`,
	},
	order("insurance_policies", "valid_from", "valid_to", false),
	order("insured_persons", "from_on", "to_on", false),
	together("insured_persons", "insurance_policy", "insurance_policies", false),
	together("insured_persons", "insurance_certificate", "insurance_certificates", false),
	together("insurance_certificates", "insurance_policy", "insurance_policies", false),
	{
		"insurance_certificates", "from_on", "from_on insurance_policy", "certificate_outside", false,
		`t.from_on <> '' AND EXISTS (SELECT 1 FROM insurance_policies p WHERE p.id = t.insurance_policy AND t.from_on NOT BETWEEN p.valid_from AND p.valid_to)`,
	},
	{
		"insurance_certificates", "names", "names intervention", "certificate_stranger", false,
		`EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(t.names) THEN t.names ELSE '{}' END) j
		WHERE NOT EXISTS (SELECT 1 FROM participants p WHERE p.id = j.key AND p.intervention = t.intervention))`,
	},
	together("certificate_photos", "insurance_certificate", "insurance_certificates", false),
	{"visits", "visited_on", "visited_on state", "date_in_future", true, `t.state <> 'planificada' AND t.visited_on > {:today}`},
	{"visits", "visited_on", "visited_on intervention state", "date_outside_intervention", true, `t.state <> 'planificada' AND ` + strings.ReplaceAll(outside, "%s", "visited_on")},
	{
		"visits", "convenio_code", "convenio_code intervention", "convenio_mismatch", false,
		`EXISTS (SELECT 1 FROM convenios k WHERE k.intervention = t.intervention AND k.code <> t.convenio_code)`,
	},
	together("visit_marks", "visit", "visits", true),
	together("visit_marks", "participant", "participants", true),
	together("findings", "visit", "visits", false),
	together("unlisted_workers", "visit", "visits", false),
	together("visit_photos", "visit", "visits", false),
	together("finding_photos", "finding", "findings", false),
	order("rendiciones", "presented_on", "decided_on", false),
	together("rendicion_lines", "rendicion", "rendiciones", false),
	together("rendicion_documents", "rendicion", "rendiciones", false),
	together("rendicion_observations", "rendicion", "rendiciones", false),
}, inPeru("interventions")...), inPeru("visits")...)
