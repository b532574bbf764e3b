package sheet

import (
	"net/url"
	"path"
	"strings"

	"chaski/internal/domain/fault"
)

// relation is one arrow between two parts of a package (ECMA-376, part 2, 9.3).
// Parts are found by these alone: programs name and order them as they like.
type relation struct {
	ID     string `xml:"Id,attr"`
	Target string `xml:"Target,attr"`
	Type   string `xml:"Type,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// is says whether the arrow is of a kind, in either of the format's dialects.
func (r relation) is(kind string) bool {
	return strings.HasSuffix(r.Type, "/"+kind) && !strings.EqualFold(r.Mode, "External")
}

// relations are the arrows from a part; "" for those of the package.
func (w *workbook) relations(part string) ([]relation, error) {
	dir, base := path.Split(part)
	var rels struct {
		All []relation `xml:"Relationship"`
	}
	err := w.decode(dir+"_rels/"+base+".rels", &rels)
	for i, r := range rels.All {
		rels.All[i].Target = partName(dir, r.Target)
	}
	return rels.All, err
}

// partName is the name of a part that is named from a folder of the package, in
// the one case in which parts are kept here: names are compared without it.
func partName(dir, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + dir + target
	}
	return strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))
}

// main finds the part that is the workbook.
func (w *workbook) main() (string, error) {
	const usual = "xl/workbook.xml"
	rels, err := w.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r.is("officeDocument") && w.parts[r.Target] != nil {
			return r.Target, nil
		}
	}
	if w.parts[usual] == nil {
		return "", fault.New(fault.ImportFormatUnknown, "") // .ods, any other zip
	}
	return usual, nil
}

// sheetList is the workbook's own part.
type sheetList struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string `xml:"name,attr"`
		State string `xml:"state,attr"`
		Rel   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		Rel2  string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
	} `xml:"sheets>sheet"`
}

func (w *workbook) read() error {
	name, err := w.main()
	if err != nil {
		return err
	}
	if !strings.HasSuffix(name, ".xml") {
		return fault.New(fault.ImportFormatUnknown, "") // .xlsb
	}
	var book sheetList
	if err := w.decode(name, &book); err != nil {
		return err
	}
	rels, err := w.relations(name)
	if err != nil {
		return err
	}
	dir := path.Dir(name) + "/"
	sheets, styles, shared := map[string]string{}, partName(dir, "styles.xml"), partName(dir, "sharedStrings.xml")
	for _, r := range rels {
		switch {
		case r.is("worksheet"):
			sheets[r.ID] = r.Target
		case r.is("styles"):
			styles = r.Target
		case r.is("sharedStrings"):
			shared = r.Target
		}
	}
	if len(sheets) == 0 {
		return fault.New(fault.ImportFormatUnknown, "") // .docx
	}
	w.date04 = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	for _, s := range book.Sheets {
		target := sheets[s.Rel+s.Rel2]
		switch {
		case target == "":
		case s.State == "hidden" || s.State == "veryHidden":
			w.hidden = append(w.hidden, s.Name)
		default:
			w.visible = append(w.visible, sheetRef{s.Name, target})
		}
	}
	if err := w.readStyles(styles); err != nil {
		return err
	}
	return w.readShared(shared)
}
