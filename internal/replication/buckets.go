package replication

// Names of buckets; see docs/protocol.md §3.
const Catalog = "catalog"

func userBucket(id string) string   { return "user:" + id }
func utBucket(id string) string     { return "ut:" + id }
func aiiBucket(id string) string    { return "aii:" + id }
func aiiSupBucket(id string) string { return "aii-sup:" + id }

// sensitiveBucket is for the data officer alone; no device holds it today.
func sensitiveBucket(ut string) string { return "sensitive:" + ut }

// Payload is a row's remembered fields by name: string, int64, bool or a JSON
// value as the store decoded it.
type Payload map[string]any

// Text of a field, "" if it has none.
func (p Payload) Text(field string) string {
	s, _ := p[field].(string)
	return s
}

// Surroundings answers what a row's place depends on beside the row itself.
type Surroundings interface {
	// UTOf is the unit an intervention belongs to, "" if unknown.
	UTOf(intervention string) (string, error)
	// InterventionsOf are the interventions an entity proposes or executes.
	InterventionsOf(entity string) ([]string, error)
	// UnitsOf are the units that serve, served or will serve a district.
	UnitsOf(district string) ([]string, error)
	// VisitOf answers a visit's intervention and state, "" for none.
	VisitOf(visit string) (intervention, state string, err error)
}

// Planned is the state of a visit that the executor must not know of yet
// (domain.md §B: unannounced visits are invisible to him until closed).
const Planned = "planificada"

// BucketsOf says which buckets hold a row. No bucket: it is never served.
func BucketsOf(collection, id string, p Payload, s Surroundings) ([]string, error) {
	switch collection {
	case "parameters", "checklists", "holidays":
		return []string{Catalog}, nil
	case "assignments", "mutation_reviews":
		return []string{userBucket(p.Text("user"))}, nil
	case "conflicts":
		return conflictBuckets(p.Text("author"), p.Text("other")), nil
	case "uts":
		return []string{utBucket(id)}, nil
	case "districts":
		// Of whatever date: a place needs its name where it once was served, and
		// no bucket depends on today.
		units, err := s.UnitsOf(id)
		if err != nil {
			return nil, err
		}
		out := make([]string, len(units))
		for i, ut := range units {
			out[i] = utBucket(ut)
		}
		return out, nil
	case "interventions":
		return []string{utBucket(p.Text("ut")), aiiBucket(id)}, nil
	case "convenios":
		return header(p.Text("intervention"), s)
	case "entities":
		return entityBuckets(id, s)
	case "cupos", "participants", "movements", "insurance_policies", "insurance_certificates", "insured_persons", "attendance_sheets",
		"rendiciones", "rendicion_lines", "rendicion_documents", "rendicion_observations":
		return []string{aiiBucket(p.Text("intervention"))}, nil
	case "participant_conditions":
		ut, err := s.UTOf(p.Text("intervention"))
		if err != nil || ut == "" {
			return nil, err
		}
		return []string{sensitiveBucket(ut)}, nil
	case "visits":
		return visitBuckets(p.Text("intervention"), p.Text("state")), nil
	case "visit_marks", "findings", "unlisted_workers":
		// Where its visit is, whatever its own intervention says.
		intervention, state, err := s.VisitOf(p.Text("visit"))
		return visitBuckets(intervention, state), err
	}
	return nil, nil
}

// conflictBuckets: who lost a value, and whose stands, if known.
func conflictBuckets(author, other string) []string {
	out := []string{userBucket(author)}
	if other != "" && other != author {
		out = append(out, userBucket(other))
	}
	return out
}

func visitBuckets(intervention, state string) []string {
	switch {
	case intervention == "":
		return nil
	case state == Planned:
		return []string{aiiSupBucket(intervention)}
	}
	return []string{aiiBucket(intervention)}
}

// header rows are seen by the whole unit and by those who hold the intervention.
func header(intervention string, s Surroundings) ([]string, error) {
	ut, err := s.UTOf(intervention)
	if err != nil {
		return nil, err
	}
	out := []string{aiiBucket(intervention)}
	if ut != "" {
		out = append(out, utBucket(ut))
	}
	return out, nil
}

func entityBuckets(entity string, s Surroundings) ([]string, error) {
	interventions, err := s.InterventionsOf(entity)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []string
	for _, i := range interventions {
		names, err := header(i, s)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// Holding is what decides which buckets a user's devices hold.
type Holding struct {
	User       string
	UT         string   // supervisors: headers of the whole unit
	Supervised []string // interventions assigned today
	Executed   []string // interventions of the executor's entity
}

// Names lists the buckets in the order in which they are served: small and
// needed first.
func (h Holding) Names() []string {
	out := []string{Catalog, userBucket(h.User)}
	if h.UT != "" {
		out = append(out, utBucket(h.UT))
	}
	for _, i := range h.Supervised {
		out = append(out, aiiBucket(i), aiiSupBucket(i))
	}
	for _, i := range h.Executed {
		out = append(out, aiiBucket(i))
	}
	return out
}

// IntOf reads a whole number of a payload, whether fresh from the store or
// decoded from what was remembered.
func IntOf(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}
