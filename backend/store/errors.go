package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// ErrDamaged is in every error that comes from a database file whose content is not a database any more.
var ErrDamaged = errors.New("the database file is damaged")

// Violation is a constraint of the schema that a change broke.
type Violation struct {
	Kind    ViolationKind
	Columns []string // "table.column", where the engine tells them
	cause   error
}

// ViolationKind is the kind of a broken constraint.
type ViolationKind string

const (
	Unique     ViolationKind = "unique" // a primary key too
	ForeignKey ViolationKind = "foreign key"
	Check      ViolationKind = "check"
	NotNull    ViolationKind = "not null"
)

// Error tells the engine's own words; it is for logs.
func (v *Violation) Error() string { return fmt.Sprintf("%s constraint: %v", v.Kind, v.cause) }

// Unwrap gives the driver's error.
func (v *Violation) Unwrap() error { return v.cause }

// IsUnique reports that err comes from a row that is there already. With columns ("table.column") only when exactly
// those are meant, for tables with more than one unique rule.
func IsUnique(err error, columns ...string) bool {
	v, ok := errors.AsType[*Violation](err)
	if !ok || v.Kind != Unique {
		return false
	}
	return len(columns) == 0 || slices.Equal(slices.Sorted(slices.Values(columns)), slices.Sorted(slices.Values(v.Columns)))
}

// IsForeignKey reports that err comes from a reference to a row that is not there, or from deleting one that is used.
func IsForeignKey(err error) bool {
	v, ok := errors.AsType[*Violation](err)
	return ok && v.Kind == ForeignKey
}

// mapError is the only place that knows the driver's codes.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	se, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch se.Code {
	case sqlite3.ErrConstraint:
		return violation(se, err)
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly, sqlite3.ErrCantOpen:
		return readOnly(err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return unavailable(err)
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return readOnly(fmt.Errorf("%w: %w", ErrDamaged, err))
	case sqlite3.ErrInterrupt:
		return fmt.Errorf("%w: %w", context.Canceled, err)
	}
	return err
}

func violation(se sqlite3.Error, err error) error {
	v := &Violation{cause: err}
	switch se.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		v.Kind = Unique
	case sqlite3.ErrConstraintForeignKey:
		v.Kind = ForeignKey
	case sqlite3.ErrConstraintNotNull:
		v.Kind = NotNull
	default:
		v.Kind = Check
	}
	if _, list, ok := strings.Cut(se.Error(), "constraint failed: "); ok && (v.Kind == Unique || v.Kind == NotNull) {
		v.Columns = strings.Split(list, ", ")
	}
	return v
}
