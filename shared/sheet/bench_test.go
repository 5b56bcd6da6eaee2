package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"countersign/shared/number"
)

func benchFile() []byte {
	var b bytes.Buffer
	b.WriteString("Phone number,Call purpose,Business unit,Program,Display name\r\n")
	for i := range MaxRows {
		fmt.Fprintf(&b, "+331848%05d,Customer Service,Acme France,\"Winter, 2026\",Acme %d\r\n", i, i)
	}
	return b.Bytes()
}

// BenchmarkRead reads 100,000 rows in pieces, and in the same run with encoding/csv (which detects, decodes and bounds
// nothing); x_csv is how many times faster this is.
func BenchmarkRead(b *testing.B) {
	file := benchFile()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var ours, theirs time.Duration
	for b.Loop() {
		begin := time.Now()
		rows := 0
		r := NewReader(Detect, func(Row) error { rows++; return nil })
		if _, err := io.Copy(r, bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(begin)

		b.StopTimer()
		begin = time.Now()
		records := 0
		for c := csv.NewReader(bytes.NewReader(file)); ; records++ {
			if _, err := c.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		theirs += time.Since(begin)
		b.StartTimer()
		if rows != records {
			b.Fatalf("%d rows, encoding/csv has %d", rows, records)
		}
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x_csv")
	b.ReportMetric(float64(MaxRows)*float64(b.N)/ours.Seconds(), "rows/s")
}

// BenchmarkList reads, validates and looks for duplicates in 100,000 rows.
func BenchmarkList(b *testing.B) {
	file := benchFile()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		l := NewList(Options{Parse: number.Parse, Region: "FR"}, func(Entry) error { return nil })
		if _, err := io.Copy(l, bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		if n := l.Preview().Counts; n.Valid != MaxRows {
			b.Fatalf("%+v", n)
		}
	}
}

// BenchmarkWrite exports 100,000 rows.
func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		w := NewWriter(io.Discard, Comma)
		for range MaxRows {
			if err := w.Write("+33184882010", "Customer Service", "Acme France", "Winter, 2026", "Acme"); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}
