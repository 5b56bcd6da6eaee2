package main_test

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

// mixed is a file of so many rows with something of everything that happens to such files.
func mixed(rows int) string {
	var b strings.Builder
	b.WriteString("\ufeffTéléphone;Motif d’appel;Nom affiché;Remarques\r\n")
	valid := func(i int) string { return fmt.Sprintf("+3361%07d", (i*7919)%10_000_000) }
	for i := range rows {
		switch i % 50 {
		case 7:
			fmt.Fprintf(&b, "%s;;encore;\r\n", valid(i/2))
		case 13:
			fmt.Fprintf(&b, "4,47E+11;Sondage;;\r\n")
		case 19:
			fmt.Fprintf(&b, "%s;Piano;;\r\n", valid(i))
		case 23:
			fmt.Fprintf(&b, "0%s;;\"=1+1;\r\n2\";\"deux\nlignes\"\r\n", valid(i)[3:])
		case 29:
			fmt.Fprintf(&b, "12;;;\r\n")
		case 31:
			fmt.Fprintf(&b, "%s;N’émet jamais d’appel;;\r\n", valid(i))
		default:
			fmt.Fprintf(&b, "%s;Sondage;Ligne %d;\r\n", valid(i), i)
		}
	}
	return b.String()
}

// sends brings a file up to be added and has it run.
func (who *person) sends(org id.Organization, data string) api.JobIn {
	who.t.Helper()
	in := api.AddFileIn{Org: api.Org{Org: org}}
	in.Body.CallPurpose, in.Body.File, in.Body.Bytes = "survey", "numbers.csv", int64(len(data))
	up := try(who, api.AddNumberFile, in)
	job := api.JobIn{Org: in.Org, Job: up.Job.ID}
	for n := range up.Parts {
		part := api.JobPartIn{JobIn: job, N: n}
		part.Body.Data = []byte(data[n*up.PartBytes : min(len(data), (n+1)*up.PartBytes)])
		try(who, api.PutJobPart, part)
	}
	try(who, api.RunJob, job)
	return job
}

// until waits until a job is as wanted.
func (who *person) until(in api.JobIn, wanted func(api.Job) bool) api.Job {
	who.t.Helper()
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for {
		j := try(who, api.GetJob, in)
		if wanted(j) || j.State.Ended() {
			return j
		}
		<-ticks.C
	}
}

// rejectedBy are the reasons by line of a file of rejected rows.
func rejectedBy(t *testing.T, csv string) map[int]number.Reason {
	t.Helper()
	out := map[int]number.Reason{}
	r := sheet.NewReader(sheet.Detect, func(row sheet.Row) error {
		if line, err := strconv.Atoi(row.Fields[0]); err == nil {
			if _, twice := out[line]; twice {
				return fmt.Errorf("line %d stands there twice", line)
			}
			out[line] = number.Reason(row.Fields[1])
		}
		return nil
	})
	if _, err := r.Write([]byte(csv)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// numbers are all live numbers of a home with what is said of them.
func (h *home) numbers() []string {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+h.path("data/"+store.FileName)+"?mode=ro")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT org || e164 || call_purpose || display_name || business_unit || program || status FROM number WHERE removed_at = 0 ORDER BY e164`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			h.t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// N09, N10: a file of 100,000 rows comes to the same end row by row, whether the command line works it off in one go or a
// portal that is killed twice in the middle of it; a dry run says so beforehand and leaves nothing.
func TestImportByCommandAndByAPI(t *testing.T) {
	const rows = 100_000
	data := mixed(rows)
	byAPI := newHome(t)
	p := byAPI.serve("--demo")
	marie, acme := p.signIn(api.AsCustomer, "marie@demo.example"), p.signIn(api.AsStaff, "sofia@demo.example").organization("20418")
	p.end(syscall.SIGTERM)
	byCommand := byAPI.copyOf()
	before := byCommand.numbers()

	if err := os.WriteFile(byCommand.path("numbers.csv"), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"numbers", "import", "numbers.csv", "--organization", "20418", "--call-purpose", "Survey", "--rejected", "rejected.csv"}
	status, tried := byCommand.run(append(args, "--dry-run")...)
	if status != 1 || !slices.Equal(byCommand.numbers(), before) {
		t.Errorf("the dry run ended with %d and left %d numbers of %d:\n%s", status, len(byCommand.numbers()), len(before), tried)
	}
	dry, err := os.ReadFile(byCommand.path("rejected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	status, said := byCommand.run(args...)
	if status != 1 || !strings.Contains(said, " of 100,000\n") || !strings.Contains(said, "spreadsheet_damage") {
		t.Fatalf("exit status %d\n%s", status, said)
	}
	if a, b := counted(said), counted(tried); len(a) < 5 || !maps.Equal(a, b) {
		t.Errorf("the dry run counted %v, the import %v", b, a)
	}
	rejected, err := os.ReadFile(byCommand.path("rejected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if string(rejected) != string(dry) {
		t.Error("the dry run rejected other rows")
	}
	byCommand.must("audit", "verify")

	p = byAPI.serve("--demo")
	job := marie.at(p).sends(acme, data)
	for _, least := range []int{1, rows / 2} {
		j := marie.at(p).until(job, func(j api.Job) bool { return j.Handled >= least })
		t.Logf("killed when %d of %d rows were handled", j.Handled, j.Rows)
		p.end(syscall.SIGKILL)
		p = byAPI.serve("--demo")
	}
	done := marie.at(p).until(job, func(api.Job) bool { return false })
	if done.State != api.JobDone || done.Rows != rows || done.Handled != rows {
		t.Fatalf("%+v", done)
	}
	var csv strings.Builder
	in := api.RejectedFileIn{JobIn: job}
	for {
		piece := try(marie.at(p), api.GetRejectedFile, in)
		csv.WriteString(piece.CSV)
		if in.After = piece.Next; in.After == "" {
			break
		}
	}
	if status := p.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, p.log)
	}
	ours, theirs := rejectedBy(t, csv.String()), rejectedBy(t, string(rejected))
	if len(ours) != done.Rejected || !maps.Equal(ours, theirs) {
		t.Errorf("by API %d rows were rejected (%d told), by command %d", done.Rejected, len(ours), len(theirs))
	}
	a, b := byAPI.numbers(), byCommand.numbers()
	if len(a) != len(before)+done.Applied || !slices.Equal(a, b) {
		t.Errorf("by API there are %d numbers, by command %d, want %d", len(a), len(b), len(before)+done.Applied)
	}
	byAPI.must("audit", "verify")
}

// counted are the counts by reason that the command printed.
func counted(said string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^ *([\d,]+)  ([a-z_]+): `).FindAllStringSubmatch(said, -1) {
		out[m[2]] = m[1]
	}
	return out
}

