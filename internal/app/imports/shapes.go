package imports

import (
	"chaski/internal/domain/naturalkey"
	"chaski/internal/records"
)

// shape says how a collection is read: its columns, the fields that name a row
// for people (its natural key), and by which owner rows are loaded; without one
// the collection is small enough to be read whole.
type shape struct {
	key     []string
	scope   string
	index   []string // fields by which rows are found besides
	columns []StoredColumn
	// form is of a field of the key that people write in several ways: what its
	// spellings have in common (internal/domain/naturalkey).
	form map[string]func(string) string
}

type forms = map[string]func(string) string

func kept(texts, ints, bools []string) []StoredColumn {
	var out []StoredColumn
	for kind, names := range map[ColumnKind][]string{AsText: texts, AsInt: ints, AsBool: bools} {
		for _, n := range names {
			out = append(out, StoredColumn{n, kind})
		}
	}
	return out
}

type list = []string

// formOf leaves alone what has no form that is sure.
func formOf(read func(string) (string, bool)) func(string) string {
	return func(s string) string {
		if form, ok := read(s); ok {
			return form
		}
		return s
	}
}

// shapes of the collections an import reads or writes.
var shapes = map[string]shape{
	"uts": {key: list{"code"}, columns: kept(list{"code", "name"}, nil, nil)},
	"districts": {
		key: list{"ubigeo", "valid_from"}, index: list{"ubigeo"},
		columns: kept(list{"ubigeo", "name", "province", "department", "ut", "valid_from", "valid_to"}, nil, nil),
	},
	"jurisdictions": {
		key: list{"district", "valid_from"}, index: list{"district"},
		columns: kept(list{"district", "ut", "valid_from", "valid_to"}, nil, nil),
	},
	"entities":  {key: list{"ruc"}, columns: kept(list{"ruc", "name", "district"}, nil, nil)},
	"exercises": {key: list{"year"}, columns: kept(list{"kind", "note", "aei"}, list{"year"}, nil)},
	"aos": {
		key: list{"exercise", "key"}, scope: "exercise",
		columns: kept(list{"key", "code", "name", "funding_frame", "unit_measure", "budget_category", "counting_rule"},
			list{"exercise", "physical_target", "financial_target", "position"}, list{"followup_approved"}),
	},
	"poi_versions": {
		key: list{"exercise", "key"}, scope: "exercise",
		columns: kept(list{"key", "label", "approved_on", "resolution", "reason"}, list{"exercise", "position"}, nil),
	},
	"ao_versions": {
		key: list{"poi_version", "ao"}, scope: "poi_version",
		columns: kept(list{"poi_version", "ao", "aei", "cause"}, list{"physical_target", "financial_target"}, list{"active"}),
	},
	"budget_execution": {
		key: list{"ao", "month", "clasificador"}, scope: "ao",
		columns: kept(list{"ao", "month", "clasificador"}, list{"amount"}, nil),
		form:    forms{"clasificador": formOf(naturalkey.Clasificador)},
	},
	"interventions": {
		key:     list{"id"},
		columns: kept(list{"kind", "name", "ut", "district", "state", "starts_on", "ends_on", "place"}, list{"lat_e6", "lon_e6"}, nil),
	},
	"convenios": {
		key:     list{"code"},
		columns: kept(list{"code", "intervention", "proposer", "executor", "funding_frame", "signed_on"}, list{"funding_year", "amount"}, nil),
	},
	"assignments": {
		key: list{"user", "intervention", "from_on"}, scope: "intervention",
		columns: kept(list{"user", "intervention", "from_on", "to_on", "reason"}, nil, nil),
	},
	"resolutions": {
		key: list{"number"}, columns: kept(list{"number", "published_on", "state"}, nil, nil),
		form: forms{"number": naturalkey.Resolution},
	},
	"transfers": {
		key: list{"resolution", "convenio"}, scope: "convenio",
		columns: kept(list{"resolution", "convenio", "state", "accrued_on"}, list{"amount"}, nil),
	},
	"users": {
		key:     list{"email"},
		columns: kept(list{"email", "name", "role", "ut", "entity"}, nil, list{"active"}),
	},
	"cupos": {key: list{"intervention", "number"}, scope: "intervention", columns: kept(list{"intervention", "state"}, list{"number"}, nil)},
	"participants": {
		key: list{"cupo", "dni", "alta_on"}, scope: "intervention", index: list{"cupo", "dni"},
		columns: kept(list{"intervention", "cupo", "dni", "given_names", "surnames", "sex", "birth_date", "alta_on", "baja_on"}, nil, nil),
	},
	"insurance_policies": {
		key: list{"insurer_ruc", "number"}, scope: "intervention",
		columns: kept(list{"intervention", "number", "insurer_ruc", "insurer_name", "kind", "valid_from", "valid_to", "state"}, nil, nil),
		form:    forms{"number": naturalkey.Policy},
	},
	"insured_persons": {
		key: list{"insurance_policy", "dni", "from_on"}, scope: "intervention", index: list{"dni"},
		columns: kept(list{"insurance_policy", "intervention", "dni", "from_on", "to_on", "insurance_certificate"}, nil, nil),
	},
}

