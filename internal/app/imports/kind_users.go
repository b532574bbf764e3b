package imports

import "chaski/internal/domain/fault"

var userSpec = Spec{
	Kind: Users, Title: "Usuarios", AdminOnly: true,
	About: "Una fila por persona, identificada por su correo. Se crean sin contraseña: después se entrega a cada una su enlace de invitación.",
	Fields: []Field{
		{
			Name: "email", Label: "Correo", Type: TypeEmail, Required: true, Example: "rosa.quispe@example.org",
			Synonyms: list{"correo electronico", "email", "e mail", "mail"},
		},
		{Name: "name", Label: "Nombre completo", Type: TypeText, Required: true, Example: "Rosa Quispe Mamani", Synonyms: list{"nombre", "nombres y apellidos", "apellidos y nombres"}},
		{Name: "role", Label: "Rol", Type: TypeChoice, Required: true, Choices: choicesOf["role"], Example: "Supervisor", Synonyms: list{"perfil", "cargo"}},
		{
			Name: "ut", Label: "Unidad territorial", Type: TypePattern, Pattern: utPattern, Example: "UT07",
			Synonyms: list{"ut", "codigo ut", "unidad"}, Hint: "código UT01 a UT99; obligatoria para supervisores y coordinadores",
		},
		rucField("entity", "RUC de la entidad", "", false, "ruc", "entidad", "ruc entidad"),
	},
	plan: planUser,
}

func planUser(b *Book, l *Line) {
	l.label = l.text("email")
	role := l.text("role")
	fields := l.copyTo(Values{}, "name", "role")
	switch role {
	case "supervisor", "ut_coordinator":
		if !l.has("ut") {
			l.bad("ut", fault.New(fault.ImportUTMissing, ""))
		}
	case "executor":
		if !l.has("entity") {
			l.bad("entity", fault.New(fault.ImportEntityMissing, ""))
		}
	}
	if l.has("ut") {
		if u := b.unit(l, "ut"); u != nil {
			fields["ut"] = u.ID
		}
	}
	if l.has("entity") {
		if e := b.entity(l, "entity"); e != nil {
			fields["entity"] = e.ID
		}
	}
	if existing := b.find("users", Values{"email": l.text("email")}); existing != nil && existing.ID == l.actor.User && existing.Fields.Text("role") != role {
		l.bad("role", fault.New(fault.ImportOwnRole, ""))
		return
	}
	l.put(b, "users", Values{"email": l.text("email")}, fields, Values{"active": true})
}
