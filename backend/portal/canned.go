package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/text"
	"countersign/shared/ticket"
)

// Canned answers: texts of the provider that agents put into their answers.

// mostCanned is how many canned answers there can be.
const mostCanned = 500

// ListCanned are all of them, by title.
func (s *Service) ListCanned(tx *Tx, _ *api.None) (api.CannedAnswers, error) {
	list, err := tx.CannedAnswers(tx)
	return api.CannedAnswers{Answers: list}, err
}

// CreateCanned adds one.
func (s *Service) CreateCanned(tx *Tx, in *api.CreateCannedIn) (api.CannedAnswer, error) {
	a := api.CannedAnswer{ID: newID[id.CannedAnswer](tx)}
	if err := tx.fillCanned(&a, &in.Body); err != nil {
		return a, err
	}
	list, err := tx.CannedAnswers(tx)
	if err != nil {
		return a, err
	}
	if len(list) >= mostCanned {
		return a, errs.InState("full", "canned.error.too_many", "max", mostCanned)
	}
	if err := tx.AddCanned(tx, &a); err != nil {
		return a, cannedTaken(err)
	}
	return a, tx.recordCanned(audit.CannedCreated, &a)
}

// UpdateCanned changes one over the version that was shown.
func (s *Service) UpdateCanned(tx *Tx, in *api.UpdateCannedIn) (api.CannedAnswer, error) {
	a, err := tx.CannedAnswer(tx, in.Answer)
	if err != nil {
		return api.CannedAnswer{}, err
	}
	if a.Version != in.Body.Version {
		return api.CannedAnswer{}, changedElsewhere()
	}
	before := *a
	if err := tx.fillCanned(a, &in.Body.CannedBody); err != nil {
		return *a, err
	}
	if before.Title == a.Title && before.BodyEN == a.BodyEN && before.BodyFR == a.BodyFR {
		return before, nil
	}
	if err := tx.SaveCanned(tx, a); err != nil {
		return *a, cannedTaken(err)
	}
	return *a, tx.recordCanned(audit.CannedChanged, a)
}

// DeleteCanned removes one.
func (s *Service) DeleteCanned(tx *Tx, in *api.CannedIn) (api.None, error) {
	a, err := tx.CannedAnswer(tx, in.Answer)
	if err != nil {
		return api.None{}, err
	}
	if err := tx.Tx.DeleteCanned(tx, a.ID); err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordCanned(audit.CannedDeleted, a)
}

func (tx *Tx) fillCanned(a *api.CannedAnswer, b *api.CannedBody) (err error) {
	if a.Title = text.Line(b.Title); a.Title == "" {
		return errs.BadField("title", "error.field.required")
	}
	if a.BodyEN, err = ticket.CheckText(b.BodyEN, 0); err != nil {
		return errs.BadField("body_en", "error.field.required")
	}
	if a.BodyFR, err = ticket.CheckText(b.BodyFR, 0); err != nil {
		return errs.BadField("body_fr", "error.field.required")
	}
	a.ChangedBy, a.ChangedAt = tx.Member.Name, tx.Now()
	return nil
}

func cannedTaken(err error) error {
	if store.IsUnique(err) {
		return errs.BadField("title", "canned.error.taken")
	}
	return err
}

func (tx *Tx) recordCanned(kind audit.Kind, a *api.CannedAnswer) error {
	return tx.record(change{stream: live.Provider, kind: kind, object: string(a.ID), detail: map[string]string{"name": a.Title},
		pokes: []store.Poke{{Stream: live.Provider, Kind: live.Canned, Ref: string(a.ID)}}})
}
