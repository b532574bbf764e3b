// Package uploads keeps what files are on their way, and how many more there may be.
package uploads

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/app"
)

// Shelf implements app.UploadShelf.
type Shelf struct{ app core.App }

// New keeps uploads in the database.
func New(a core.App) *Shelf { return &Shelf{a} }

// Start implements app.UploadShelf.
func (u *Shelf) Start(owner string, f app.FileDescription) (app.Upload, error) {
	c, err := u.app.FindCachedCollectionByNameOrId("uploads")
	if err != nil {
		return app.Upload{}, err
	}
	up := app.Upload{
		Owner: owner, FileDescription: f, State: app.UploadReceiving,
	}
	r := core.NewRecord(c)
	for name, value := range map[string]any{
		"owner": owner, "collection": f.Collection, "record": f.Record, "part": f.Part, "intervention": f.Intervention, "name": f.Name,
		"sha256": f.SHA256, "size": f.Size, "state": up.State,
	} {
		r.Set(name, value)
	}
	err = u.app.Save(r)
	up.ID, up.Created = r.Id, r.GetDateTime("created").Time()
	return up, err
}

type uploadRow struct {
	app.Upload
	Created types.DateTime
}

const uploadColumns = `SELECT id, owner, collection, record, part, intervention, name, sha256, CAST(size AS INTEGER) AS size, state, refusal, found, created FROM uploads `

func (u *Shelf) rows(where string, params dbx.Params) ([]app.Upload, error) {
	var rows []uploadRow
	err := u.app.ConcurrentDB().NewQuery(uploadColumns + where).Bind(params).All(&rows)
	out := make([]app.Upload, len(rows))
	for i, r := range rows {
		out[i] = r.Upload
		out[i].Created = r.Created.Time()
	}
	return out, err
}

// Upload implements app.UploadShelf.
func (u *Shelf) Upload(id string) (app.Upload, bool, error) {
	rows, err := u.rows(`WHERE id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(rows) == 0 {
		return app.Upload{}, false, err
	}
	return rows[0], true, nil
}

// OfPart implements app.UploadShelf.
func (u *Shelf) OfPart(owner string, p app.FilePart) (app.Upload, bool, error) {
	rows, err := u.rows(`WHERE owner = {:o} AND record = {:r} AND collection = {:c} AND part = {:p} ORDER BY created DESC, rowid DESC LIMIT 1`,
		dbx.Params{"o": owner, "r": p.Record, "c": p.Collection, "p": p.Part})
	if err != nil || len(rows) == 0 {
		return app.Upload{}, false, err
	}
	return rows[0], true, nil
}

// Adopt implements app.UploadShelf. The newest of them has come farthest, or is whole.
func (u *Shelf) Adopt(owner string, f app.FileDescription) (up app.Upload, found bool, err error) {
	err = u.app.RunInTransaction(func(tx core.App) error {
		var ids []string
		err := tx.NonconcurrentDB().NewQuery(`SELECT id FROM uploads WHERE owner = {:o} AND record = '' AND state = 'receiving' AND sha256 = {:s} AND size = {:n}
			ORDER BY created DESC, rowid DESC LIMIT 1`).Bind(dbx.Params{"o": owner, "s": f.SHA256, "n": f.Size}).Column(&ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		r, err := tx.FindRecordById("uploads", ids[0])
		if err != nil {
			return err
		}
		for name, value := range map[string]any{
			"collection": f.Collection, "record": f.Record, "part": f.Part, "intervention": f.Intervention, "name": f.Name,
			"kind": "", "replaces": "", "document": "", "sent_name": "",
		} {
			r.Set(name, value)
		}
		found = true
		up = app.Upload{ID: r.Id, Owner: owner, FileDescription: f, State: app.UploadReceiving, Created: r.GetDateTime("created").Time()}
		return tx.Save(r)
	})
	return up, found, err
}

// Receiving implements app.UploadShelf.
func (u *Shelf) Receiving() ([]app.Upload, error) {
	return u.rows(`WHERE state = 'receiving' ORDER BY created, id`, nil)
}

// Space implements app.UploadShelf.
func (u *Shelf) Space(owner, intervention string) (app.UploadSpace, error) {
	var s app.UploadSpace
	err := u.app.ConcurrentDB().NewQuery(`SELECT
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM uploads WHERE state = 'receiving' AND owner = {:o}) AS person,
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM uploads WHERE state = 'receiving') AS total,
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM rendicion_documents WHERE intervention = {:i} AND stored_at <> '') AS documents`).
		Bind(dbx.Params{"o": owner, "i": intervention}).One(&s)
	return s, err
}

// Forget implements app.UploadShelf.
func (u *Shelf) Forget(id string) error {
	r, err := u.app.FindRecordById("uploads", id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.app.Delete(r)
}
