package main

import (
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
)

// claim is what somebody says of a mutation: a client that it was promised or
// acknowledged, a device that it shows it, the server that it stored it.
type claim struct {
	phone, id, record, status, receipt string
}

// verdict is the outcome of a run.
type verdict struct {
	seed                                         uint64
	kills, early, phoneKills, phones             int
	promised, acknowledged, applied              int
	waiting                                      int // rejected or parked, and shown
	retried, failures                            int
	cameras, cuts, photos, parts                 int // phones that photograph, how often they were cut, pictures taken, parts of them compared
	lost, twice, changed, unseen, unknown, wrong []string
	toxics                                       map[string]int64
	verify                                       string
}

// written are the collections a phone writes to.
var written = []string{"visits", "visit_marks", "findings", "unlisted_workers"}

// photographed is what a camera writes besides.
const photographed = "visit_photos"

// records lists what is in the database, as "collection/id".
func records(db *sql.DB, of []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, c := range of {
		ids, err := column(db, `SELECT id FROM `+c)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out[c+"/"+id] = true
		}
	}
	return out, nil
}

func column(db *sql.DB, query string) (out []string, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// stored are the server's outcomes by mutation.
func stored(db *sql.DB) (map[string]claim, error) {
	rows, err := db.Query(`SELECT id, collection || '/' || record, status, coalesce(outcome->>'receipt', '') FROM sync_mutations`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]claim{}
	for rows.Next() {
		var c claim
		if err := rows.Scan(&c.id, &c.record, &c.status, &c.receipt); err != nil {
			return nil, err
		}
		out[c.id] = c
	}
	return out, rows.Err()
}

// evidence is everything that is compared.
type evidence struct {
	promised, acknowledged, shown []claim
	stored                        map[string]claim // at the server
	before, after                 map[string]bool  // records in the database
}

// judge compares what was promised and acknowledged with what is there.
func (e evidence) judge(v *verdict) {
	shown, known := map[string]claim{}, map[string]int{}
	for _, c := range e.shown {
		shown[c.id] = c
		known[c.record]++
	}
	promised := map[string]bool{}
	for _, c := range e.promised {
		promised[c.id] = true
		if _, there := shown[c.id]; !there {
			v.unseen = append(v.unseen, c.phone+": "+c.id+" was promised and is gone from the device")
		}
	}
	first := map[string]claim{}
	for _, c := range append(slices.Clone(e.acknowledged), e.shown...) {
		if c.status == "pending" {
			v.unseen = append(v.unseen, c.phone+": "+c.id+" is still pending on a device that says it is in sync")
			continue
		}
		if earlier, again := first[c.id]; again {
			if earlier.status != c.status || earlier.receipt != c.receipt {
				v.changed = append(v.changed, fmt.Sprintf("%s: %s was %s %s, then %s %s", c.phone, c.id, earlier.status, earlier.receipt, c.status, c.receipt))
			}
			continue
		}
		first[c.id] = c
	}
	v.promised, v.acknowledged = len(promised), len(first)
	for id, c := range first {
		at, there := e.stored[id]
		switch {
		case !there:
			v.lost = append(v.lost, c.phone+": "+id+" was acknowledged ("+c.status+" "+c.receipt+") and the server does not know it")
		case at.status != c.status || at.receipt != c.receipt:
			v.changed = append(v.changed, fmt.Sprintf("%s: %s was answered %s %s and is stored as %s %s", c.phone, id, c.status, c.receipt, at.status, at.receipt))
		case c.status != "applied":
			v.waiting++
		case !e.after[at.record]:
			v.lost = append(v.lost, c.phone+": "+id+" was applied, and "+at.record+" is not there")
		default:
			v.applied++
		}
	}
	for record, n := range known {
		if n > 1 {
			v.twice = append(v.twice, fmt.Sprintf("%s was made by %d mutations", record, n))
		}
	}
	for record := range e.after {
		if !e.before[record] && known[record] == 0 {
			v.twice = append(v.twice, record+" is there and no phone made it")
		}
	}
	for id, c := range e.stored {
		if _, there := shown[id]; !there {
			v.unknown = append(v.unknown, id+" ("+c.record+", "+c.status+") is at the server and on no phone")
		}
	}
}

func (v *verdict) holds() bool {
	return len(v.lost)+len(v.twice)+len(v.changed)+len(v.unseen)+len(v.unknown)+len(v.wrong) == 0 && v.applied > 0 && (v.cameras == 0 || v.parts > 0)
}

// print writes the figures, and at most a few of each thing that is wrong.
func (v *verdict) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("seed                     %d", v.seed)
	p("server killed            %d, of these while starting %d", v.kills, v.early)
	p("phones                   %d, killed %d", v.phones, v.phoneKills)
	p("mutations promised       %d", v.promised)
	p("  acknowledged           %d: applied %d, waiting and shown %d", v.acknowledged, v.applied, v.waiting)
	p("  sent more than once    %d (web app's engine); attempts that failed %d (second client)", v.retried, v.failures)
	if v.cameras > 0 {
		p("photographs              %d, %d parts compared; cameras %d, cut %d times", v.photos, v.parts, v.cameras, v.cuts)
	}
	kinds := make([]string, 0, len(v.toxics))
	for kind, n := range v.toxics {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}
	slices.Sort(kinds)
	p("connections under toxics %s", strings.Join(kinds, ", "))
	p("verify                   %s", v.verify)
	for _, list := range []struct {
		name  string
		found []string
	}{
		{"acknowledged and lost", v.lost},
		{"applied twice", v.twice},
		{"answered differently", v.changed},
		{"not shown", v.unseen},
		{"on no phone", v.unknown},
		{"wrong otherwise", v.wrong},
	} {
		p("%-24s %d", list.name, len(list.found))
		slices.Sort(list.found)
		for _, f := range list.found[:min(5, len(list.found))] {
			p("    %s", f)
		}
	}
}
