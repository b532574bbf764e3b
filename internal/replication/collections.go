// Package replication has the pure rules of sync: which rows exist for devices
// and in what shape, which buckets hold them, checksums and cursors. It knows
// neither the database nor the network. docs/protocol.md is its outside view.
package replication

// Kind is how a field is kept and how it crosses the wire.
type Kind uint8

// The kinds a replicated field may have. There are no fractions: money is
// céntimos and places are microdegrees.
const (
	Text Kind = iota
	Int
	Bool
	JSON
	Instant // UTC; "2026-11-23T15:04:05.000Z" on the wire
)

// Field is one column of a tracked collection.
type Field struct {
	Name string
	Kind Kind
}

// Collection says what is remembered of a collection's rows. Rows of a
// collection that BucketsOf never places are tracked for progress and
// verification, and never served.
type Collection struct {
	Name   string
	Fields []Field
}

func texts(names ...string) []Field { return fields(Text, names...) }
func ints(names ...string) []Field  { return fields(Int, names...) }

func fields(kind Kind, names ...string) []Field {
	out := make([]Field, len(names))
	for i, n := range names {
		out[i] = Field{n, kind}
	}
	return out
}

func join(groups ...[]Field) []Field {
	var out []Field
	for _, g := range groups {
		out = append(out, g...)
	}
	return out
}

// Collections lists every tracked collection: docs/protocol.md §10 and those
// that only figures need. The triggers of pb_migrations watch exactly these.
var Collections = []Collection{
	{"uts", join(texts("code", "name", "note"), fields(Bool, "assumption"))},
	{"districts", texts("ubigeo", "name", "province", "department")},
	{"jurisdictions", join(texts("district", "ut", "valid_from", "valid_to", "note"), fields(Bool, "assumption"))},
	{"holidays", texts("day", "name", "norm", "scope")},
	{"entities", texts("ruc", "name")},
	{"exercises", join(ints("year", "aei_target"), texts("kind", "note", "aei"))},
	{"aos", join(texts("key", "code", "name", "funding_frame", "unit_measure", "budget_category", "counting_rule"),
		ints("exercise", "physical_target", "financial_target", "position"), fields(Bool, "followup_approved"))},
	{"ao_months", join(texts("ao", "month"), ints("physical_target", "financial_target"), fields(Bool, "synthetic"))},
	{"budget_execution", join(texts("ao", "month", "clasificador"), ints("amount"))},
	{"opening_balances", join(texts("ao", "as_of", "measure", "funding_frame", "source"),
		ints("exercise", "funding_year", "quantity", "amount"))},
	{"month_closes", texts("month", "note")},
	{"parameters", join(texts("key", "unit", "valid_from", "valid_to", "norm"), fields(JSON, "value"), fields(Bool, "assumption"))},
	{"checklists", join(texts("key", "title", "valid_from"), ints("version"), fields(JSON, "items"))},
	{"interventions", join(texts("kind", "name", "ut", "district", "state", "starts_on", "ends_on", "place"), ints("lat_e6", "lon_e6"))},
	{"convenios", join(texts("code", "intervention", "proposer", "executor", "funding_frame"), ints("funding_year"))},
	{"resolutions", texts("number", "published_on", "state")},
	{"cupos", join(texts("intervention", "state"), ints("number"))},
	{"insurance_policies", texts("intervention", "number", "insurer_ruc", "insurer_name", "kind", "valid_from", "valid_to", "state")},
	{"assignments", texts("user", "intervention", "from_on", "to_on", "reason")},
	{"transfers", join(texts("convenio", "resolution", "state", "accrued_on"), ints("amount"))},
	{"participants", texts("intervention", "cupo", "dni", "given_names", "surnames", "sex", "alta_on", "baja_on")},
	{"insured_persons", texts("insurance_policy", "intervention", "dni", "from_on", "to_on")},
	{"attendance_sheets", join(texts("intervention", "day", "state"), fields(JSON, "marks"), ints("headcount"))},
	{"visits", join(texts("intervention", "convenio_code", "supervisor", "kind", "state", "visited_on",
		"device_started_at", "device_ended_at", "location_reason", "roster_as_of", "checklist_key", "note"),
		ints("lat_e6", "lon_e6", "accuracy_m", "headcount", "roster_size", "checklist_version"),
		fields(JSON, "answers"), fields(Instant, "received_at"))},
	{"visit_marks", texts("visit", "intervention", "participant", "mark", "coverage_seen")},
	{"findings", texts("visit", "intervention", "severity", "description", "corrective_measure", "responsible", "due_on", "state", "state_reason")},
	{"unlisted_workers", texts("visit", "intervention", "dni", "given_names", "surnames", "note")},
	{"poi_versions", join(texts("key", "label", "approved_on", "resolution", "reason"), ints("exercise", "position"))},
	{"ao_versions", join(texts("poi_version", "ao", "aei", "cause"), ints("physical_target", "financial_target"),
		fields(Bool, "active", "synthetic"))},
	{"technical_assistances", join(texts("ut", "entity", "held_on", "modality", "scope", "channel", "topic", "session",
		"funding_frame", "state", "evidence"), ints("attendees", "funding_year"))},
	{"management_reports", texts("unit", "ut", "ao", "kind", "period", "number", "approved_on", "state", "sha256")},
	{"participant_conditions", texts("participant", "intervention", "condition", "source", "accredited_on")},
	{"movements", texts("intervention", "participant", "kind", "effective_on", "reason", "replaces", "state")},
	{"insurance_certificates", join(texts("insurance_policy", "intervention", "number", "issued_on", "state"), ints("insured"))},
	{"rendiciones", join(texts("intervention", "state", "due_on", "presented_on", "observed_on", "receipt", "decided_on"),
		ints("round", "transferred"), fields(Instant, "presented_at"))},
	{"rendicion_lines", join(texts("rendicion", "intervention", "kind"), ints("amount"))},
	{"rendicion_documents", join(texts("rendicion", "intervention", "kind", "sha256", "mime", "name", "superseded_by"),
		ints("size"), fields(Instant, "uploaded_at"))},
	{"rendicion_observations", join(texts("rendicion", "intervention", "target", "item", "text", "state", "answer"),
		ints("round"), fields(JSON, "also"), fields(Instant, "made_at"))},
	{"conflicts", join(texts("kind", "collection", "record", "intervention", "mutation", "author", "author_name", "author_at",
		"other", "other_name", "other_at", "rule", "state", "resolution", "resolved_by", "resolved_by_name", "resolved_at", "label"),
		fields(JSON, "values"))},
	{"mutation_reviews", join(texts("mutation", "user", "collection", "record", "status", "reason", "decided_by_name", "decided_at",
		"receipt"), ints("seq", "rev"), fields(JSON, "errors"))},
}

var byName = func() map[string]*Collection {
	m := map[string]*Collection{}
	for i := range Collections {
		m[Collections[i].Name] = &Collections[i]
	}
	return m
}()

// Find returns the tracked collection of that name, or nil.
func Find(name string) *Collection { return byName[name] }
