package store

import (
	"io"

	"countersign/shared/errs"
)

// Scanner is a row that can be read: a Row, or Rows after Next.
type Scanner interface{ Scan(dest ...any) error }

// Row is the result of QueryRow. Scan it once.
type Row struct {
	tx   *Tx
	st   *stmt
	turn uint64
	err  error
}

// Scan reads the row and ends the result; errs.NotFound when there is no row.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	st := r.st
	if st.rows == nil || st.turn != r.turn {
		return errReadOnce
	}
	defer r.tx.release(st)

	err := st.rows.Next(st.out)
	if err == io.EOF {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return mapError(err)
	}
	if st.writes {
		r.tx.changed(st.query)
	}
	return scan(st.out, dest)
}

// Rows is the result of Query.
type Rows struct {
	tx   *Tx
	st   *stmt
	turn uint64
	err  error
}

// Next steps to the next row; false at the end or on an error, which Err tells.
func (r *Rows) Next() bool {
	if r.err != nil || r.st == nil {
		return false
	}
	if r.st.rows == nil || r.st.turn != r.turn {
		r.st, r.err = nil, errReadOnce
		return false
	}
	err := r.st.rows.Next(r.st.out)
	if err == nil {
		if r.st.writes {
			r.tx.changed(r.st.query)
		}
		return true
	}
	if err != io.EOF {
		r.err = mapError(err)
	}
	r.Close()
	return false
}

// Scan reads the row that Next stepped to.
func (r *Rows) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if r.st == nil || r.st.rows == nil || r.st.turn != r.turn {
		return errReadOnce
	}
	return scan(r.st.out, dest)
}

// Err is the error that ended the rows early.
func (r *Rows) Err() error { return r.err }

// Close ends the result; a second time it does nothing.
func (r *Rows) Close() {
	if r.st != nil && r.st.rows != nil && r.st.turn == r.turn {
		r.tx.release(r.st)
	}
	r.st = nil
}

// Collect reads all rows with scan and closes them. No rows give an empty, non-nil list.
func Collect[T any](rows *Rows, scan func(*Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, nil
}
