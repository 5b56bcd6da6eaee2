package portal_test

import (
	"bytes"
	"runtime"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// N10: the largest file that an organization may take is written in time and in a bounded part of memory; one number more
// is refused before anything is written.
func TestLargestExport(t *testing.T) {
	d := newDesk(t)
	more := func(from, to int) {
		d.Exec(`WITH RECURSIVE i (n) AS (SELECT ? UNION ALL SELECT n + 1 FROM i WHERE n + 1 < ?)
INSERT INTO number (org, id, e164, call_purpose, display_name, name_key, business_unit, program, status, removed_at, ver, by_login, other_ver,
purpose_ver, name_ver, place_ver) SELECT ?, PRINTF('018f0000-0000-7000-8000-%012d', n), PRINTF('+331%08d', n * 37), 'survey', PRINTF('Line %d', n),
PRINTF('line %d', n), '', '', 'active', 0, 1, '', 0, 0, 0, 0 FROM i`, from, to, d.Acme)
		d.tally()
	}
	more(0, api.MaxExport)
	in := api.ExportNumbersIn{Org: api.Org{Org: d.Acme}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	blob := backendtest.Must(backendtest.Call(d.marie, api.ExportNumbers, in))
	runtime.ReadMemStats(&after)
	if n := bytes.Count(blob.Data, []byte("\r\n")); n != api.MaxExport+1 {
		t.Errorf("%d rows", n)
	}
	if grown := after.Sys - before.Sys; grown > 192<<20 {
		t.Errorf("took %d MB for a file of %d MB", grown>>20, len(blob.Data)>>20)
	}
	blob = api.Blob{}

	more(api.MaxExport, api.MaxExport+1)
	_, err := backendtest.Call(d.marie, api.ExportNumbers, in)
	backendtest.Refused(t, err, errs.Conflict)
	in.Body.Query = "line 24999"
	if blob = backendtest.Must(backendtest.Call(d.marie, api.ExportNumbers, in)); bytes.Count(blob.Data, []byte("\r\n")) != 12 {
		t.Errorf("a filter makes it less: %q", blob.Data)
	}
}
