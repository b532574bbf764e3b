package main

import (
	"context"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/identity"
)

// The world every run starts from: two units, three supervisors, six works of
// twelve workers, on 2026-06-15. Ids are readable: "aii000000000001".
const (
	works   = 6
	workers = 12
)

type seeder struct {
	ctx context.Context
	tx  core.App
}

func id(prefix string, n int) string { return fmt.Sprintf("%s%0*d", prefix, 15-len(prefix), n) }

func (s *seeder) save(collection, id string, fields map[string]any) error {
	c, err := s.tx.FindCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	rec := core.NewRecord(c)
	rec.Id = id
	for name, value := range fields {
		rec.Set(name, value)
	}
	if err := s.tx.SaveWithContext(s.ctx, rec); err != nil {
		return fmt.Errorf("%s/%s: %w", collection, id, err)
	}
	return nil
}

func (s *seeder) all() error {
	for _, step := range []func() error{s.territory, s.planning, s.people, s.works} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func ruc(n int) string {
	first := fmt.Sprintf("2010%06d", n)
	return first + identity.RUCCheck(first)
}

func (s *seeder) territory() error {
	for u := 1; u <= 2; u++ {
		if err := s.save("uts", id("ut", u), map[string]any{"code": fmt.Sprintf("UT%02d", u), "name": fmt.Sprintf("Unidad %d", u)}); err != nil {
			return err
		}
		if err := s.save("districts", id("district", u), map[string]any{
			"ubigeo": fmt.Sprintf("1501%02d", u), "name": fmt.Sprintf("Distrito %d", u),
			"province": "Provincia", "department": "Departamento", "valid_from": "2020-01-01",
		}); err != nil {
			return err
		}
		if err := s.save("jurisdictions", id("jurisdiction", u), map[string]any{
			"district": id("district", u), "ut": id("ut", u), "valid_from": "2020-01-01",
		}); err != nil {
			return err
		}
		if err := s.save("entities", id("entity", u), map[string]any{"ruc": ruc(u), "name": fmt.Sprintf("Municipalidad %d", u)}); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) planning() error {
	// So that the marks of a run are the same wherever it is run again.
	if _, err := s.tx.DB().NewQuery(`UPDATE sync_clock SET key = 'sim'`).Execute(); err != nil {
		return err
	}
	if err := s.save("exercises", id("exercise", 1), map[string]any{"year": 2026, "kind": "demonstration"}); err != nil {
		return err
	}
	for n, frame := range []string{"ordinary", "ley_31728"} {
		ao := id("ao", n+1)
		if err := s.save("aos", ao, map[string]any{
			"key": "jobs_" + frame, "name": "Empleos temporales", "exercise": 2026, "funding_frame": frame,
			"unit_measure": "job", "counting_rule": "cupo_v1", "physical_target": 1200, "financial_target": 0, "position": n + 1,
		}); err != nil {
			return err
		}
		for month := 1; month <= 12; month++ {
			if err := s.save("ao_months", id(fmt.Sprintf("month%d", n), month), map[string]any{
				"ao":    ao,
				"month": fmt.Sprintf("2026-%02d", month), "physical_target": 100,
			}); err != nil {
				return err
			}
		}
	}
	if err := s.save("parameters", id("parameter", 1), map[string]any{
		"key": "visit.radius_m", "value": 500, "unit": "m",
		"valid_from": "2020-01-01", "norm": "Directiva", "assumption": true,
	}); err != nil {
		return err
	}
	return s.save("checklists", id("checklist", 1), map[string]any{
		"key": "visita", "version": 1, "title": "Visita", "valid_from": "2020-01-01",
		"items": []map[string]string{{"key": "epp", "label": "¿Usan equipo de protección?"}},
	})
}

// people: two supervisors in the first unit, one in the second.
func (s *seeder) people() error {
	for n, ut := range []int{1, 1, 2} {
		if err := s.save("users", id("user", n+1), map[string]any{
			"email": fmt.Sprintf("s%d@example.pe", n+1), "password": "una-clave-larga",
			"name": fmt.Sprintf("Supervisor %d", n+1), "role": "supervisor", "ut": id("ut", ut), "active": true, "verified": true,
		}); err != nil {
			return err
		}
	}
	return s.desks()
}

// desks: those who decide about what phones sent, and who manages devices.
func (s *seeder) desks() error {
	for n, x := range []struct{ role, ut string }{{"ut_coordinator", id("ut", 1)}, {"central_reviewer", ""}, {"admin", ""}} {
		if err := s.save("users", id("user", 11+n), map[string]any{
			"email": fmt.Sprintf("d%d@example.pe", n+1), "password": "una-clave-larga",
			"name": fmt.Sprintf("Oficina %d", n+1), "role": x.role, "ut": x.ut, "active": true, "verified": true,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) works() error {
	for n := 1; n <= works; n++ {
		ut := (n-1)/4 + 1
		aii := id("aii", n)
		frame := "ordinary"
		if n%3 == 0 {
			frame = "ley_31728"
		}
		if err := s.save("interventions", aii, map[string]any{
			"kind": "aii", "name": fmt.Sprintf("Limpieza del canal %d", n), "ut": id("ut", ut),
			"district": id("district", ut), "state": "en_ejecucion", "starts_on": "2026-05-01", "ends_on": "2026-12-31", "place": "Sector",
		}); err != nil {
			return err
		}
		if err := s.save("convenios", id("convenio", n), map[string]any{
			"code": fmt.Sprintf("11-%04d-AII-09", n), "intervention": aii,
			"proposer": id("entity", ut), "executor": id("entity", ut), "funding_year": 2026, "funding_frame": frame, "amount": 100000,
		}); err != nil {
			return err
		}
		if err := s.save("assignments", id("assign", n), map[string]any{"user": id("user", (n+1)/2), "intervention": aii, "from_on": "2026-05-01"}); err != nil {
			return err
		}
		if err := s.roster(aii, n); err != nil {
			return err
		}
		if err := s.papers(aii, n); err != nil {
			return err
		}
	}
	return nil
}

// papers are what the office keeps of a work and phones only hold.
func (s *seeder) papers(aii string, n int) error {
	rendicion := id("rend", n)
	for _, row := range []struct {
		collection, id string
		fields         map[string]any
	}{
		{"movements", id("mov", n), map[string]any{"participant": id("part", n*100+1), "kind": "alta", "effective_on": "2026-05-01", "state": "validado"}},
		{"insurance_certificates", id("cert", n), map[string]any{
			"insurance_policy": id("policy", n), "number": fmt.Sprintf("C-%d", n), "issued_on": "2026-05-02", "insured": workers, "state": "conforme",
		}},
		{"rendiciones", rendicion, map[string]any{"state": "pendiente", "due_on": "2027-01-15"}},
		{"rendicion_lines", id("line", n), map[string]any{"rendicion": rendicion, "kind": "insumos", "amount": 1000 * n}},
		{"rendicion_documents", id("doc", n), map[string]any{
			"rendicion": rendicion, "kind": "oficio", "sha256": fmt.Sprintf("%064x", n), "size": 1024, "mime": "application/pdf", "name": "oficio.pdf",
			"uploaded_at": "2026-06-01 12:00:00.000Z", "received_at": "2026-06-01 12:00:00.000Z", "recorded_by": id("user", (n+1)/2),
			"captured_at": "2026-06-01T12:00:00Z", "source": "file",
		}},
		{"rendicion_observations", id("obs", n), map[string]any{
			"rendicion": rendicion, "target": "line", "item": "insumos", "also": []string{}, "text": "Falta el comprobante", "state": "abierta", "round": 1,
			"made_at": "2026-06-02 12:00:00.000Z",
		}},
		{"accidents", id("acc", n), map[string]any{
			"participant": id("part", n*100+1), "happened_on": "2026-05-20", "place": "Frente 1", "description": "Se torció el pie al bajar",
			"recorded_by": id("user", (n+1)/2), "received_at": "2026-05-20 15:00:00.000Z",
		}},
	} {
		row.fields["intervention"] = aii
		if err := s.save(row.collection, row.id, row.fields); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) roster(aii string, n int) error {
	policy := id("policy", n)
	if err := s.save("insurance_policies", policy, map[string]any{
		"intervention": aii, "number": fmt.Sprintf("P-%d", n), "insurer_ruc": ruc(90),
		"insurer_name": "Aseguradora", "kind": "sctr", "valid_from": "2026-05-01", "valid_to": "2026-12-31", "state": "emitida",
	}); err != nil {
		return err
	}
	for k := 1; k <= workers; k++ {
		number := n*100 + k
		dni := fmt.Sprintf("%08d", 10_000_000+number)
		if err := s.save("cupos", id("cupo", number), map[string]any{"intervention": aii, "number": k, "state": "activo"}); err != nil {
			return err
		}
		if err := s.save("participants", id("part", number), map[string]any{
			"intervention": aii, "cupo": id("cupo", number), "dni": dni,
			"given_names": "Persona", "surnames": fmt.Sprintf("Ficticia %d", number), "sex": "F", "birth_date": "1990-01-01", "alta_on": "2026-05-01",
		}); err != nil {
			return err
		}
		if err := s.save("insured_persons", id("insured", number), map[string]any{
			"insurance_policy": policy, "intervention": aii, "dni": dni,
			"from_on": "2026-05-01",
		}); err != nil {
			return err
		}
	}
	return nil
}
