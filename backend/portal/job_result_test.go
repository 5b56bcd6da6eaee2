package portal_test

import (
	"fmt"
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/sheet"
)

// N08, N10: rejected rows come back as they were, safe for a spreadsheet; mended and sent again they are taken.
func TestRejectedRowsAreMendedAndSentAgain(t *testing.T) {
	for _, persona := range []string{"en", "fr"} {
		w := New(t)
		a := w.As(w.Marie)
		a.Client.Locale = persona
		w.Service.JobBatch = 50
		job := runFile(a, survey, api.FileOptions{}, "Tel,Usage,Nom,Notes\n+33184880001,Survey,One,n\n+3318488000x,Survey,\"=1+1, \"\"two\"\"\",\"a\nb\"\n+33184880003,Piano,Trois;3,\n")
		if job.Applied != 1 || job.Rejected != 2 {
			t.Fatalf("%+v", job)
		}
		file := Must(Call(a, api.GetRejectedFile, api.RejectedFileIn{JobIn: jobIn(a, job.ID)}))
		if file.Next != "" || !strings.HasPrefix(file.CSV, "\ufeff") || !strings.Contains(file.CSV, "not_a_number") || strings.Contains(file.CSV, ",=1") || strings.Contains(file.CSV, ";=1") || strings.Contains(file.CSV, `"=1`) {
			t.Errorf("%s: %+v", persona, file)
		}
		if persona == "fr" && !strings.Contains(file.CSV, "Numéro de téléphone;") {
			t.Errorf("in French: %s", file.CSV)
		}
		same := runFile(a, survey, api.FileOptions{}, file.CSV)
		if next := Must(Call(a, api.GetRejectedFile, api.RejectedFileIn{JobIn: jobIn(a, same.ID)})); same.Rejected != 2 || len(next.CSV) != len(file.CSV) {
			t.Errorf("%s: sent again as it was, it became\n%s", persona, next.CSV)
		}
		mended := strings.NewReplacer("+3318488000x", "+33184880002", "Piano", "Survey").Replace(file.CSV)
		again := runFile(a, survey, api.FileOptions{}, mended)
		if again.Applied != 2 || again.Rejected != 0 {
			t.Errorf("%s: sent again %+v\n%s", persona, again, mended)
		}
		if got := row(w, french(2)); got != `survey|=1+1, "two"||` {
			t.Errorf("%s: the name became %s", persona, got)
		}
	}
}

// N08: a long file of rejected rows comes in pieces that fit together, each row once.
func TestRejectedFileInPieces(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	const n = 9000
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "bad %d,%s\n", i, strings.Repeat("y", 150))
	}
	job := runFile(marie, survey, api.FileOptions{Delimiter: sheet.Comma, Mapping: &sheet.Mapping{Number: 1}}, b.String())
	if job.Rejected != n {
		t.Fatalf("%+v", job)
	}
	var all strings.Builder
	in, pieces := api.RejectedFileIn{JobIn: jobIn(marie, job.ID)}, 0
	for {
		piece := Must(Call(marie, api.GetRejectedFile, in))
		all.WriteString(piece.CSV)
		pieces++
		if in.After = piece.Next; in.After == "" {
			break
		}
	}
	rows := 0
	r := sheet.NewReader(sheet.Comma, func(r sheet.Row) error {
		if rows > 0 && (r.Fields[0] != itoa(rows) || r.Fields[3] != fmt.Sprintf("bad %d", rows-1)) {
			return fmt.Errorf("row %d is %v", rows, r.Fields[:4])
		}
		rows++
		return nil
	})
	if _, err := r.Write([]byte(all.String())); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || rows != n+1 || pieces < 3 {
		t.Errorf("%d rows in %d pieces, %v", rows, pieces, err)
	}
}

func itoa(n int) string { return fmt.Sprint(n) }
