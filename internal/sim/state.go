package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// shown are the tables the model compares with what phones hold.
var shown = []string{
	"users", "uts", "districts", "jurisdictions", "holidays", "entities", "parameters", "checklists", "assignments", "interventions", "convenios",
	"cupos", "participants", "movements", "insurance_policies", "insurance_certificates", "insured_persons", "attendance_sheets",
	"rendiciones", "rendicion_lines", "rendicion_documents", "rendicion_observations",
	"visits", "visit_marks", "findings", "unlisted_workers", "visit_photos", "finding_photos", "certificate_photos", "accidents", "conflicts", "mutation_reviews",
}

// state is the base tables as they are, past everything that sync remembers.
func (w *world) state() (any, error) {
	tables := map[string][]map[string]any{}
	for _, name := range shown {
		records, err := w.app.FindAllRecords(name)
		if err != nil {
			return nil, err
		}
		rows := make([]map[string]any, len(records))
		for i, r := range records {
			rows[i] = r.IgnoreEmailVisibility(true).PublicExport()
		}
		tables[name] = rows
	}
	mutations, err := w.query(`SELECT rowid AS arrival, id, device, counter, collection, record, status, seq,
		coalesce(json_extract(outcome, '$.lost'), '[]') AS lost, coalesce(json_extract(outcome, '$.conflict'), '') AS conflict,
		coalesce(json_extract(outcome, '$.errors[0].code'), '') AS code FROM sync_mutations ORDER BY seq, arrival`)
	if err != nil {
		return nil, err
	}
	cells, err := w.query(`SELECT c.exercise, a.key AS ao, c.month, c.quantity FROM progress_cells c
		JOIN aos a ON a.id = c.ao WHERE c.measure = 'job' AND c.quantity <> 0 ORDER BY c.exercise, a.key, c.month`)
	if err != nil {
		return nil, err
	}
	devices, err := w.query(`SELECT id, user, state, CAST(outbox AS INTEGER) AS outbox FROM devices ORDER BY id`)
	if err != nil {
		return nil, err
	}
	submissions, err := w.query(`SELECT rendicion, CAST(round AS INTEGER) AS round, presented_by, content
		FROM rendicion_submissions ORDER BY rendicion, round`)
	if err != nil {
		return nil, err
	}
	contents, err := w.contents()
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"tables": tables, "mutations": mutations, "cells": cells, "devices": devices,
		"submissions": submissions, "contents": contents,
	}, nil
}

// contents are the hashes of what is kept, by those it is kept under: the same, where
// it is what it is said to be.
func (w *world) contents() (map[string]string, error) {
	rows, err := w.query(`SELECT sha256 FROM files`)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, row := range rows {
		sum := row["sha256"]
		data, err := os.ReadFile(filepath.Join(w.app.DataDir(), core.LocalStorageDirName, "files", sum[:2], sum))
		if errors.Is(err, os.ErrNotExist) {
			out[sum] = "" // and that is what is found
			continue
		}
		if err != nil {
			return nil, err
		}
		now := sha256.Sum256(data)
		out[sum] = hex.EncodeToString(now[:])
	}
	return out, nil
}

func (w *world) query(text string) ([]map[string]string, error) {
	rows, err := w.app.DB().NewQuery(text).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []map[string]string{}
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return nil, err
		}
		row := make(map[string]string, len(raw))
		for k, v := range raw {
			row[k] = v.String
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
