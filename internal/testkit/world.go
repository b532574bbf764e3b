package testkit

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"chaski/internal/domain/day"
)

// ID pads a readable name to the form of a record id.
func ID(name string) string { return fmt.Sprintf("%s%s", name, "zzzzzzzzzzzzzzz"[len(name):]) }

// The people and works of the world.
var (
	UT1 = ID("ut1")
	UT2 = ID("ut2")

	Rosa  = ID("rosa")  // supervisor of UT1
	Luis  = ID("luis")  // supervisor of UT1, nothing assigned
	Ines  = ID("ines")  // supervisor of UT2
	Carla = ID("carla") // coordinator of UT1
	Elsa  = ID("elsa")  // executor of Canal and Muro
	Ana   = ID("ana")   // central analyst
	Dora  = ID("dora")  // director
	Aldo  = ID("aldo")  // auditor
	Otto  = ID("otto")  // data officer

	Canal  = ID("canal")
	Muro   = ID("muro")
	Puente = ID("puente")

	JobAO      = ID("aojob")
	TransferAO = ID("aotransfer")
)

// Codes of the works' agreements.
var Codes = map[string]string{Canal: "11-0001-AII-26", Muro: "11-0002-AII-26", Puente: "12-0003-AII-26"}

// Worker is the nth participant of a work; each has a cupo of his own.
func Worker(work string, n int) string { return ID(fmt.Sprintf("%sw%d", work[:4], n)) }

// Cupo is the nth cupo of a work.
func Cupo(work string, n int) string { return ID(fmt.Sprintf("%sc%d", work[:4], n)) }

// World starts a server with two units. Canal and Muro are works of UT1,
// assigned to Rosa; Puente of UT2, to Ines. Each has three cupos and workers.
// Months are closed through 2026-09; the exercise 2026 is running.
func World(t *testing.T) *Kit {
	t.Helper()
	worldOnce.Do(func() { worldDir = buildWorld(t) })
	if worldDir == "" {
		t.Fatal("the world was not built")
	}
	return start(t, worldDir)
}

var (
	worldOnce sync.Once
	worldDir  string
)

