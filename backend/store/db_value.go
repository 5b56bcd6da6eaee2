package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"
)

// Null is v as an argument, NULL when v is its zero value: for optional references, where an empty text would point
// at nothing.
func Null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// toDriver turns an argument into what the driver binds. Times become unix milliseconds, the zero time 0; named
// types (ids, states) go as what they are made of.
func toDriver(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil:
		return nil, nil
	case string:
		return v, nil
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case bool:
		return v, nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case time.Time:
		return ms(v), nil
	case float64:
		return v, nil
	case driver.Valuer:
		return v.Value()
	}

	rv := reflect.ValueOf(a)
	switch rv.Kind() {
	case reflect.String:
		return rv.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int(), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(rv.Uint()), nil
	case reflect.Bool:
		return rv.Bool(), nil
	case reflect.Float32, reflect.Float64:
		return rv.Float(), nil
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			if rv.IsNil() {
				return nil, nil
			}
			return rv.Bytes(), nil
		}
	case reflect.Pointer:
		if rv.IsNil() {
			return nil, nil
		}
		return toDriver(rv.Elem().Interface())
	}
	return nil, fmt.Errorf("a %T cannot be stored", a)
}

// scan reads a row's values into dest. NULL gives the zero value.
func scan(row []driver.Value, dest []any) error {
	if len(row) != len(dest) {
		return fmt.Errorf("the row has %d columns, not %d", len(row), len(dest))
	}
	for i, d := range dest {
		if err := scanValue(row[i], d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func scanValue(v driver.Value, dest any) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := v.(string); ok || v == nil {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok || v == nil {
			*d = n
			return nil
		}
	case *int:
		if n, ok := v.(int64); ok || v == nil {
			*d = int(n)
			return nil
		}
	case *bool:
		switch b := v.(type) {
		case bool:
			*d = b
			return nil
		case int64: // an expression has no declared type
			*d = b != 0
			return nil
		case nil:
			*d = false
			return nil
		}
	case *[]byte:
		switch b := v.(type) {
		case []byte:
			*d = b
			return nil
		case string:
			*d = []byte(b)
			return nil
		case nil:
			*d = nil
			return nil
		}
	case *time.Time:
		switch n := v.(type) {
		case int64:
			*d = at(n)
			return nil
		case nil:
			*d = time.Time{}
			return nil
		}
	case *any:
		*d = v
		return nil
	case sql.Scanner:
		return d.Scan(v)
	default:
		return scanKind(v, dest)
	}
	return fmt.Errorf("a %T does not fit a %T", v, dest)
}

// scanKind is scanValue for named types and pointers.
func scanKind(v driver.Value, dest any) error {
	p := reflect.ValueOf(dest)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("a %T cannot be read into", dest)
	}
	rv := p.Elem()
	if v == nil {
		rv.SetZero()
		return nil
	}

	switch rv.Kind() {
	case reflect.String:
		if s, ok := v.(string); ok {
			rv.SetString(s)
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n, ok := v.(int64); ok && !rv.OverflowInt(n) {
			rv.SetInt(n)
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n, ok := v.(int64); ok && n >= 0 && !rv.OverflowUint(uint64(n)) {
			rv.SetUint(uint64(n))
			return nil
		}
	case reflect.Bool:
		switch b := v.(type) {
		case bool:
			rv.SetBool(b)
			return nil
		case int64:
			rv.SetBool(b != 0)
			return nil
		}
	case reflect.Float32, reflect.Float64:
		switch f := v.(type) {
		case float64:
			rv.SetFloat(f)
			return nil
		case int64:
			rv.SetFloat(float64(f))
			return nil
		}
	case reflect.Slice:
		if b, ok := v.([]byte); ok && rv.Type().Elem().Kind() == reflect.Uint8 {
			rv.SetBytes(b)
			return nil
		}
	case reflect.Pointer:
		fresh := reflect.New(rv.Type().Elem())
		if err := scanValue(v, fresh.Interface()); err != nil {
			return err
		}
		rv.Set(fresh)
		return nil
	}
	return fmt.Errorf("a %T does not fit a %T", v, dest)
}
