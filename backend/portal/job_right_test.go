package portal_test

import (
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/perm"
)

// N09, N11, K13: who may add by list, by file and delete; nobody sees or touches another organization's jobs.
func TestNumberJobRights(t *testing.T) {
	w := New(t)
	creator := w.As(w.AddContact(w.Acme, "Clara Creator", perm.ReadOnly))
	w.Exec(`UPDATE contact SET overrides = '{"numbers.create":"allow"}' WHERE id = ?`, creator.Contact)
	reader := w.As(w.Paul)

	Must(addList(creator, survey, french(1)))
	_, err := sendFile(creator, survey, api.FileOptions{}, french(2))
	Refused(t, err, errs.Forbidden)
	_, err = deleteList(creator, api.DeleteOptions{Level: api.LevelBusiness}, french(1))
	Refused(t, err, errs.Forbidden)
	_, err = addList(reader, survey, french(2))
	Refused(t, err, errs.Forbidden)

	marie, luc := w.As(w.Marie), w.As(w.Luc)
	j := Must(sendFile(marie, survey, api.FileOptions{}, french(2)))
	Must(Call(reader, api.GetJob, jobIn(reader, j)))
	_, err = Call(reader, api.CancelJob, jobIn(reader, j))
	Refused(t, err, errs.Forbidden)
	_, err = Call(reader, api.RunJob, jobIn(reader, j))
	Refused(t, err, errs.Forbidden)
	_, err = Call(luc, api.GetJob, jobIn(luc, j))
	Refused(t, err, errs.NotFound)
	_, err = Call(luc, api.CancelJob, jobIn(luc, j))
	Refused(t, err, errs.NotFound)
	_, err = Call(luc, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(luc, j)})
	Refused(t, err, errs.NotFound)

	tom := Must(w.As(w.Tom).EnterManaged(w.Gamma, "Ticket 4821"))
	in := api.AddListIn{Org: api.Org{Org: w.Gamma}}
	in.Body.AddOptions, in.Body.Numbers = survey, []string{french(7)}
	Must(Call(tom, api.AddNumberList, in))
	entry := Must(Call(w.As(w.Gina), api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Gamma}})).Entries[0]
	if entry.Kind != audit.NumbersJobEnded || entry.Actor.Kind != audit.BySupport || entry.Session == "" || entry.Grant == "" {
		t.Errorf("in a support session the record says %+v", entry)
	}
}

// X05: rights are judged at each batch: what is left when they are taken away, or when the organization is suspended, is
// forbidden.
func TestNumberJobLosesItsRights(t *testing.T) {
	for name, lose := range map[string]func(*World, *Actor){
		"permission": func(w *World, a *Actor) {
			w.Exec(`UPDATE contact SET overrides = '{"numbers.import":"deny"}' WHERE id = ?`, a.Contact)
		},
		"contact":      func(w *World, a *Actor) { w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, a.Contact) },
		"organization": func(w *World, a *Actor) { w.Exec(`UPDATE organization SET state = 'suspended' WHERE id = ?`, w.Acme) },
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Service.JobBatch = 100
			jonas, marie := w.As(w.Jonas), w.As(w.Marie)
			j := Must(sendFile(jonas, survey, api.FileOptions{}, strings.Join(manyFrench(500), "\n")))
			Must(Call(jonas, api.RunJob, jobIn(jonas, j)))
			interrupt(w, 2)
			lose(w, jonas)
			work(w)
			job := Must(Call(marie, api.GetJob, jobIn(marie, j)))
			if job.State != api.JobDone || job.Applied != 200 || job.Reasons[number.Forbidden] != 300 || len(stored(w, w.Acme)) != 200 {
				t.Errorf("%+v", job)
			}
			w.Verify()
		})
	}

	t.Run("support_session", func(t *testing.T) {
		w := New(t)
		w.Service.JobBatch = 100
		marie := w.As(w.Marie)
		grant := Must(marie.Approve(Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
		inside := Must(w.As(w.Sofia).Enter(grant))
		inside.Persona = &Persona{Org: w.Acme}
		j := Must(sendFile(inside, survey, api.FileOptions{}, strings.Join(manyFrench(500), "\n")))
		Must(Call(inside, api.RunJob, jobIn(inside, j)))
		interrupt(w, 2)
		Must(marie.Revoke(grant))
		work(w)
		if job := Must(Call(marie, api.GetJob, jobIn(marie, j))); job.Applied != 200 || job.Reasons[number.Forbidden] != 300 || job.By != "Sofia Keller" {
			t.Errorf("%+v", job)
		}
	})
}