// N07, N10: what the command refuses it says in a sentence, and changes nothing; numbers that were added can be removed.
func TestImportCommand(t *testing.T) {
	h := newHome(t)
	h.must("admin", "create-organization", "--name", "Acme Telecom", "--reference", "20418", "--owner-name", "Marie Dubois",
		"--owner-email", "marie@example.test", "--region", "FR")
	write := func(name, text string) {
		if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("good.csv", "01 84 88 20 10\n01 84 88 20 11\n")
	write("book.xlsx", "PK\x03\x04")
	write("empty.csv", "")
	write("junk.csv", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("junk", 50))))
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "--organization", []string{"good.csv", "--organization", "nobody"}},
		{1, "--call-purpose: There is no such call purpose. These exist: ", []string{"good.csv", "--organization", "20418", "--call-purpose", "piano"}},
		{1, "Customer Service, ", []string{"good.csv", "--organization", "20418", "--call-purpose", "piano"}},
		{1, "--program", []string{"good.csv", "--organization", "20418", "--program", "Winter"}},
		{1, "--unit", []string{"good.csv", "--organization", "20418", "--unit", "Mars", "--delete"}},
		{1, "spreadsheet", []string{"book.xlsx", "--organization", "20418"}},
		{1, "no rows", []string{"empty.csv", "--organization", "20418"}},
		{1, "rows rejected: 1 of 1\n", []string{"junk.csv", "--organization", "20418"}},
		{1, "call_purpose_required", []string{"good.csv", "--organization", "20418"}},
		{2, "--help", []string{"nowhere.csv", "--organization", "20418"}},
		{2, "--help", []string{"good.csv"}},
		{0, "Numbers that would be added to Acme Telecom: 2\n", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--dry-run", "--rejected", "no.csv"}},
		{1, "rows that would be rejected: 2 of 2\n", []string{"good.csv", "--organization", "20418", "--dry-run"}},
		{1, "--rejected", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "nowhere/r.csv"}},
		{1, "--rejected", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "."}},
		{1, "--rejected", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", ""}},
		{1, "--rejected", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "data.key"}},
		{1, "--rejected", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "data/r.csv"}},
		{1, "would take the place of", []string{"good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "good.csv"}},
	} {
		if status, out := h.run(append([]string{"numbers", "import"}, c.args...)...); status != c.status || !strings.Contains(out, c.want) {
			t.Errorf("%v: exit status %d, want %d and %q\n%s", c.args, status, c.status, c.want, out)
		}
	}
	if n := h.numbers(); len(n) != 0 {
		t.Errorf("there are %v", n)
	}
	h.must("numbers", "import", "good.csv", "--organization", "20418", "--call-purpose", "Survey", "--rejected", "no.csv")
	if _, err := os.Stat(h.path("no.csv")); err == nil || len(h.numbers()) != 2 {
		t.Errorf("a file of no rejected rows, or %v", h.numbers())
	}
	if out := h.must("numbers", "import", "good.csv", "--organization", "20418", "--delete"); !strings.Contains(out, "Numbers removed from Acme Telecom: 2\n") || len(h.numbers()) != 0 {
		t.Errorf("%s%v", out, h.numbers())
	}
	// What was rejected is for its owner alone, whatever stood under the name before.
	if err := os.WriteFile(h.path("no.csv"), []byte("of last month"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path("bad.csv"), []byte("Phone number\n12\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h.run("numbers", "import", "bad.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "no.csv")
	info, err := os.Stat(h.path("no.csv"))
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() < 40 {
		t.Errorf("%v, %v", info, err)
	}
	// It goes when there is nothing to mend any more, and not before.
	good := []string{"numbers", "import", "good.csv", "--organization", "20418", "--call-purpose", "survey", "--rejected", "no.csv"}
	h.must(append(good, "--dry-run")...)
	if _, err := os.Stat(h.path("no.csv")); err != nil {
		t.Errorf("a dry run took the rejected rows away: %v", err)
	}
	h.must(good...)
	if left, err := filepath.Glob(h.path("*no.csv*")); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if left, err := filepath.Glob(h.path(".countersign-*")); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	h.must("audit", "verify")
}
