package app

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/records"
)

// The parts of a record whose row is a file that are bytes.
const (
	PartFile  = "file"
	PartThumb = "thumb"
)

// thumbMIME is what a thumbnail is.
const thumbMIME = "image/jpeg"

// FilePart names bytes.
type FilePart struct{ Collection, Record, Part string }

// FileFacts is what a record says of its bytes, and what is kept of them.
type FileFacts struct {
	Maker, Intervention, UT string
	SHA256, MIME, Name      string
	Size                    int64
	Thumb                   string
	ThumbSize               int64
	Stored                  bool // the server keeps what the record is of
	Refusal                 fault.Code
	Found                   string // what the bytes turned out to be, where that was why
}

// Content is what is kept under a hash. Quarantine says why nobody may read it, "" where
// it was let out for what it was asked of. Key is where in the storage.
type Content struct{ SHA256, MIME, Quarantine, Key string }

// Unmoved is a document whose file lies by its record.
type Unmoved struct {
	Document, File, SHA256 string
	Size                   int64
}

// FileBook is the port of records whose rows are files, and of their bytes.
type FileBook interface {
	// Facts of one that is there.
	Facts(collection, record string) (FileFacts, bool, error)
	// Parked are those of one that lies parked, by this person.
	Parked(collection, record, user string) (FileFacts, bool, error)
	// Held says whether the person's devices hold the record.
	Held(a actor.Actor, collection, record string) (bool, error)
	// Brought is what is kept of what somebody brought for a part, with that hash. Who
	// knows a hash alone has brought nothing.
	Brought(p FilePart, sha256 string) (Content, bool, error)
	// Keep puts the bytes at path into the storage and answers when they are safely
	// there. Again it changes nothing.
	Keep(sha256, path string) error
	// Stored notes that the bytes of an upload are kept, ends it, and says so on its
	// record, in one transaction. Again it changes nothing.
	Stored(ctx context.Context, up Upload, mime string, s Scanned) error
	// Refused ends an upload, and says so on its record where the bytes can never be
	// taken.
	Refused(ctx context.Context, up Upload, code fault.Code, found string) error
	// Unscanned are contents a scanner gave no answer about, wherever they lie; Scanned
	// writes what it said of one since, Open reads one.
	Unscanned() ([]KeptFile, error)
	Scanned(context.Context, KeptFile, Scanned) error
	Open(KeptFile) (io.ReadCloser, error)
	// Quarantined are the files that wait in quarantine, the longest first. Release lets
	// one out, with its entry in the trail; QuarantineOver where somebody did already.
	Quarantined() ([]Quarantined, error)
	Release(ctx context.Context, q Quarantined, by, reason string) error
	// Unnamed answers the contents that no record, no parked work and no open upload has
	// named for as long as the parameter says.
	Unnamed() ([]string, error)
	// Strays are contents without a row, since before a moment: a crash came between.
	Strays(before time.Time) ([]string, error)
	// Collect lets a content go, if still nobody names it.
	Collect(sha256 string) error

	// Unmoved are the next documents after an id that are kept by their records, as all
	// were once. Bring copies one to where contents are kept and proves it there; Moved
	// notes that, and takes it away from where it was. Each again changes nothing.
	Unmoved(after string, most int) ([]Unmoved, error)
	Bring(Unmoved) error
	Moved(context.Context, Unmoved) error
	// Tidy takes away what is left of documents that were moved.
	Tidy() error
}

// Files has the use cases of records whose rows are files.
type Files struct {
	Book        FileBook
	Review      ReviewBook
	Sights      Sights
	Rendiciones Rendiciones
}

// Paper says whether bytes are a document's, not those of a picture or of a thumbnail.
func Paper(p FilePart) bool {
	t := kindOfFiles(p.Collection)
	return t != nil && t.Files.Paper && p.Part == PartFile
}

func kindOfFiles(collection string) *record.Type {
	if t := records.Find(collection); t != nil && t.Files != nil {
		return t
	}
	return nil
}

