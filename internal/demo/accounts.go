package demo

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Password of every demo account. The accounts carry demo = true, and the
// server refuses them off loopback.
const Password = "chaski-demo"

// Account is one sign-in of the demo.
type Account struct {
	Email string
	Role  string
	Name  string
	UT    string // code, "" for none
	What  string // what to look at with it, in Spanish
	// entity is the key of the body an executor works for.
	entity string
}

// Accounts in the order of the tour.
var Accounts = []Account{
	{
		Email: "supervisor@demo.pe", Role: "supervisor", Name: "Julia Retama Killa (demo)", UT: cusco,
		What: "UT Cusco, en el teléfono. Su primera visita a «" + firstVisitName + "» mueve la cifra.",
	},
	{
		Email: "supervisora2@demo.pe", Role: "supervisor", Name: "Nélida Quinual Wallata (demo)", UT: cusco,
		What: "La misma UT, otras actividades; tomó una del primer supervisor este mes.",
	},
	{
		Email: "supervisor3@demo.pe", Role: "supervisor", Name: "Óscar Zapote Chilalo (demo)", UT: piura,
		What: "UT Piura: no ve nada de Cusco.",
	},
	{
		Email: "coordinador@demo.pe", Role: "ut_coordinator", Name: "Efraín Molle Taruka (demo)", UT: cusco,
		What: "Coordina la UT Cusco: primero lo que espera su decisión, después su unidad.",
	},
	{
		Email: "coordinador2@demo.pe", Role: "ut_coordinator", Name: "Rosa Overo Chirimoyo (demo)", UT: piura,
		What: "Coordina la UT Piura: no abre nada de Cusco.",
	},
	{
		Email: "ejecutor@demo.pe", Role: "executor", Name: "Saturnina Tarwi Qori (demo)", entity: "chaska",
		What: "Municipalidad ficticia: actividades en marcha, con trabajadores sin póliza, y terminadas, con su rendición de cuentas. Lee sin señal; aún no registra hojas diarias.",
	},
	{
		Email: "analista@demo.pe", Role: "central_analyst", Name: "Delia Cantuta Puma (demo)",
		What: "Sede central: el tablero de actividades operativas en vivo y lo que hay detrás de cada cifra.",
	},
	{Email: "director@demo.pe", Role: "director", Name: "Hernán Ichu Cóndor (demo)", What: "Solo lectura."},
	{
		Email: "administrador@demo.pe", Role: "admin", Name: "Basilio Kantu Huallata (demo)",
		What: "Personas, roles, importaciones, institución y correo, catálogo, estado del servidor y copias.",
	},
	{Email: "auditor@demo.pe", Role: "auditor", Name: "Irma Sauco Lucero (demo)", What: "Solo lectura."},
}

// accounts share a password and so may share its hash, which takes long to make.
func accounts(l *loader) {
	users := l.collection("users")
	if users == nil {
		return
	}
	first := core.NewRecord(users)
	first.SetPassword(Password)
	for _, a := range Accounts {
		v := values{
			"email": a.Email, "password": first.GetRaw("password"), "verified": true, "name": a.Name, "role": a.Role,
			"active": true, "demo": true,
		}
		if a.UT != "" {
			v["ut"] = unitID(a.UT)
		}
		if a.entity != "" {
			v["entity"] = l.id("entities", a.entity)
		}
		l.put("users", a.Email, v)
	}
	l.stalePhone()
}

// stalePhone is the phone of the third supervisor, last seen days ago with two
// mutations unsent: what freshness on a board is for.
func (l *loader) stalePhone() {
	l.put("devices", thirdPhone, values{
		"user": l.id("users", "supervisor3@demo.pe"), "install": thirdPhone,
		"name": "Teléfono de demostración sin señal", "platform": "demo", "app_version": "demo", "state": "activo",
		"last_seen_at": instant(l.today.Add(-4), "22:40"), "outbox": 2,
		"oldest_pending_at": instant(l.today.Add(-4), "21:15"), "persisted": true,
	})
}

const thirdPhone = "demo-telefono-3"

// Tour is what the server prints after loading: who to sign in as and why.
func Tour() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Cuentas de demostración (contraseña: %s)\n", Password)
	for _, a := range Accounts {
		fmt.Fprintf(&b, "  %-21s %-16s %s\n", a.Email, a.Role, a.What)
	}
	return b.String()
}
