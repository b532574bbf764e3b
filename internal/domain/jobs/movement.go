package jobs

import (
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// The kinds of movement. A replacement is one act: somebody leaves a cupo and somebody
// else comes to it.
const (
	Alta    = "alta"
	Baja    = "baja"
	Replace = "reemplazo"
)

// Doubts about a movement that was taken: whoever validates it looks at them.
const (
	// Elsewhere: on the first day the same DNI is on the roster of another work.
	Elsewhere = "en_otra_obra"
)

// Adult is the age in years of who may come to a roster: the programme takes people from
// it on. An upper age is no rule of a roster.
const Adult = 18

// minMotive is how many characters say why somebody leaves.
const minMotive = 5

var (
	movesPeople = r.By{Right: actor.WriteMovements, Relation: r.Executes}
	madeMove    = r.By{Right: actor.WriteMovements, Relation: r.Made}
)

// movements are the changes of a roster. One record is the whole act: who leaves with
// his last day, who comes with his first. The rows of the roster follow from it in the
// same transaction (internal/app/movement.go); who comes has the movement's own id
// there, so that an act that is sent twice makes one person.
var movements = &r.Type{
	Name: "movements", Plural: "movimientos", Doc: "somebody comes to a roster, leaves it, or is replaced", Title: []string{"kind", "effective_on"}, Day: "effective_on",
	Form: "movement", Version: 1,
	Served: true, Place: r.AtWork("intervention"),
	Fields: []r.Field{
		r.MustRef("intervention", "interventions").Asks(r.Needed),
		r.Must("kind", r.OneOf(Alta, Baja, Replace)).Asks(r.Needed),
		r.Ref("participant", "participants").Says("who leaves; of an alta or a reemplazo who comes").Asks(r.Given).AskSays("(of a baja: who leaves)"),
		r.Ref("replaces", "participants").Says("participant").Asks(r.Given).AskSays("(of a reemplazo: who leaves)"),
		r.Ref("cupo", "cupos").Later().Says("to which somebody comes").Asks(r.Given).AskSays("(of an alta)"),
		r.Of("leaves_on", r.Day).Later().Says("last day of who is replaced").Asks(r.Given).AskSays("(of a reemplazo: the last day of who leaves)"),
		r.Must("effective_on", r.Day).Says("the last day of a baja, the first one of an alta or a reemplazo").Asks(r.Needed),
		r.Of("reason", r.Text).Asks(r.Given).AskSays("(of a baja or a reemplazo, ≥ 5 characters)"),
		r.Of("dni", r.DNI).OfServer().Asks(r.Given).AskSays("(of who comes, as the four that follow)"),
		r.Of("given_names", r.Short).OfServer().Asks(r.Given),
		r.Of("surnames", r.Short).OfServer().Asks(r.Given),
		r.Of("sex", r.OneOf("F", "M")).OfServer().Asks(r.Given),
		r.Of("birth_date", r.Past).OfServer().Asks(r.Given),
		r.Must("state", r.OneOf(Movements.Names()...)),
		r.Of("state_reason", r.Text).Later().Says("why it is void"),
		r.Of("doubts", r.List(isDoubt)).Later().Says("list of `en_otra_obra`: the same DNI was on another work's roster that day"),
		r.Of("recorded_by", r.ID).Later(), r.At("received_at").Later(),
		// What ended the stay of who leaves before this did.
		r.Of("held_until", r.Day).OfServer(),
	},
	Begins: r.Row{"state": "registrado"},
	Stamps: r.Stamps{Maker: "recorded_by", Received: "received_at"},
	Rules:  []r.Rule{r.SameWork("participant", "participants"), r.SameWork("replaces", "participants"), r.SameWork("cupo", "cupos"), r.Order("leaves_on", "effective_on")},
	Ops: []r.Op{
		{Name: "create", By: movesPeople, Rules: []r.FormRule{r.InWork("effective_on"), r.InWork("leaves_on"), r.Coded("movement", oneAct)}},
		{Name: "delete", By: madeMove},
	},
}

var isDoubt = r.In(Elsewhere)

// asked are the fields that each kind of movement must say; of the others it says none.
var asked = map[string][]string{
	Baja:    {"participant", "reason"},
	Alta:    {"cupo", "dni", "given_names", "surnames", "sex", "birth_date"},
	Replace: {"replaces", "leaves_on", "reason", "dni", "given_names", "surnames", "sex", "birth_date"},
}

// optional are all fields that only some kinds say, in the order of their faults.
var optional = []string{"participant", "replaces", "cupo", "leaves_on", "reason", "dni", "given_names", "surnames", "sex", "birth_date"}

// oneAct: a movement says what its kind needs and nothing else; who is replaced has left
// before the other comes; who comes is of age on his first day.
func oneAct(f *r.Reading, _ r.Context) {
	needs := map[string]bool{}
	for _, name := range asked[f.Text("kind")] {
		needs[name] = true
	}
	if len(needs) == 0 {
		return
	}
	for _, name := range optional {
		switch said := f.Text(name) != ""; {
		case f.Bad(name):
		case needs[name] && !said:
			f.Refuse(fault.New(fault.Required, name))
		case !needs[name] && said && name != "reason": // of an alta too one may say why
			f.Refuse(fault.New(fault.InvalidValue, name))
		case name == "reason" && needs[name] && len([]rune(f.Text(name))) < minMotive:
			f.Refuse(fault.New(fault.TooShort, name).With("min", strconv.Itoa(minMotive)))
		}
	}
	first := f.Text("effective_on")
	if first == "" || f.Bad("effective_on") {
		return
	}
	if last := f.Text("leaves_on"); last != "" && !f.Bad("leaves_on") && first <= last {
		f.Refuse(fault.New(fault.MovementOrder, "effective_on").With("last", last).With("first", first))
	}
	if born := f.Text("birth_date"); born != "" && !f.Bad("birth_date") && !OfAge(day.Day(born), day.Day(first)) {
		f.Refuse(fault.New(fault.UnderAge, "birth_date").With("age", strconv.Itoa(Adult)))
	}
}

// OfAge says whether somebody is an adult on a day.
func OfAge(born, on day.Day) bool {
	year, err := strconv.Atoi(string(born[:4]))
	return err == nil && strconv.Itoa(year+Adult)+string(born[4:]) <= string(on)
}
