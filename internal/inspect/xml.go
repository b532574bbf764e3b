package inspect

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"chaski/internal/domain/fault"
)

// comprobantes are the roots of what SUNAT's electronic vouchers are (UBL 2):
// invoices and receipts, credit and debit notes, and the answer of reception.
var comprobantes = map[xml.Name]bool{}

func init() {
	for _, root := range []string{"Invoice", "CreditNote", "DebitNote", "ApplicationResponse"} {
		comprobantes[xml.Name{Space: "urn:oasis:names:specification:ubl:schema:xsd:" + root + "-2", Local: root}] = true
	}
}

// decoder reads XML of the encodings that are met here; no entity but the five
// of XML itself is known to it.
func decoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1", "windows-1252":
			return charmap.Windows1252.NewDecoder().Reader(in), nil
		case "us-ascii", "ascii":
			return in, nil
		}
		return nil, errors.New("unknown encoding " + charset)
	}
	return d
}

func refusedXML(what string) error {
	return fault.New(fault.FileXMLRefused, "file").With("found", what)
}

// comprobante is read as data: no document type, no entity, no style, no depth
// without bound.
func comprobante(r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: maxXML + 1}
	d := decoder(limited)
	depth, rooted := 0, false
	for {
		t, err := d.Token()
		switch {
		case limited.N == 0:
			return refusedXML("xml_large")
		case errors.Is(err, io.EOF) && rooted:
			return nil
		case err != nil:
			return refusedXML("xml_damaged")
		}
		switch t := t.(type) {
		case xml.Directive:
			return refusedXML("xml_dtd")
		case xml.ProcInst:
			if t.Target != "xml" {
				return refusedXML("xml_style")
			}
		case xml.StartElement:
			if !rooted && !comprobantes[t.Name] {
				return refusedXML("xml_other")
			}
			rooted = true
			if depth++; depth > maxDepth {
				return refusedXML("xml_deep")
			}
		case xml.EndElement:
			depth--
		}
	}
}