// May answers what the bytes of a part have to be, for who made the record: it is
// there, or lies parked. Scope is not asked: what was recorded may be completed.
func (f *Files) May(a actor.Actor, p FilePart) (FileDescription, FileFacts, error) {
	var d FileDescription
	if kindOfFiles(p.Collection) == nil {
		return d, FileFacts{}, fault.New(fault.InvalidValue, "collection")
	}
	x, found, err := f.Book.Facts(p.Collection, p.Record)
	if err == nil && !found {
		x, found, err = f.Book.Parked(p.Collection, p.Record, a.User)
	}
	if err != nil || !found || x.Maker != a.User {
		return d, x, orFault(err, fault.New(fault.RecordNotFound, "record"))
	}
	d = FileDescription{FilePart: p, SHA256: x.SHA256, Size: x.Size, Name: "archivo." + endingOf(x.MIME)}
	if Paper(p) {
		d.Name, d.Intervention = rendicion.CleanName(x.Name), x.Intervention
	}
	switch {
	case p.Part == PartThumb && x.Thumb != "" && x.ThumbSize > 0:
		d.SHA256, d.Size, d.Name = x.Thumb, x.ThumbSize, "archivo."+endingOf(thumbMIME)
	case p.Part != PartFile:
		return d, x, fault.New(fault.InvalidValue, "part")
	case x.Refusal != "":
		return d, x, RefusalOf(x.Refusal, x.Found)
	}
	return d, x, nil
}

// Stated is the type that a record says its bytes are of.
func (f *Files) Stated(up Upload) (string, error) {
	x, found, err := f.Book.Facts(up.Collection, up.Record)
	if err == nil && !found {
		x, _, err = f.Book.Parked(up.Collection, up.Record, up.Owner)
	}
	return x.MIME, err
}

// endingOf is how files of a type are called, so that they are looked into as such.
func endingOf(mime string) string {
	i := slices.IndexFunc(rendicion.Formats, func(f rendicion.Format) bool { return f.MIME == mime })
	if i < 0 {
		return ""
	}
	return rendicion.Formats[i].Extensions[0]
}

// Read answers a part of a file, to who may see its record: on his devices, online, or
// as who reviews it.
func (f *Files) Read(a actor.Actor, p FilePart) (Content, string, error) {
	x, err := f.seen(a, p)
	if err != nil {
		return Content{}, "", err
	}
	sum, name := x.SHA256, x.Name
	if p.Part == PartThumb {
		sum = x.Thumb
	}
	c, found, err := f.Book.Brought(p, sum)
	switch {
	case err != nil || !found:
		return c, "", orFault(err, fault.New(fault.FilePending, p.Part))
	case c.Quarantine != "":
		return c, "", fault.New(fault.DocumentQuarantined, p.Part).With("quarantine", c.Quarantine)
	}
	if name == "" || p.Part == PartThumb {
		name = p.Record + "." + endingOf(c.MIME)
	}
	return c, name, nil
}

// seen are the facts of a record that the person may see; else there is none.
func (f *Files) seen(a actor.Actor, p FilePart) (FileFacts, error) {
	none := fault.New(fault.NotFound, "record")
	if kindOfFiles(p.Collection) == nil {
		return FileFacts{}, none
	}
	x, found, err := f.Book.Facts(p.Collection, p.Record)
	switch {
	case err != nil:
		return x, err
	case !found:
		return f.reviewed(a, p)
	case Paper(FilePart{p.Collection, p.Record, PartFile}): // whoever reads the rendición, whose work may have been closed since
		_, err := f.Rendiciones.Document(a, x.Intervention, p.Record)
		return x, err
	case a.WatchesFigures() && reaches(a, x.UT):
		// Pictures of one work are one entry of the trail: a page shows dozens.
		return x, f.Sights.Saw(Sight{
			Actor: a.User, Action: ActionRead, Collection: p.Collection,
			Detail: SightDetail{What: "records", Intervention: x.Intervention, Rows: 1},
		})
	}
	held, err := f.Book.Held(a, p.Collection, p.Record)
	if err != nil || !held {
		return FileFacts{}, orFault(err, none)
	}
	return x, nil
}

// reviewed are the facts of a record that waits, for who decides about it.
func (f *Files) reviewed(a actor.Actor, p FilePart) (FileFacts, error) {
	none := fault.New(fault.NotFound, "record")
	ut, err := reach(a, actor.ReviewParked)
	if err != nil {
		return FileFacts{}, none
	}
	all, err := f.Review.Parked()
	if err != nil {
		return FileFacts{}, err
	}
	for _, m := range all {
		if m.Mutation.Collection != p.Collection || m.Mutation.Record != p.Record || m.Mutation.Op != "create" || ut != "" && m.Intervention.UT != ut {
			continue
		}
		x, found, err := f.Book.Parked(p.Collection, p.Record, m.User)
		if err != nil || !found {
			return x, orFault(err, none)
		}
		collection, id, _ := strings.Cut(m.Root, "/")
		return x, f.Sights.Saw(Sight{
			Actor: a.User, Action: ActionRead, Collection: collection, Record: id,
			Detail: SightDetail{What: "parked", Intervention: m.Intervention.ID, Rows: 1},
		})
	}
	return FileFacts{}, none
}
