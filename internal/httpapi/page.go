package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/compression"
	"chaski/internal/replication"
)

type trailer struct {
	Complete bool              `json:"complete"`
	Puts     int               `json:"puts"`
	Removes  int               `json:"removes"`
	Total    string            `json:"total,omitempty"`
	Buckets  []app.BucketCheck `json:"buckets,omitempty"`
}

// pullPage is a page without its puts.
type pullPage struct {
	Reset        bool               `json:"reset"`
	Rewound      bool               `json:"rewound,omitempty"`
	Mark         replication.Mark   `json:"mark"`
	ServerTime   string             `json:"server_time"`
	BusinessDate string             `json:"business_date"`
	Enter        []app.BucketName   `json:"enter"`
	Drop         []int              `json:"drop"`
	Reconcile    []app.BucketName   `json:"reconcile,omitempty"`
	Removes      []app.Remove       `json:"removes"`
	Cursor       replication.Cursor `json:"cursor"`
	DurableSeq   int64              `json:"durable_seq"`
	Trailer      trailer            `json:"trailer"`
}

// appendPage writes a page. Payloads are stored as they are sent, and go through
// untouched: encoding/json would read every byte of them again.
func appendPage(out []byte, p app.Page) ([]byte, error) {
	head, err := json.Marshal(pullPage{
		Reset: p.Reset, Rewound: len(p.Rewound) > 0, Mark: p.Mark, ServerTime: utc(p.ServerTime), BusinessDate: string(p.BusinessDate),
		Enter: list(p.Enter), Drop: list(p.Drop), Reconcile: p.Reconcile, Removes: list(p.Removes), Cursor: p.Cursor, DurableSeq: p.DurableSeq,
		Trailer: trailer{Complete: p.Complete, Puts: len(p.Puts), Removes: len(p.Removes), Total: p.Total, Buckets: p.Checks},
	})
	if err != nil {
		return nil, err
	}
	out = append(out, head[:len(head)-1]...)
	out = append(out, `,"puts":[`...)
	for i, put := range p.Puts {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"b":`...)
		out = strconv.AppendInt(out, int64(put.Bucket), 10)
		out = append(out, `,"c":`...)
		out = appendText(out, put.Collection)
		out = append(out, `,"id":`...)
		out = appendText(out, put.ID)
		out = append(out, `,"rev":`...)
		out = strconv.AppendInt(out, put.Rev, 10)
		if len(put.Data) == 0 {
			return nil, fmt.Errorf("%s %s is in a bucket and has no content", put.Collection, put.ID)
		}
		out = append(out, `,"data":`...)
		out = append(out, put.Data...)
		out = append(out, '}')
	}
	return append(out, `]}`...), nil
}

// appendText is the short way to a JSON string; what needs escaping (an id that
// somebody wrote with SQL) takes the long one.
func appendText(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(out, quoted...)
		}
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// spool makes a page whole and compressed. After it neither the database nor a
// place at the gate is held: a slow phone holds up nobody.
func spool(c echo.Context, p app.Page) (send func() error, err error) {
	plain, _ := buffers.Get().(*[]byte)
	defer buffers.Put(plain)
	if *plain, err = appendPage((*plain)[:0], p); err != nil {
		return nil, err
	}
	encoding := compression.Choose(c.Request().Header.Get(echo.HeaderAcceptEncoding))
	body, _ := buffers.Get().(*[]byte)
	*body = compression.Append((*body)[:0], encoding, *plain)
	return func() error {
		defer buffers.Put(body)
		h := c.Response().Header()
		h.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
		h.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
		h.Set(echo.HeaderContentLength, strconv.Itoa(len(*body)))
		if encoding != compression.Identity {
			h.Set(echo.HeaderContentEncoding, encoding)
		}
		c.Response().WriteHeader(http.StatusOK)
		_, err := c.Response().Write(*body)
		return err
	}, nil
}
