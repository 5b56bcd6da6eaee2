package store

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// past is a history with a change of every kind and more numbers than a row of it holds, of two people.
func past(n int) []inventory.Past {
	starts := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	list := []inventory.Past{
		{Change: replica.Change{Kind: replica.KindPurpose, ID: "fax", Purpose: &number.Purpose{Key: "fax", Labels: map[string]string{"en": "Fax"}, NeverPlaces: true}}},
		{Change: replica.Change{Kind: replica.KindUnit, ID: "u", Unit: &number.Unit{ID: "u", Name: "North", Ver: 2}}},
		{Change: replica.Change{Kind: replica.KindProgram, ID: "p", Program: &number.Program{ID: "p", BusinessUnit: "u", DisplayName: "Été", Starts: starts, Ver: 3}}},
		{Change: replica.Change{Kind: replica.KindProgram, ID: "gone", Del: true}},
	}
	for i := len(list); i < n; i++ {
		key := id.Number(fmt.Sprintf("018f0000-0000-7000-8000-%012d", i))
		ch := replica.Change{Kind: replica.KindNumber, ID: string(key), Del: i%9 == 0}
		if !ch.Del {
			ch.Number = &number.Number{ID: key, E164: number.E164(fmt.Sprintf("+331%08d", i)), CallPurpose: "survey", DisplayName: fmt.Sprintf("Réception %d", i),
				Status: number.Active, Ver: int64(i + 1)}
		}
		list = append(list, inventory.Past{Change: ch})
	}
	for i := range list {
		p := &list[i]
		p.Seq, p.Uid, p.At = int64(i+1), replica.Uid(fmt.Sprintf("%032x", i)), starts
		p.By, p.Name = "marie", "Marie"
		if i >= n/2 {
			p.By, p.Name, p.At = "jonas", "Jonas", starts.Add(time.Hour)
		}
		p.Chain = [8]byte{byte(i), byte(i >> 8), 1}
	}
	return list
}

// holds fails unless the organization's history is the list, read one by one and in pages that end anywhere.
func (in *installation) holds(o id.Organization, list []inventory.Past) {
	in.Helper()
	in.must(in.View(o, func(s inventory.Store) error {
		for i := range list {
			got, err := s.Change(list[i].Seq)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(&list[i], got); diff != "" {
				in.Fatalf("change %d:\n%s", i+1, diff)
			}
		}
		for _, limit := range []int{33, 250, 1000} {
			for after := 0; after <= len(list); after += limit {
				got, err := s.Changes(int64(after), limit)
				if err != nil {
					return err
				}
				if want := min(limit, len(list)-after); len(got) != want {
					in.Fatalf("%d changes after %d, want %d", len(got), after, want)
				}
				for i := range got {
					if diff := cmp.Diff(list[after+i].Change, got[i]); diff != "" {
						in.Fatalf("change %d in a page of %d:\n%s", after+i+1, limit, diff)
					}
				}
			}
		}
		for _, none := range []int64{0, int64(len(list)) + 1} {
			if p, err := s.Change(none); p != nil || err != nil {
				in.Errorf("change %d: %+v, %v", none, p, err)
			}
		}
		return nil
	}))
}

// Changes that one person makes in one transaction share rows, and read as they were.
func TestHistoryStretches(t *testing.T) {
	in := newInstallation(t)
	o, list := in.Organization(), past(700)
	in.must(in.Update(o, func(s inventory.Store) error {
		h, err := s.Head()
		if err != nil {
			return err
		}
		for i := range list {
			if err := s.AddChange(&list[i]); err != nil {
				return err
			}
			if i == 400 { // what is not yet counted is there for this transaction
				got, err := s.Changes(398, 10)
				if p, err := s.Change(400); err != nil || p.Uid != list[399].Uid || len(got) != 3 {
					t.Errorf("%+v, %v; %d changes", p, err, len(got))
				}
				if err != nil {
					return err
				}
			}
		}
		h.Seq = int64(len(list))
		return s.SetHead(h)
	}))
	in.holds(o, list)
	var rows int
	in.must(in.db.View(t.Context(), func(tx *Tx) error {
		return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM number_history`).Scan(&rows)
	}))
	if rows != 4 { // 350 changes each
		t.Errorf("%d rows for 700 changes of two people", rows)
	}
}

// What a part of a transaction added to the history goes with it, written or not, and what was added before stays.
func TestHistoryOfAPartThatFails(t *testing.T) {
	for _, counted := range []bool{false, true} {
		in := newInstallation(t)
		o, list := in.Organization(), past(20)
		in.must(in.Update(o, func(s inventory.Store) error {
			h, err := s.Head()
			if err != nil {
				return err
			}
			add := func(some []inventory.Past) {
				for i := range some {
					in.must(s.AddChange(&some[i]))
				}
			}
			add(list[:10])
			failed := s.Part(func() error {
				add(past(30)[10:])
				if counted {
					h.Seq = 30
					in.must(s.SetHead(h))
				}
				return context.Canceled
			})
			if failed != context.Canceled {
				t.Error(failed)
			}
			add(list[10:])
			h.Seq = 20
			return s.SetHead(h)
		}))
		in.holds(o, list)
	}
}

// A database from before there were stretches keeps its history, change by change.
func TestMigrateHistory(t *testing.T) {
	dir := t.TempDir()
	before := fstest.MapFS{}
	for _, name := range []string{"00001_foundation.sql", "00002_contacts_and_codes.sql", "00003_numbers.sql"} {
		text, err := fs.ReadFile(builtIn(), name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: text}
	}
	lists := map[id.Organization][]inventory.Past{"one": past(600), "two": past(5)}
	old := open(t, func(o *Options) { o.Dir, o.Migrations = dir, before })
	err := old.Update(t.Context(), func(tx *Tx) error {
		tx.MarkRecorded()
		for oid, list := range lists {
			for _, p := range list {
				var row []byte
				var v any
				switch {
				case p.Number != nil:
					v = p.Number
				case p.Unit != nil:
					v = p.Unit
				case p.Program != nil:
					v = p.Program
				case p.Purpose != nil:
					v = p.Purpose
				}
				if v != nil {
					var err error
					if row, err = json.Marshal(v); err != nil {
						return err
					}
				}
				if _, err := tx.Exec(t.Context(), `INSERT INTO number_change (org, seq, kind, id, del, row, uid, login, name, at, chain)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, oid, p.Seq, p.Kind, p.Change.ID, p.Del, string(row), string(p.Uid), string(p.By), p.Name, p.At,
					fmt.Sprintf("%x", p.Chain)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		err = old.Close()
	}
	if err != nil {
		t.Fatal(err)
	}

	in := &installation{TB: t, now: time.Now()}
	if in.db, err = Open(t.Context(), Options{Dir: dir, Ballast: -1, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.db.Close() })
	for oid, list := range lists {
		in.holds(oid, list)
	}
}
