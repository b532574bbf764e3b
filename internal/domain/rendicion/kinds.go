// Package rendicion has the rules of the rendición de cuentas, the account an
// executor renders of an intervention that has ended: what squares, which
// documents are due, who may do what in which state, what an observation opens
// again, and when it is due.
//
// The balance is also computed in the browser; both must pass
// testdata/rules/rendicion.json.
package rendicion

// Line is a kind of amount the executor states. What was transferred is none:
// it is read from the transfers accrued.
type Line string

// The lines, in the order of the form.
const (
	Cofinancing Line = "cofinanciamiento_oe" // the executor's own money
	MONC        Line = "monc"                // unskilled labour
	Supplies    Line = "insumos"
	Tools       Line = "herramientas"
	EPP         Line = "epp"
	Insurance   Line = "seguros"
	Technical   Line = "personal_tecnico"
	Other       Line = "otros"
	Returned    Line = "devuelto" // given back to the programme
	Balance     Line = "saldo"    // still on the executor's account
)

// Lines lists every line once.
var Lines = []Line{Cofinancing, MONC, Supplies, Tools, EPP, Insurance, Technical, Other, Returned, Balance}

// Known says whether l is a line.
func (l Line) Known() bool { return has(Lines, l) }

// Document is a kind of supporting document.
type Document string

// The documents of the checklist.
const (
	DocOffice          Document = "oficio"
	DocTechnicalReport Document = "informe_rt"
	DocInspectorReport Document = "informe_ia"
	DocStartRecord     Document = "acta_inicio"
	DocEndRecord       Document = "acta_termino"
	DocAttendance      Document = "cuaderno_asistencia"
	DocPayroll         Document = "planilla_pago"
	DocRoster          Document = "padron_movimientos"
	DocInsurance       Document = "polizas_constancias"
	DocVouchers        Document = "comprobantes"
	DocSIAF            Document = "reportes_siaf"
	DocBank            Document = "movimiento_bancario"
	DocPhotos          Document = "fotos"
	DocReturn          Document = "voucher_devolucion"
	DocParticipation   Document = "constancias_participacion"
)

// Documents lists the checklist in its order.
var Documents = []Document{
	DocOffice, DocTechnicalReport, DocInspectorReport, DocStartRecord, DocEndRecord, DocAttendance, DocPayroll, DocRoster,
	DocInsurance, DocVouchers, DocSIAF, DocBank, DocPhotos, DocReturn, DocParticipation,
}

// Known says whether d is on the checklist.
func (d Document) Known() bool { return has(Documents, d) }

// DefaultRequired are the documents without which nothing can be submitted,
// where no dated parameter (rendicion.required_documents) says otherwise. An
// assumption: no public norm with the list could be read.
var DefaultRequired = []Document{DocOffice, DocTechnicalReport, DocEndRecord, DocPayroll, DocVouchers}

// MaxDocuments is how many documents in force a rendición may have.
const MaxDocuments = 25

// MaxFileBytes is the size of the largest document.
const MaxFileBytes = 200 << 20

// Missing are the required documents that are not there. Money given back needs
// its voucher.
func Missing(required []Document, have map[Document]int, amounts Amounts) []Document {
	var out []Document
	for _, d := range Documents {
		needed := has(required, d) || d == DocReturn && amounts[Returned].IsPositive()
		if needed && have[d] == 0 {
			out = append(out, d)
		}
	}
	return out
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// Format is a file format that is accepted.
type Format struct {
	MIME       string
	Extensions []string // the first is the one a file gets
}

// Formats are those accepted, known by content, never by name alone.
var Formats = []Format{
	{"application/pdf", []string{"pdf"}},
	{"image/jpeg", []string{"jpg", "jpeg", "jfif", "jpe"}},
	{"image/png", []string{"png"}},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{"xlsx"}},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{"docx"}},
	{"application/zip", []string{"zip"}},
	{"application/xml", []string{"xml"}}, // an electronic voucher (SUNAT), as data
}
