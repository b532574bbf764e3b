// Package territory declares the catalogue's records: units, districts, which
// unit serves which, holidays, public bodies, dated parameters and checklists.
package territory

import (
	"regexp"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// Records are the kinds of record of the catalogue.
var Records = []*r.Type{
	{Name: "uts", Plural: "unidades territoriales", Served: true, Place: r.Place{r.Itself(r.OfUnit)}, Fields: []r.Field{r.Must("code", r.Like(`^UT\d{2}$`)), r.Must("name", r.Text), r.Of("note", r.Text), r.Flag("assumption").Says("name and reach are not official")}},
	// Of whatever date: a place needs its name where it once was served, and no
	// bucket depends on today.
	{Name: "districts", Plural: "distritos", Served: true, Place: r.Place{{From: "jurisdictions", By: []string{"district"}, Take: "ut", To: "uts", Of: r.OfUnit}}, Fields: []r.Field{
		r.Must("ubigeo", r.Ubigeo), // INEI, not RENIEC
		r.Must("name", r.Text), r.Must("province", r.Text), r.Must("department", r.Text),
	}},
	{
		Name: "jurisdictions", Plural: "jurisdicciones",
		Fields: []r.Field{
			r.MustRef("district", "districts"), r.MustRef("ut", "uts"), r.Must("valid_from", r.Day), r.Of("valid_to", r.Day), r.Of("note", r.Text),
			r.Flag("assumption"),
		},
		Rules: []r.Rule{r.Order("valid_from", "valid_to")},
	},
	{Name: "holidays", Plural: "feriados", Served: true, Place: r.Everywhere(), Fields: []r.Field{r.Must("day", r.Day), r.Must("name", r.Text), r.Must("norm", r.Text), r.Must("scope", r.Text).Says("`national`, or the two digits of the department in which alone it is a holiday, as in the ubigeo: it counts for works whose district is there")}},
	{
		Name: "entities", Plural: "entidades", Fields: []r.Field{r.Must("ruc", r.RUC), r.Must("name", r.Text)},
		Served: true, Place: r.Place{r.Backwards("convenios", []string{"proposer", "executor"}, "intervention", "interventions", r.Header())},
	},
	{
		Name: "parameters", Plural: "parámetros", Served: true, Place: r.Everywhere(),
		Fields: []r.Field{
			r.Must("key", r.Like(`^[a-z0-9_.]+$`)), r.Must("valid_from", r.Day), r.Of("valid_to", r.Day), r.Must("norm", r.Text), r.Of("unit", r.Text),
			r.Value("value"), r.Flag("assumption"),
		},
		Rules: []r.Rule{r.Order("valid_from", "valid_to")},
	},
	{Name: "checklists", Plural: "listas de verificación", Served: true, Place: r.Everywhere(), Fields: []r.Field{
		r.Must("key", r.Like(`^[a-z0-9_]+$`)), r.Must("version", r.Between(1, 1<<31)), r.Must("title", r.Text), r.Must("valid_from", r.Day),
		r.Of("items", r.Only(r.KindJSON, items)).Says("list of `{key,label}`"),
		r.Of("shots", r.Only(r.KindJSON, items)).Later().Says("list of `{key,label,required}`: the photographs that a visit with it asks for"),
	}},
}

var itemKey = regexp.MustCompile(`^[a-z0-9_]{1,60}$`)

// items are the questions of a checklist, or its shots, [{"key","label"}], each key once.
func items(name string, v any, _ day.Day) *fault.Fault {
	list, ok := v.([]any)
	if !ok {
		return fault.New(fault.InvalidValue, name)
	}
	seen := map[string]bool{}
	for _, x := range list {
		item, _ := x.(map[string]any)
		key, _ := item["key"].(string)
		label, _ := item["label"].(string)
		if !itemKey.MatchString(key) || label == "" || seen[key] {
			return fault.New(fault.InvalidValue, name).With("item", r.Clip(key))
		}
		seen[key] = true
	}
	return nil
}