// buildWorld builds the world once a process; tests get copies.
func buildWorld(t *testing.T) string {
	t.Helper()
	k := Empty(t)
	if err := k.Engine.InTransaction(context.Background(), k.App, func(ctx context.Context, tx core.App) error {
		k.ctx, k.tx = ctx, tx
		defer func() { k.ctx, k.tx = nil, nil }()
		k.build()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	k.SQL(`PRAGMA wal_checkpoint(TRUNCATE)`)
	dir, err := tests.TempDirClone(k.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func (k *Kit) build() {
	k.Save("uts", UT1, map[string]any{"code": "UT01", "name": "Unidad Uno"})
	k.Save("uts", UT2, map[string]any{"code": "UT02", "name": "Unidad Dos"})
	for i, ut := range []string{UT1, UT2} {
		k.Save("districts", ID(fmt.Sprintf("dist%d", i+1)), map[string]any{
			"ubigeo": fmt.Sprintf("15010%d", i+1), "name": "Distrito",
			"province": "Lima", "department": "Lima", "valid_from": "2020-01-01",
		})
		k.Save("jurisdictions", ID(fmt.Sprintf("juris%d", i+1)), map[string]any{
			"district": ID(fmt.Sprintf("dist%d", i+1)), "ut": ut, "valid_from": "2020-01-01",
		})
	}
	k.Save("entities", ID("muni"), map[string]any{"ruc": "20131312955", "name": "Municipalidad de prueba"})
	k.Save("entities", ID("otra"), map[string]any{"ruc": "20100070970", "name": "Otra municipalidad"})
	k.people()
	k.planning()
	for i, work := range []string{Canal, Muro, Puente} {
		k.work(work, i)
	}
	k.Save("assignments", ID("as1"), map[string]any{"user": Rosa, "intervention": Canal, "from_on": "2026-10-01"})
	k.Save("assignments", ID("as2"), map[string]any{"user": Rosa, "intervention": Muro, "from_on": "2026-10-01"})
	k.Save("assignments", ID("as3"), map[string]any{"user": Ines, "intervention": Puente, "from_on": "2026-10-01"})
}

// CloseThrough closes months in their order, on the first day after the last one.
func (k *Kit) CloseThrough(last day.Month) {
	k.T.Helper()
	first, err := time.ParseInLocation("2006-01", string(last.Next()), day.Lima)
	if err != nil {
		k.T.Fatal(err)
	}
	k.Clock = first.Add(12 * time.Hour)
	var m string
	if err := k.App.DB().NewQuery(`SELECT max(month) FROM month_closes`).Row(&m); err != nil {
		k.T.Fatal(err)
	}
	for next := day.Month(m).Next(); next <= last; next = next.Next() {
		k.Save("month_closes", ID("m"+string(next[:4])+string(next[5:])), map[string]any{"month": string(next)})
	}
}

func (k *Kit) people() {
	for _, p := range []struct{ id, role, ut, entity string }{
		{Rosa, "supervisor", UT1, ""},
		{Luis, "supervisor", UT1, ""},
		{Ines, "supervisor", UT2, ""},
		{Carla, "ut_coordinator", UT1, ""},
		{Elsa, "executor", "", ID("muni")},
		{Ana, "central_analyst", "", ""},
		{Dora, "director", "", ""},
		{Aldo, "auditor", "", ""},
		{Otto, "data_officer", "", ""},
	} {
		k.Save("users", p.id, map[string]any{
			"email": p.id + "@example.org", "password": "chaski-test", "name": "Persona " + p.id,
			"role": p.role, "ut": p.ut, "entity": p.entity, "active": true, "verified": true,
		})
	}
}

func (k *Kit) planning() {
	k.Save("exercises", ID("ex2026"), map[string]any{"year": 2026, "kind": "demonstration", "note": "Ejercicio de demostración", "aei_target": 100})
	ao := func(id, key, unit, rule string, year, target int) {
		k.Save("aos", id, map[string]any{
			"key": key, "name": "AO " + key, "exercise": year, "funding_frame": "ordinary", "unit_measure": unit,
			"budget_category": "PP0073", "counting_rule": rule, "followup_approved": true, "physical_target": target, "financial_target": 100_000_00,
		})
	}
	ao(JobAO, "seguimiento", "job", "cupo_v1", 2026, 10)
	ao(TransferAO, "transferencia", "transfer", "transferencia_v1", 2026, 4)
	for m := 1; m <= 8; m++ {
		k.Save("month_closes", ID(fmt.Sprint("closed", m)), map[string]any{"month": fmt.Sprintf("2026-%02d", m)})
	}
	k.Save("month_closes", ID("close"), map[string]any{"month": "2026-09"})
	k.Save("checklists", ID("check"), map[string]any{
		"key": "visita_aii", "version": 1, "title": "Lista", "valid_from": "2026-01-01",
		"items": []map[string]string{{"key": "cartel", "label": "¿Hay cartel?"}},
	})
	k.Save("parameters", ID("param"), map[string]any{
		"key": "rendicion.deadline_workdays", "value": 15, "unit": "días hábiles",
		"valid_from": "2020-01-01", "norm": "Supuesto", "assumption": true,
	})
}

func (k *Kit) work(work string, i int) {
	ut, district, entity := UT1, ID("dist1"), ID("muni")
	if work == Puente {
		ut, district, entity = UT2, ID("dist2"), ID("otra")
	}
	k.Save("interventions", work, map[string]any{
		"kind": "aii", "name": "Obra " + work, "ut": ut, "district": district, "state": "en_ejecucion",
		"starts_on": "2026-08-03", "ends_on": "2026-12-18", "place": "Plaza", "lat_e6": -12046374, "lon_e6": -77042793,
	})
	k.Save("convenios", ID("cv"+work[:4]), map[string]any{
		"code": Codes[work], "intervention": work, "proposer": entity, "executor": entity,
		"funding_year": 2026, "funding_frame": "ordinary", "amount": 150_000_00,
	})
	k.Save("insurance_policies", ID("pol"+work[:4]), map[string]any{
		"intervention": work, "number": fmt.Sprintf("P-%d", i), "insurer_ruc": "20100070970",
		"insurer_name": "Aseguradora de prueba", "kind": "accidentes", "valid_from": "2026-08-01", "valid_to": "2026-12-31", "state": "emitida",
	})
	for n := 1; n <= 3; n++ {
		dni := fmt.Sprintf("990%02d%03d", i, n)
		k.Save("cupos", Cupo(work, n), map[string]any{"intervention": work, "number": n, "state": "activo"})
		k.Save("participants", Worker(work, n), map[string]any{
			"intervention": work, "cupo": Cupo(work, n), "dni": dni, "given_names": "Persona",
			"surnames": fmt.Sprint("Prueba ", n), "sex": "F", "birth_date": "1990-01-01", "alta_on": "2026-08-03",
		})
		k.Save("insured_persons", ID(fmt.Sprintf("in%s%d", work[:4], n)), map[string]any{
			"insurance_policy": ID("pol" + work[:4]), "intervention": work,
			"dni": dni, "from_on": "2026-08-03",
		})
	}
}
