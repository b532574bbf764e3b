package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// Whoever corrects the work of a visit, by whatever path, corrects what hangs on
// it: it has no work of its own. The same holds of policies and rendiciones.
func TestWhatBelongsFollows(t *testing.T) {
	for name, move := range map[string]func(k *testkit.Kit){
		"dashboard": func(k *testkit.Kit) {
			k.Do("PATCH", "/api/collections/visits/records/"+testkit.ID("v"), k.Superuser("root@example.org"),
				fields{"intervention": testkit.Muro, "convenio_code": testkit.Codes[testkit.Muro]}).JSON(200, nil)
		},
		"SQL": func(k *testkit.Kit) {
			k.SQL(`UPDATE visits SET intervention = '` + testkit.Muro + `', convenio_code = '` + testkit.Codes[testkit.Muro] + `' WHERE id = '` + testkit.ID("v") + `'`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := testkit.World(t)
			rosa, ana := k.Phone(testkit.Rosa), k.Phone(testkit.Ana)
			applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v"), rosa.Unlisted("u", "v", "99000001"), rosa.Mark("v", testkit.Canal, 1, "no_visto"),
				rosa.Visit("stays", testkit.Canal, nil), rosa.Finding("other", "stays")))
			move(k)
			rosa.Pull()
			ana.Pull()
			for collection, id := range map[string]string{"visits": "v", "findings": "f", "unlisted_workers": "u", "visit_marks": "vm1"} {
				if r := row(rosa, collection, id); r["intervention"] != testkit.Muro {
					t.Errorf("%s: %v", collection, r)
				}
			}
			if r := row(rosa, "findings", "other"); r["intervention"] != testkit.Canal {
				t.Errorf("of another visit: %v", r)
			}
			if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'followed' AND json_extract(detail, '$.with') = 'visits/` + testkit.ID("v") + `'`); n != 3 {
				t.Errorf("%d in the trail, want 3", n)
			}
		})
	}
	k := testkit.World(t)
	k.SQL(`UPDATE insurance_policies SET intervention = '` + testkit.Muro + `'
		WHERE id = (SELECT insurance_policy FROM insured_persons WHERE id = '` + testkit.ID("incana3") + `')`)
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	if r := row(rosa, "insured_persons", "incana3"); r["intervention"] != testkit.Muro {
		t.Errorf("insured: %v", r)
	}
}
