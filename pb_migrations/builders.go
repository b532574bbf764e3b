// Package pb_migrations holds the database schema, one step a file, up and
// down. It imports PocketBase only: a migration is history and must not change
// meaning when a rule of the domain does.
package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	dayPattern   = `^\d{4}-\d{2}-\d{2}$`
	monthPattern = `^\d{4}-\d{2}$`
)

// centralRead let the staff who see the whole country read a collection over
// REST, until step 202612010030 took it away.
const centralRead = `@request.auth.active = true && ` +
	`(@request.auth.role = "central_analyst" || @request.auth.role = "central_reviewer" || ` +
	`@request.auth.role = "director" || @request.auth.role = "auditor" || @request.auth.role = "admin")`

// closed starts a base collection that superusers alone reach over REST. Steps
// since 202612010030 start every collection with it.
func closed(name string, fields ...core.Field) *core.Collection {
	c := core.NewBaseCollection(name)
	c.Fields.Add(fields...)
	c.Fields.Add(
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	return c
}

// table is how the steps before 202612010030 started a collection: central staff
// read it over REST. It stays as it was, because they are history.
func table(name string, fields ...core.Field) *core.Collection {
	c := closed(name, fields...)
	c.ListRule = types.Pointer(centralRead)
	c.ViewRule = types.Pointer(centralRead)
	return c
}

func text(name string) *core.TextField { return &core.TextField{Name: name, Max: 5000} }

func requiredText(name string) *core.TextField {
	return &core.TextField{Name: name, Required: true, Max: 5000}
}

func pattern(name, expr string) *core.TextField {
	return &core.TextField{Name: name, Pattern: expr, Max: 200}
}

func requiredPattern(name, expr string) *core.TextField {
	return &core.TextField{Name: name, Required: true, Pattern: expr, Max: 200}
}

// day is a civil date in America/Lima, "2026-11-23"; it has no time zone.
func day(name string) *core.TextField         { return pattern(name, dayPattern) }
func requiredDay(name string) *core.TextField { return requiredPattern(name, dayPattern) }

// month is a civil month, "2026-11".
func month(name string) *core.TextField { return requiredPattern(name, monthPattern) }

// integer is a whole number; money is kept in céntimos with it.
func integer(name string) *core.NumberField { return &core.NumberField{Name: name, OnlyInt: true} }

func nonNegative(name string) *core.NumberField {
	return &core.NumberField{Name: name, OnlyInt: true, Min: types.Pointer(0.0)}
}

func boolean(name string) *core.BoolField { return &core.BoolField{Name: name} }

// instant is a moment, kept in UTC.
func instant(name string) *core.DateField { return &core.DateField{Name: name} }

func document(name string) *core.JSONField { return &core.JSONField{Name: name, MaxSize: 1 << 20} }

// choice is one value of a closed list.
func choice(name string, values ...string) *core.SelectField {
	return &core.SelectField{Name: name, Required: true, MaxSelect: 1, Values: values}
}

func optionalChoice(name string, values ...string) *core.SelectField {
	return &core.SelectField{Name: name, MaxSelect: 1, Values: values}
}

// to is a required relation; the target cannot be deleted while it is used.
func to(name string, target *core.Collection) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: target.Id, MaxSelect: 1, Required: true}
}

func optionalTo(name string, target *core.Collection) *core.RelationField {
	return &core.RelationField{Name: name, CollectionId: target.Id, MaxSelect: 1}
}

// saveAll creates the collections in the order given.
func saveAll(app core.App, collections ...*core.Collection) error {
	for _, c := range collections {
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}

// dropAll deletes the named collections in the order given.
func dropAll(app core.App, names ...string) error {
	for _, name := range names {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		if err := app.Delete(c); err != nil {
			return err
		}
	}
	return nil
}

// find returns a collection that an earlier step created; a missing one is a
// broken history, so it panics and the migration's transaction is undone.
func find(app core.App, name string) *core.Collection {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		panic("pb_migrations: collection " + name + ": " + err.Error())
	}
	return c
}
