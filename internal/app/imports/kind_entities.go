package imports

import "chaski/internal/domain/fault"

var entitySpec = Spec{
	Kind: Entities, Title: "Entidades (municipalidades y otros organismos)",
	About: "Una fila por entidad, identificada por su RUC.",
	Fields: append([]Field{
		rucField("ruc", "RUC", "20131312955", true, "n ruc", "numero de ruc", "ruc entidad"),
		{
			Name: "name", Label: "Nombre de la entidad", Type: TypeText, Required: true, Example: "Municipalidad Distrital de Qantu",
			Synonyms: list{"nombre", "entidad", "razon social", "municipalidad", "organismo", "gobierno local"},
		},
		{
			Name: "ubigeo", Label: "Ubigeo", Type: TypeUbigeo, Example: "080405", Hint: "INEI, 6 dígitos, como texto; puede quedar vacío",
			Synonyms: list{"ubigeo inei", "distrito", "cod ubigeo", "codigo de ubigeo"},
		},
	}, placeFields...),
	plan: planEntity,
}

func planEntity(b *Book, l *Line) {
	l.label = "RUC " + l.text("ruc")
	fields := l.copyTo(Values{}, "name")
	if l.has("ubigeo") {
		if d := b.district(l, "ubigeo"); d != nil {
			fields["district"] = d.ID
		}
	}
	l.put(b, "entities", Values{"ruc": l.text("ruc")}, fields, nil)
}

// entity is the one a RUC names.
func (b *Book) entity(l *Line, field string) *Rec {
	e := b.find("entities", Values{"ruc": l.text(field)})
	if e == nil {
		l.bad(field, fault.New(fault.ImportEntityUnknown, "").With("value", l.text(field)))
	}
	return e
}

// unit is the territorial unit a code names.
func (b *Book) unit(l *Line, field string) *Rec {
	u := b.find("uts", Values{"code": l.text(field)})
	if u == nil {
		l.bad(field, fault.New(fault.ImportUTUnknown, "").With("value", l.text(field)))
	}
	return u
}

// convenio is the agreement a code names.
func (b *Book) convenio(l *Line) *Rec {
	c := b.find("convenios", Values{"code": l.text("convenio_code")})
	if c == nil {
		l.bad("convenio_code", fault.New(fault.ImportConvenioUnknown, "").With("value", l.text("convenio_code")))
	}
	return c
}
