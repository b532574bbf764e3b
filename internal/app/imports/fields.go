package imports

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/naturalkey"
)

// Type says how a field's cell is read.
type Type string

// The types of fields.
const (
	TypeText     Type = "text"
	TypeRUC      Type = "ruc"
	TypeDNI      Type = "dni"
	TypeUbigeo   Type = "ubigeo"
	TypeConvenio Type = "convenio_code"
	TypeDay      Type = "day"
	TypeMonth    Type = "month"
	TypeMoney    Type = "money"  // céntimos, not negative
	TypeSigned   Type = "signed" // céntimos, may be negative
	TypeWhole    Type = "whole"  // a count
	TypeYear     Type = "year"
	TypeDegrees  Type = "degrees" // microdegrees
	TypeChoice   Type = "choice"
	TypeYesNo    Type = "yes_no"
	TypeEmail    Type = "email"
	TypePattern  Type = "pattern"
	TypePlace    Type = "place" // the name of a district, province or department
	// Numbers in their one form (internal/domain/naturalkey).
	TypeResolution   Type = "resolution"
	TypeClasificador Type = "clasificador"
)

// Field is one thing a row can say.
type Field struct {
	Name     string // as in the database or close to it; stable
	Label    string // what templates and screens call it
	Type     Type
	Required bool
	Synonyms []string
	Example  string
	Hint     string
	Choices  []Choice
	Pattern  *regexp.Regexp
	// Instead are fields that stand in for a required one.
	Instead []string
}

// Choice is one value of a closed list with what people write for it.
type Choice struct {
	Value, Label string
	Synonyms     []string
}

const maxText = 500

// Read reads a cell as the field's value: string, int64, bool or Month; nil for
// an empty cell.
func (f *Field) Read(c Cell) (any, *fault.Fault) { return f.read(c, manner{}) }

// read reads a cell in the manner of its column.
func (f *Field) read(c Cell, how manner) (any, *fault.Fault) {
	switch {
	case c.Kind == Formula:
		return nil, fault.New(fault.ImportFormula, f.Name)
	case c.Kind == Broken:
		return nil, fault.New(fault.ImportCellError, f.Name).With("value", clip(c.Text))
	case c.Kind == Merged:
		return nil, fault.New(fault.ImportCellMerged, f.Name)
	case c.Blank():
		if f.Required {
			return nil, fault.New(fault.ImportRequired, f.Name)
		}
		return nil, nil
	}
	v, flt := f.value(c, how)
	if flt != nil {
		flt.Field = f.Name
	}
	return v, flt
}

// Month is a month of a row; a year of 0 is to be taken from the exercise.
type Month struct{ Year, Month int }

func (f *Field) value(c Cell, how manner) (any, *fault.Fault) {
	text := strings.TrimSpace(c.Text)
	switch f.Type {
	case TypeDay:
		c.Text = text
		d, flt := readDay(c, how.monthFirst)
		return string(d), flt
	case TypeMonth:
		c.Text = text
		y, m, flt := readMonth(c, how.zeroMonth)
		return Month{y, m}, flt
	case TypeMoney, TypeSigned:
		return f.money(c, text, how)
	case TypeWhole, TypeYear:
		return f.whole(text, how)
	case TypeDegrees:
		return degrees(text)
	case TypeYesNo:
		return yesNo(text)
	case TypeChoice:
		return f.choice(text)
	}
	if c.Kind == Date || c.Kind == BadDate {
		return nil, fault.New(fault.ImportTextIsDate, "").With("value", clip(c.Text))
	}
	return f.named(text)
}

// named are the texts with a form of their own.
func (f *Field) named(text string) (any, *fault.Fault) {
	switch f.Type {
	case TypeRUC:
		return readRUC(text)
	case TypeDNI:
		return readDNI(text)
	case TypeUbigeo:
		return readUbigeo(text)
	case TypeConvenio:
		code, ok := naturalkey.Convenio(text)
		if !ok {
			return nil, fault.New(fault.ImportConvenioInvalid, "").With("value", clip(text))
		}
		return code, nil
	case TypeClasificador:
		code, ok := naturalkey.Clasificador(text)
		if !ok {
			return nil, fault.New(fault.ClasificadorUnread, "").With("value", clip(text))
		}
		return code, nil
	case TypeEmail:
		return readEmail(text)
	case TypePattern:
		if !f.Pattern.MatchString(text) {
			return nil, fault.New(fault.ImportPattern, "").With("value", clip(text)).With("example", f.Example)
		}
		return text, nil
	}
	text = strings.Join(strings.Fields(text), " ")
	if f.Type == TypeResolution {
		text = naturalkey.Resolution(text)
	}
	if len([]rune(text)) > maxText {
		return nil, fault.New(fault.TooLong, "").With("max", strconv.Itoa(maxText))
	}
	return text, nil
}

