package record

import (
	"fmt"
	"slices"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Files says which files the rows of a kind are: each row is one, and its bytes
// follow it (docs/decisions/0022-files.md).
type Files struct {
	Types []string // media types that are taken
	Most  int64    // bytes of one
	Many  int64    // on one parent
	// Paper: it has a name, whose ending says what it is; what a scanner holds back is
	// kept, until who reviews it lets it out; what may be added is judged by rules of the
	// kind's own.
	Paper bool
}

// MostThumb is how large a thumbnail may be.
const MostThumb = 64 << 10

// Where a file came from: taken now, chosen among earlier ones, or no picture.
const (
	FromCamera  = "camera"
	FromGallery = "gallery"
	FromFile    = "file"
)

// mostPixels of a side: beyond what any decoder takes.
const mostPixels = 100_000

// File are the fields that every kind of file has: what the bytes are, when and where
// they came to be by the phone and by the picture itself, and, the server's alone,
// since when they are stored, or why they never will be.
func File(of Files) []Field {
	name := Of("name", Short).Asks(Given)
	if of.Paper {
		name = Must("name", Short).Asks(Needed)
	}
	return []Field{
		Must("sha256", SHA256).Asks(Needed).Says("of its bytes"),
		Must("size", Bytes(of.Most)).Asks(Needed).Says("bytes"),
		Must("mime", MediaType(of.Types...)).Asks(Needed),
		name.Says("as it was called where it was chosen"),
		Of("thumb", SHA256).Asks(Given).Says("SHA-256 of its thumbnail"),
		Of("thumb_size", Between(0, MostThumb)).Asks(Given),
		Of("width", Between(0, mostPixels)).Asks(Given), Of("height", Between(0, mostPixels)).Asks(Given),
		Must("source", OneOf(FromCamera, FromGallery, FromFile)).Asks(Needed),
		Must("captured_at", Moment).Asks(Needed).Says("by the phone's clock"),
		Of("reckoned_at", Moment).Asks(Given).Says("the same by the server's clock, as the phone knew it"),
		Of("lat_e6", Between(-90_000_000, 90_000_000)).Asks(Given), Of("lon_e6", Between(-180_000_000, 180_000_000)).Asks(Given),
		Of("accuracy_m", Count).Asks(Given),
		Of("exif_at", Like(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`)).Asks(Given).Says("by the picture's own clock, of no time zone"),
		Of("exif_lat_e6", Between(-90_000_000, 90_000_000)).Asks(Given), Of("exif_lon_e6", Between(-180_000_000, 180_000_000)).Asks(Given),
		Must("recorded_by", ID), At("received_at"),
		At("stored_at").Says("since when the server keeps the bytes, proven; blank before"),
		Of("refusal", Short).Says("code of why the bytes are never taken"),
	}
}

// Kept are the fields of a file that the server alone writes, after it was made.
var Kept = []string{"stored_at", "refusal"}

// AFile completes a kind whose rows are files: its fields follow those that say what
// the file is of, and no picture is twice on one parent, nor more than so many.
func AFile(t *Type, of Files) *Type {
	t.Files, t.Version, t.Served = &of, 1, true
	t.Title, t.Stamps = []string{"captured_at"}, Stamps{Maker: "recorded_by", Received: "received_at"}
	t.Fields = slices.Concat(t.Fields, File(of))
	if of.Paper {
		t.Title = []string{"name"}
		return t
	}
	t.Form = "photo"
	t.Constraints = append(t.Constraints,
		OnceIn(t.Parent, "sha256", fault.FileExists), AtMostIn(t.Parent, "sha256", of.Many, fault.TooManyFiles))
	return t
}

// Bytes is a size from one byte on.
func Bytes(most int64) Check {
	return Check{Spec{Kind: KindInt, Type: "bytes", Least: 1, Most: most}, func(name string, v any, _ day.Day) *fault.Fault {
		switch n, ok := Whole(v); {
		case !ok || n < 0:
			return fault.New(fault.InvalidValue, name)
		case n == 0:
			return fault.New(fault.FileEmpty, name)
		case n > most:
			return fault.New(fault.FileTooLarge, name).With("max", fmt.Sprintf("%d MB", most>>20))
		}
		return nil
	}}
}

// MediaType is one of those that a kind takes.
func MediaType(types ...string) Check {
	return text(Spec{Type: "media_type", Values: types}, func(name, s string) *fault.Fault {
		if slices.Contains(types, s) {
			return nil
		}
		return fault.New(fault.FileTypeRefused, name).With("value", Clip(s)).With("allowed", strings.Join(types, ", "))
	})
}
