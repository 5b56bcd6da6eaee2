package portal

import (
	"encoding/json"
	"math"
	"path"
	"strings"
	"time"
	"unicode"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"
)

// Bulk work on numbers: a file is announced, brought up in parts, and worked off beside the requests. A short list is
// worked off in its own call.

// openJobs is how many jobs of an organization may wait or run at a time.
const openJobs = 5

// AddNumberFile announces a file of numbers to add.
func (s *Service) AddNumberFile(tx *Tx, in *api.AddFileIn) (api.JobUpload, error) {
	j, err := tx.newJob(api.JobAdd, &in.Body.FileOptions)
	if err == nil {
		err = tx.addInto(j, in.Body.AddOptions)
	}
	return tx.announce(j, err)
}

// DeleteNumberFile announces a file of numbers to remove.
func (s *Service) DeleteNumberFile(tx *Tx, in *api.DeleteFileIn) (api.JobUpload, error) {
	j, err := tx.newJob(api.JobDelete, &in.Body.FileOptions)
	if err == nil {
		err = tx.deleteFrom(j, in.Body.DeleteOptions)
	}
	return tx.announce(j, err)
}

// newJob makes a job of the caller's, or of the command line's. Without file options it is a list.
func (tx *Tx) newJob(kind api.JobKind, f *api.FileOptions) (*store.Job, error) {
	o, err := tx.Organization(tx, tx.Org)
	if err != nil {
		return nil, err
	}
	j := &store.Job{Org: tx.Org, Region: o.Region, Actor: tx.Actor, Reading: "{}"}
	j.ID, j.Kind, j.State, j.By, j.CreatedAt = newID[id.Job](tx), kind, api.JobReceiving, tx.Actor.Name, tx.Now()
	if tx.SignIn != nil {
		j.Login = tx.SignIn.Login
	}
	if tx.Inside != nil {
		j.Session, j.Grant = tx.Inside.Session.ID, tx.Inside.Grant.ID
	}
	if f != nil {
		if j.File, err = jobFile(f.File); err != nil {
			return nil, err
		}
		if f.Bytes > api.JobBytes {
			return nil, errs.New(errs.TooLarge, "job.error.bytes", "mib", api.JobBytes>>20)
		}
		if !f.Delimiter.Known() {
			return nil, errs.BadField("delimiter", "error.invalid")
		}
		if tx.SignIn != nil { // the command line's owner has the disk
			if err := tx.affordFile(f.Bytes); err != nil {
				return nil, err
			}
		}
		j.Bytes, j.Reading = f.Bytes, jobReading{f.Delimiter, f.Mapping}.text()
	}
	return j, tx.roomForJob(f != nil && tx.SignIn != nil)
}

// mayWork reports whether the caller has the rights that the job needs.
func (tx *Tx) mayWork(j *store.Job) bool {
	return tx.Actor.Kind == audit.BySystem || tx.Actor.Kind == audit.ByToken || jobRights(j).Without(tx.Rights) == 0
}

// jobRights are the rights that bulk work takes.
func jobRights(j *store.Job) perm.Set {
	switch {
	case j.Kind == api.JobDelete && j.Level != "" && j.Level != api.LevelBusiness: // that is a change of where they stand
		return perm.Of(perm.NumbersDelete, perm.NumbersUpdate)
	case j.Kind == api.JobDelete:
		return perm.Of(perm.NumbersDelete)
	case j.File != "":
		return perm.Of(perm.NumbersCreate, perm.NumbersImport)
	}
	return perm.Of(perm.NumbersCreate)
}

// roomForJob refuses work where the disk fills up, and more than a few files that come over the network at a time. A list
// is worked off in the call that brings it, so it waits behind nobody's files.
func (tx *Tx) roomForJob(file bool) error {
	if tx.svc.DB.Disk().Low {
		return errs.New(errs.ReadOnly, "job.error.disk")
	}
	if !file {
		return nil
	}
	n, err := tx.OpenJobs(tx, tx.Org)
	if err == nil && n >= openJobs {
		err = errs.InState("busy", "job.error.open", "max", openJobs)
	}
	return err
}