// digitsOf is a number that names something, without spaces and the ".0" that
// programs leave when they took it for an amount.
func digitsOf(text string, marks ...string) string {
	for _, mark := range append(marks, " ", "\u00a0") {
		text = strings.ReplaceAll(text, mark, "")
	}
	if bare, ok := strings.CutSuffix(text, ".0"); ok && onlyDigits(bare) {
		return bare
	}
	return text
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func readRUC(text string) (any, *fault.Fault) {
	ruc := digitsOf(text, "-")
	if !onlyDigits(ruc) || len(ruc) != 11 {
		return nil, fault.New(fault.ImportRUCForm, "").With("value", clip(text)).With("digits", strconv.Itoa(len(ruc)))
	}
	if identity.ValidateRUC("", ruc) != nil {
		return nil, fault.New(fault.ImportRUCDigit, "").With("value", clip(text))
	}
	return ruc, nil
}

// readDNI reads eight digits. Five to seven are a DNI whose zeros a spreadsheet
// took off: told, and not made up.
func readDNI(text string) (any, *fault.Fault) {
	const size, least = 8, 5
	dni := digitsOf(text)
	switch {
	case dni == "00000000":
		return nil, fault.New(fault.ImportDNIZeros, "").With("value", dni)
	case onlyDigits(dni) && len(dni) == size:
		return dni, nil
	case onlyDigits(dni) && len(dni) >= least && len(dni) < size:
		return nil, fault.New(fault.ImportDNIShort, "").With("value", dni).With("digits", strconv.Itoa(len(dni))).
			With("fixed", strings.Repeat("0", size-len(dni))+dni)
	}
	return nil, fault.New(fault.ImportDNIForm, "").With("value", clip(text))
}

func readUbigeo(text string) (any, *fault.Fault) {
	const size = 6
	text = digitsOf(text)
	if onlyDigits(text) && len(text) > size { // shown with the zeros of a longer code
		text = strings.Repeat("0", max(0, size-len(strings.TrimLeft(text, "0")))) + strings.TrimLeft(text, "0")
	}
	if len(text) == 5 && onlyDigits(text) {
		return nil, fault.New(fault.ImportUbigeoShort, "").With("value", text).With("fixed", "0"+text)
	}
	if identity.ValidateUbigeo("", text) != nil {
		return nil, fault.New(fault.ImportUbigeoInvalid, "").With("value", clip(text))
	}
	return text, nil
}

func readEmail(text string) (any, *fault.Fault) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || !strings.Contains(text[strings.LastIndexByte(text, '@'):], ".") {
		return nil, fault.New(fault.ImportEmailInvalid, "").With("value", clip(text))
	}
	return strings.ToLower(text), nil
}

func (f *Field) money(c Cell, text string, how manner) (any, *fault.Fault) {
	if c.Kind == Date || c.Kind == BadDate {
		return nil, fault.New(fault.ImportAmountInvalid, "").With("value", clip(c.Text))
	}
	if c.Kind == Number && strings.Contains(text, ".") {
		// The sheet's own decimal: its point is never a thousands mark.
		whole, decimals, _ := strings.Cut(text, ".")
		text = whole + "." + decimals + strings.Repeat("0", max(0, 4-len(decimals)))
	}
	n, flt := readMoney(text, how)
	if flt == nil && n < 0 && f.Type == TypeMoney {
		flt = fault.New(fault.ImportAmountNegative, "").With("value", clip(c.Text))
	}
	return n, flt
}

func (f *Field) whole(text string, how manner) (any, *fault.Fault) {
	s, negative := bareAmount(text)
	bad := fault.New(fault.ImportWholeInvalid, "").With("value", clip(text))
	s, flt := plain(s, text, how)
	if flt != nil {
		if flt.Code == fault.ImportAmountInvalid {
			return nil, bad
		}
		return nil, flt
	}
	whole, decimals, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	const most = 1_000_000_000
	if err != nil || negative || n > most || strings.Trim(decimals, "0") != "" {
		return nil, bad
	}
	if f.Type == TypeYear && (n < 2000 || n > lastYear) {
		return nil, fault.New(fault.ImportYearInvalid, "").With("value", clip(text))
	}
	return n, nil
}

// degrees reads a coordinate in decimal degrees into microdegrees; digits past
// the sixth are below a hand's breadth and are cut.
func degrees(text string) (any, *fault.Fault) {
	invalid := fault.New(fault.ImportDegreesInvalid, "").With("value", clip(text))
	s := strings.Replace(text, ",", ".", 1)
	if !plainDegrees.MatchString(s) {
		return nil, invalid
	}
	d, err := decimal.NewFromString(s)
	if most := decimal.NewFromInt(180); err != nil || d.Abs().GreaterThan(most) {
		return nil, invalid
	}
	return d.Shift(6).IntPart(), nil
}

var plainDegrees = regexp.MustCompile(`^[-+]?\d{1,3}(\.\d{1,30})?$`)

func yesNo(text string) (any, *fault.Fault) {
	switch Normalize(text) {
	case "si", "s", "x", "1", "true", "verdadero", "aprobado":
		return true, nil
	case "no", "n", "0", "false", "falso", "pendiente":
		return false, nil
	}
	return nil, fault.New(fault.ImportChoice, "").With("value", clip(text)).With("options", "sí, no")
}

func (f *Field) choice(text string) (any, *fault.Fault) {
	n := Normalize(text)
	var labels []string
	for _, ch := range f.Choices {
		labels = append(labels, ch.Label)
		if n == Normalize(ch.Value) || n == Normalize(ch.Label) {
			return ch.Value, nil
		}
		for _, s := range ch.Synonyms {
			if n == Normalize(s) {
				return ch.Value, nil
			}
		}
	}
	return nil, fault.New(fault.ImportChoice, "").With("value", clip(text)).With("options", strings.Join(labels, ", "))
}
