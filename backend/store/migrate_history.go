package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"

	"github.com/pressly/goose/v3"
)

// inGo are the migrations that SQL can't say. Their numbers are among those of the files.
func inGo() []*goose.Migration {
	return []*goose.Migration{goose.NewGoMigration(5, &goose.GoFunc{RunTx: joinHistory}, nil)}
}

// joinHistory moves the history of numbers from a row for each change into stretches.
func joinHistory(ctx context.Context, tx *sql.Tx) error {
	orgs, err := tx.QueryContext(ctx, `SELECT DISTINCT org FROM number_change`)
	if err != nil {
		return err
	}
	defer orgs.Close()
	var list []id.Organization
	for orgs.Next() {
		var oid id.Organization
		if err := orgs.Scan(&oid); err != nil {
			return err
		}
		list = append(list, oid)
	}
	if err := orgs.Err(); err != nil {
		return err
	}
	for _, oid := range list {
		for after, n := int64(0), 1; n > 0; {
			if after, n, err = joinSome(ctx, tx, oid, after); err != nil {
				return fmt.Errorf("the history of %s after %d: %w", oid, after, err)
			}
		}
	}
	_, err = tx.ExecContext(ctx, `DROP TABLE number_change`)
	return err
}

// joinSome writes the next n changes after one, and tells which was the last.
func joinSome(ctx context.Context, tx *sql.Tx, oid id.Organization, after int64) (last int64, n int, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, kind, id, del, row, uid, login, name, at, chain FROM number_change
WHERE org = ? AND seq > ? ORDER BY seq LIMIT ?`, oid, after, stretchChanges)
	if err != nil {
		return after, 0, err
	}
	defer rows.Close()
	var list []inventory.Past
	for rows.Next() {
		p, err := oldChange(rows)
		if err != nil {
			return after, 0, err
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		return after, 0, err
	}
	last = list[len(list)-1].Seq
	for left := list; len(left) > 0; {
		n := standTogether(left)
		if _, err := tx.ExecContext(ctx, addStretch, stretch(oid, left[:n])...); err != nil {
			return after, 0, err
		}
		left = left[n:]
	}
	return last, len(list), nil
}

func oldChange(rows *sql.Rows) (p inventory.Past, err error) {
	var row, chain string
	var when int64
	if err := rows.Scan(&p.Seq, &p.Kind, &p.Change.ID, &p.Del, &row, &p.Uid, &p.By, &p.Name, &when, &chain); err != nil {
		return p, err
	}
	p.At = at(when)
	if err := readChain(&p.Chain, chain); err != nil || p.Del {
		return p, err
	}
	var to any
	switch p.Kind {
	case replica.KindNumber:
		to = &p.Number
	case replica.KindUnit:
		to = &p.Unit
	case replica.KindProgram:
		to = &p.Program
	case replica.KindPurpose:
		to = &p.Purpose
	default:
		return p, fmt.Errorf("unknown kind %q", p.Kind)
	}
	return p, json.Unmarshal([]byte(row), to)
}