// columnLabels are the fields as people read them, for what changes.
var columnLabels = map[string]string{
	"name": "Nombre", "district": "Distrito", "ut": "Unidad territorial", "code": "Código", "kind": "Tipo", "state": "Estado",
	"starts_on": "Inicio", "ends_on": "Término", "place": "Lugar", "lat_e6": "Latitud", "lon_e6": "Longitud",
	"proposer": "Organismo proponente", "executor": "Organismo ejecutor", "funding_year": "Año del recurso",
	"funding_frame": "Marco de financiamiento", "amount": "Monto", "signed_on": "Fecha de firma", "published_on": "Fecha de publicación",
	"accrued_on": "Fecha de devengado", "role": "Rol", "entity": "Entidad", "given_names": "Nombres", "surnames": "Apellidos",
	"sex": "Sexo", "birth_date": "Fecha de nacimiento", "baja_on": "Fecha de baja", "insurer_name": "Aseguradora",
	"valid_from": "Vigente desde", "valid_to": "Vigente hasta", "to_on": "Hasta", "label": "Nombre de la versión",
	"approved_on": "Fecha de aprobación", "resolution": "Resolución", "reason": "Motivo", "cause": "Causa del cambio", "aei": "AEI",
	"physical_target": "Meta física", "financial_target": "Meta financiera", "unit_measure": "Unidad de medida",
	"budget_category": "Categoría presupuestal", "counting_rule": "Regla de conteo", "followup_approved": "Seguimiento aprobado",
	"active": "Activa", "position": "Orden", "ruc": "RUC", "insurer_ruc": "RUC de la aseguradora", "dni": "DNI", "number": "Número",
	"key": "Clave", "year": "Año", "exercise": "Ejercicio", "month": "Mes", "clasificador": "Clasificador", "note": "Nota",
	"intervention": "Intervención", "convenio": "Convenio", "cupo": "Cupo", "ao": "Actividad operativa", "poi_version": "Versión del POI",
	"insurance_policy": "Póliza", "insurance_certificate": "Constancia", "user": "Usuario", "alta_on": "Fecha de alta", "from_on": "Desde", "aei_target": "Meta de la AEI",
	"province": "Provincia", "department": "Departamento",
}

// ColumnLabel is a column as people read it.
func ColumnLabel(name string) string {
	if l := columnLabels[name]; l != "" {
		return l
	}
	return name
}

// otherLabels are collections that no kind of record is, as people read them.
var otherLabels = map[string]string{"users": "usuarios", "devices": "equipos", "sync_mutations": "registros en revisión"}

// CollectionLabel is a collection as people read it, in the plural.
func CollectionLabel(name string) string {
	if t := records.Find(name); t != nil {
		return t.Plural
	}
	if l := otherLabels[name]; l != "" {
		return l
	}
	return name
}
