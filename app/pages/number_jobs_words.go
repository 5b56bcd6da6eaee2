package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
)

// jobName is what a job is called: its file, or what was done to a list.
func jobName(j *api.Job) string {
	if j.File != "" {
		return j.File
	}
	return ui.T("numlist.jobs.list." + string(j.Kind))
}

// jobWhat is what a job does: "Add", "Delete from the business".
func jobWhat(j *api.Job) string {
	if j.Kind == api.JobAdd {
		return ui.T("numlist.jobs.add")
	}
	return ui.T("numlist.jobs.delete." + string(j.Level))
}

// jobProgress is how far it is: "Checking 4,312 of 10,000".
func jobProgress(j *api.Job) string {
	if j.State != api.JobRunning || j.Rows == 0 {
		return ui.T("numlist.state." + string(j.State))
	}
	return ui.T("numlist.checking", "n", j.Handled, "total", j.Rows)
}

// jobLeft is how long it may still take, "" when that is not known.
func jobLeft(j *api.Job) string {
	switch s := j.RestSeconds; {
	case j.State != api.JobRunning || s == 0:
		return ""
	case s < 60:
		return ui.T("numlist.left_seconds", "n", s)
	default:
		return ui.T("numlist.left_minutes", "n", (s+59)/60)
	}
}

// jobOutcome is what came of it: "4,990 added, 10 rejected".
func jobOutcome(j *api.Job) string {
	text := resultWord(j.Kind, "applied", "n", j.Applied)
	if j.Rejected > 0 {
		text += " " + ui.T("numlist.rejected_n", "n", j.Rejected)
	}
	switch {
	case j.State == api.JobCancelled:
		return ui.T("numlist.cancelled") + " " + text
	case j.State == api.JobFailed:
		return ui.T("numlist.failed") + " " + text
	}
	return text
}

func jobTone(j *api.Job) ui.Tone {
	switch {
	case j.State == api.JobFailed:
		return ui.Bad
	case j.State == api.JobCancelled || j.Rejected > 0:
		return ui.Warn
	case j.State == api.JobDone:
		return ui.OK
	}
	return ui.Info
}

// jobSign is where a job stands, with its icon.
func jobSign(j *api.Job) sign {
	s := sign{jobTone(j), ui.IconClock, ui.T("numlist.state." + string(j.State))}
	switch j.State {
	case api.JobRunning:
		s.Icon = ui.IconLoader
	case api.JobDone:
		s.Icon = ui.IconCircleCheck
		if j.Rejected > 0 {
			s.Icon, s.Text = ui.IconTriangleAlert, ui.T("numlist.state.done_partly")
		}
	case api.JobCancelled:
		s.Tone, s.Icon = ui.Neutral, ui.IconBan
	case api.JobFailed:
		s.Icon = ui.IconCircleAlert
	case api.JobReceiving:
		s.Icon = ui.IconUpload
	}
	return s
}