func jobFile(s string) (string, error) {
	s = path.Base(strings.ReplaceAll(strings.TrimSpace(s), `\`, "/"))
	odd := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
	if s == "." || s == "/" || strings.ContainsFunc(s, odd) {
		return "", errs.BadField("file", "error.invalid")
	}
	return s, nil
}

// jobReading is how a person said that a file is to be read.
type jobReading struct {
	Delimiter sheet.Delimiter `json:"delimiter,omitempty"`
	Mapping   *sheet.Mapping  `json:"mapping,omitempty"`
}

func (r jobReading) text() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic("portal: a mapping has a JSON form: " + err.Error())
	}
	return string(b)
}

// addInto says where added numbers go. What is wrong about it is wrong for every row, so it is told before any is brought.
func (tx *Tx) addInto(j *store.Job, o api.AddOptions) error {
	if !tx.mayWork(j) {
		return forbidden()
	}
	j.BusinessUnit, j.Program, j.CallPurpose = o.BusinessUnit, o.Program, o.CallPurpose
	if err := tx.checkPlace(j); err != nil || j.CallPurpose == "" {
		return err
	}
	p, err := tx.Purpose(tx, j.CallPurpose)
	if errs.Is(err, errs.NotFound) || err == nil && p.Retired {
		return errs.BadField("call_purpose", "number.reason."+string(number.UnknownCallPurpose))
	}
	if err == nil && p.NeverPlaces && j.Program != "" {
		return errs.BadField("call_purpose", "number.reason."+string(number.DoNotOriginateInProgram))
	}
	return err
}

// deleteFrom says what numbers are taken out of. Without a unit or program, it is whichever they stand in.
func (tx *Tx) deleteFrom(j *store.Job, o api.DeleteOptions) error {
	j.Level, j.BusinessUnit, j.Program = o.Level, o.BusinessUnit, o.Program
	if !tx.mayWork(j) {
		return forbidden()
	}
	if o.Level != api.LevelProgram && o.Program != "" {
		return errs.BadField("program", "error.invalid")
	}
	if o.Level == api.LevelBusiness && o.BusinessUnit != "" {
		return errs.BadField("business_unit", "error.invalid")
	}
	return tx.checkPlace(j)
}

// checkPlace finds the unit of a program that stands by itself, and refuses what does not exist.
func (tx *Tx) checkPlace(j *store.Job) error {
	if j.Program != "" {
		p, err := tx.Tx.Program(tx, j.Org, j.Program)
		if errs.Is(err, errs.NotFound) || err == nil && j.BusinessUnit != "" && j.BusinessUnit != p.BusinessUnit {
			return errs.BadField("program", "job.error.program")
		}
		if err != nil {
			return err
		}
		j.BusinessUnit = p.BusinessUnit
		if j.Kind == api.JobAdd && p.Ended(tx.Now()) {
			return errs.BadField("program", "number.reason."+string(number.ProgramEnded))
		}
		return nil
	}
	if j.BusinessUnit == "" {
		return nil
	}
	_, err := tx.Tx.BusinessUnit(tx, j.Org, j.BusinessUnit)
	if errs.Is(err, errs.NotFound) {
		return errs.BadField("business_unit", "job.error.business_unit")
	}
	return err
}

// announce writes a job whose file is still to come.
func (tx *Tx) announce(j *store.Job, err error) (api.JobUpload, error) {
	if err != nil {
		return api.JobUpload{}, err
	}
	if err := tx.AddJob(tx, j); err != nil {
		return api.JobUpload{}, err
	}
	if err := tx.record(tx.jobStarted(j)); err != nil {
		return api.JobUpload{}, err
	}
	return tx.jobUpload(j)
}

func (tx *Tx) jobStarted(j *store.Job) change {
	return change{stream: live.Of(j.Org), kind: audit.NumbersJobStarted, object: string(j.ID), detail: jobDetail(j),
		pokes: jobPokes(j)}
}

// jobDetail names a job in the record: what it does, and by which file.
func jobDetail(j *store.Job) map[string]string {
	what := string(j.Kind)
	if j.Level != "" && j.Level != api.LevelBusiness {
		what += "_" + string(j.Level)
	}
	d := map[string]string{"what": what}
	if j.File != "" {
		d["file"] = j.File
	}
	return d
}

func jobPokes(j *store.Job) []store.Poke {
	return []store.Poke{{Stream: live.Of(j.Org), Kind: live.Jobs, Org: j.Org, Ref: string(j.ID)}}
}

// partsOf is how many parts a file comes in.
func partsOf(j *store.Job) int { return int((j.Bytes + api.JobPart - 1) / api.JobPart) }

// partSize is how long a part must be.
func partSize(j *store.Job, n int) int { return int(min(j.Bytes-int64(n)*api.JobPart, api.JobPart)) }

func (tx *Tx) jobUpload(j *store.Job) (api.JobUpload, error) {
	have, err := tx.JobParts(tx, j.ID)
	return api.JobUpload{Job: tx.shownJob(j), PartBytes: api.JobPart, Parts: partsOf(j), Have: have}, err
}

// job is the job of the path, which the caller may work on.
func (tx *Tx) job(in *api.JobIn) (*store.Job, error) {
	j, err := tx.Job(tx, in.Org.Org, in.Job)
	if err != nil {
		return nil, err
	}
	if !tx.mayWork(j) {
		return nil, forbidden()
	}
	return j, nil
}

// ownJob is the job of the path if the caller announced it, and in the same support session if in one: it runs in the name
// and with the rights of that person, so nobody else has a say in what it does. Others may cancel it.
func (tx *Tx) ownJob(in *api.JobIn) (*store.Job, error) {
	j, err := tx.job(in)
	if err != nil {
		return nil, err
	}
	var inside id.SupportSession
	if tx.Inside != nil {
		inside = tx.Inside.Session.ID
	}
	if j.Login != tx.SignIn.Login || j.Session != inside {
		return nil, forbidden()
	}
	return j, nil
}

// PutJobPart takes a part of a file. The same part again takes its place, so a part whose answer was lost is sent again.
func (s *Service) PutJobPart(tx *Tx, in *api.JobPartIn) (api.JobUpload, error) {
	j, err := tx.ownJob(&in.JobIn)
	if err != nil {
		return api.JobUpload{}, err
	}
	if err := tx.takePart(j, in.N, in.Body.Data); err != nil {
		return api.JobUpload{}, err
	}
	return tx.jobUpload(j)
}

func (tx *Tx) takePart(j *store.Job, n int, data []byte) error {
	if j.State != api.JobReceiving {
		return errs.InState(string(j.State), "job.error.begun")
	}
	if n >= partsOf(j) {
		return errs.BadField("path.n", "job.error.parts", "parts", partsOf(j))
	}
	if len(data) != partSize(j, n) {
		return errs.BadField("data", "job.error.part_size", "bytes", partSize(j, n))
	}
	if tx.svc.DB.Disk().Low {
		return errs.New(errs.ReadOnly, "job.error.disk")
	}
	return tx.Tx.PutJobPart(tx, j.ID, n, data)
}

// GetJobUpload tells which parts are there.
func (s *Service) GetJobUpload(tx *Tx, in *api.JobIn) (api.JobUpload, error) {
	j, err := tx.Job(tx, in.Org.Org, in.Job)
	if err != nil {
		return api.JobUpload{}, err
	}
	return tx.jobUpload(j)
}

// RunJob has a job worked off whose file is complete. To ask for it again does no harm.
func (s *Service) RunJob(tx *Tx, in *api.JobIn) (api.Job, error) {
	j, err := tx.ownJob(in)
	if err != nil {
		return api.Job{}, err
	}
	if j.State == api.JobWaiting || j.State == api.JobRunning || j.State == api.JobDone {
		return tx.shownJob(j), nil
	}
	if err := tx.queueJob(j); err != nil {
		return api.Job{}, err
	}
	if err := tx.Continue(tx, jobPokes(j)); err != nil {
		return api.Job{}, err
	}
	tx.AfterCommit(s.jobs.awake)
	return tx.shownJob(j), nil
}

func (tx *Tx) queueJob(j *store.Job) error {
	if j.State != api.JobReceiving {
		return errs.InState(string(j.State), "job.error.ended")
	}
	have, err := tx.JobParts(tx, j.ID)
	if err != nil {
		return err
	}
	if len(have) < partsOf(j) {
		return errs.InState(string(j.State), "job.error.incomplete", "have", len(have), "parts", partsOf(j))
	}
	j.State, j.QueuedAt = api.JobWaiting, tx.Now()
	return tx.SaveJob(tx, j)
}

// CancelJob stops a job: what was applied stays, the rest is not handled.
func (s *Service) CancelJob(tx *Tx, in *api.JobIn) (api.Job, error) {
	j, err := tx.job(in)
	if err != nil {
		return api.Job{}, err
	}
	if j.State == api.JobCancelled {
		return tx.shownJob(j), nil
	}
	if j.State.Ended() {
		return api.Job{}, errs.InState(string(j.State), "job.error.ended")
	}
	c, err := tx.endJob(j, api.JobCancelled, "")
	if err != nil {
		return api.Job{}, err
	}
	return tx.shownJob(j), tx.record(c)
}

// endJob writes that a job is over and gives what is to be recorded of it.
func (tx *Tx) endJob(j *store.Job, as api.JobState, problem string) (change, error) {
	j.State, j.Problem, j.EndedAt = as, problem, tx.Now()
	if err := tx.SaveJob(tx, j); err != nil {
		return change{}, err
	}
	d := jobDetail(j)
	d["name"], d["state"], d["applied"], d["rejected"] = j.Actor.Name, string(as), itoa(j.Applied), itoa(j.Rejected)
	c := change{stream: live.Of(j.Org), kind: audit.NumbersJobEnded, object: string(j.ID), grant: j.Grant, session: j.Session, detail: d,
		pokes: jobPokes(j)}
	return c, tx.DropJobParts(tx, j.ID)
}

// GetJob tells how far a job is.
func (s *Service) GetJob(tx *Tx, in *api.JobIn) (api.Job, error) {
	j, err := tx.Job(tx, in.Org.Org, in.Job)
	if err != nil {
		return api.Job{}, err
	}
	return tx.shownJob(j), nil
}

// ListJobs are the organization's jobs, newest first.
func (s *Service) ListJobs(tx *Tx, in *api.JobsIn) (api.Jobs, error) {
	list, err := tx.Jobs(tx, in.Org.Org, in.Before, in.Limit+1)
	if err != nil {
		return api.Jobs{}, err
	}
	out := api.Jobs{Jobs: []api.Job{}}
	for i := range list {
		if i == in.Limit {
			out.Next = string(list[i-1].ID)
			break
		}
		out.Jobs = append(out.Jobs, tx.shownJob(&list[i]))
	}
	return out, nil
}

// shownJob is a job as people see it at this time.
func (tx *Tx) shownJob(j *store.Job) api.Job {
	out := j.Job
	if !j.EndedAt.IsZero() {
		out.KeptUntil = j.EndedAt.Add(api.JobKeptDays * 24 * time.Hour)
	}
	if j.State == api.JobRunning && j.Handled > 0 {
		spent := tx.Now().Sub(j.StartedAt).Seconds()
		out.RestSeconds = int(math.Ceil(spent * float64(j.Rows-j.Handled) / float64(j.Handled)))
	}
	return out
}
