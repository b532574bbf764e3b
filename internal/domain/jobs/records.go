package jobs

import r "chaski/internal/domain/record"

// Records are the kinds of record of works, their agreements, rosters and daily
// sheets.
var Records = []*r.Type{
	{
		Name: "interventions", Plural: "intervenciones", Served: true, Place: r.Place{r.Named("ut", "uts", r.OfUnit), r.Itself(r.OfWork)},
		Fields: []r.Field{
			r.Must("kind", r.OneOf("aii", "pi")), r.Must("name", r.Text), r.MustRef("ut", "uts"), r.MustRef("district", "districts"),
			r.Must("state", r.OneOf(Works.Names()...)), r.Must("starts_on", r.Day), r.Must("ends_on", r.Day), r.Of("place", r.Text), r.Of("lat_e6", r.Any), r.Of("lon_e6", r.Any),
		},
		Rules: []r.Rule{r.Order("starts_on", "ends_on"), r.InPeru},
		Read:  []string{"starts_on", "ends_on"},
	},
	{Name: "convenios", Plural: "convenios", Served: true, Place: r.Through("intervention", "interventions", r.Header()), Read: []string{"code"}, Fields: []r.Field{
		r.Must("code", r.Convenio), r.MustRef("intervention", "interventions"), r.MustRef("proposer", "entities"), r.MustRef("executor", "entities"),
		r.Must("funding_year", r.Year), r.Must("funding_frame", r.OneOf("ordinary", "ley_31728")),
	}},
	{
		Name: "cupos", Plural: "cupos", Served: true, Place: r.AtWork("intervention"),
		Fields: r.Join(
			r.Counting(r.MustRef("intervention", "interventions"), r.Must("state", r.OneOf(Cupos.Names()...))),
			[]r.Field{r.Of("number", r.Count)},
		),
		Read: []string{"intervention"},
	},
	{
		Name: "assignments", Plural: "asignaciones de supervisores", Served: true, Place: r.OfPeople("user"),
		Fields: []r.Field{
			r.MustRef("user", "users"), r.MustRef("intervention", "interventions"), r.Must("from_on", r.Day), r.Of("to_on", r.Day), r.Of("reason", r.Text),
		},
		Rules: []r.Rule{r.Order("from_on", "to_on")},
	},
	{
		// People are put on the roster before they begin, and it may be known until
		// when they stay: both days may lie ahead.
		Name: "participants", Plural: "participantes", Served: true, Place: r.AtWork("intervention"),
		Fields: r.Join(
			r.Counting(
				r.MustRef("intervention", "interventions"), r.MustRef("cupo", "cupos"), r.Must("dni", r.DNI),
				r.Must("alta_on", r.Day), r.Of("baja_on", r.Day).Says("last day, inclusive"),
			),
			[]r.Field{r.Must("given_names", r.Text), r.Must("surnames", r.Text), r.Must("sex", r.OneOf("F", "M"))},
		),
		Rules: r.Counted(r.Order("alta_on", "baja_on"), r.SameWork("cupo", "cupos")),
		Read:  []string{"intervention"},
	},
	{
		// Sensitive: in no device's bucket.
		Name: "participant_conditions", Plural: "condiciones", Place: r.Through("intervention", "interventions", r.Place{r.Named("ut", "uts", r.OfSensitiveUnit)}),
		Fields: []r.Field{
			r.MustRef("participant", "participants"), r.MustRef("intervention", "interventions"),
			r.Must("condition", r.OneOf("victima_violencia_1980_2000", "victima_violencia_genero", "con_discapacidad", "familiar_discapacidad_severa_contigo")),
			r.Must("source", r.OneOf("OMAPED", "OREDIS", "MIMP", "CMAN", "CONTIGO", "DECLARACION")), r.Must("accredited_on", r.Past),
		},
		Rules: []r.Rule{r.SameWork("participant", "participants")},
	},
	movements,
	dailySheets,
}
