package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"strings"
)

// hashTables counts and hashes the rows of every table.
func hashTables(ctx context.Context, pool *sql.DB) ([]Table, error) {
	rows, err := pool.QueryContext(ctx,
		// What a virtual table shows is in ordinary ones.
		"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", mapError(err))
	}
	defer rows.Close()
	var tables []Table
	for rows.Next() {
		var t Table
		if err := rows.Scan(&t.Name); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return nil, mapError(err)
	}

	for i := range tables {
		if err := hashTable(ctx, pool, &tables[i]); err != nil {
			return nil, fmt.Errorf("hash %s: %w", tables[i].Name, mapError(err))
		}
	}
	return tables, nil
}

// hashTable adds up the rows' hashes: a sum needs no order, which tables without a common key do not have.
func hashTable(ctx context.Context, pool *sql.DB, t *Table) error {
	// All columns by design: the hash has to cover those that this program does not know.
	rows, err := pool.QueryContext(ctx, `SELECT * FROM "`+strings.ReplaceAll(t.Name, `"`, `""`)+`"`)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	values, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		dest[i] = &values[i]
	}

	var sum [4]uint64
	h := sha256.New()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		h.Reset()
		for i, v := range values {
			hashValue(h, cols[i], v)
		}
		digest := h.Sum(nil)
		for i := range sum {
			sum[i] += binary.BigEndian.Uint64(digest[8*i:])
		}
		t.Rows++
	}
	var text []byte
	for _, n := range sum {
		text = binary.BigEndian.AppendUint64(text, n)
	}
	t.Hash = hex.EncodeToString(text)
	return rows.Err()
}

// hashValue writes column, type, length and value, so that no two rows look the same by moving a border.
func hashValue(h hash.Hash, column string, v any) {
	put := func(kind byte, b []byte) {
		var head [9]byte
		head[0] = kind
		binary.BigEndian.PutUint64(head[1:], uint64(len(b)))
		h.Write(head[:])
		h.Write(b)
	}
	put('c', []byte(column))
	switch v := v.(type) {
	case nil:
		put('n', nil)
	case int64:
		put('i', binary.BigEndian.AppendUint64(nil, uint64(v)))
	case float64:
		put('f', binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case bool:
		put('b', fmt.Append(nil, v))
	case string:
		put('s', []byte(v))
	case []byte:
		put('x', v)
	default:
		put('?', fmt.Append(nil, v))
	}
}
