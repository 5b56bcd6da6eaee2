package client

import (
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// step is a call that waits for the password.
type step struct{ again, cancel func() }

func (s *Session) ask(w step) {
	s.mu.Lock()
	s.steps = append(s.steps, w)
	s.mu.Unlock()
	s.notify()
}

// StepUpAsked reports whether a call waits for the password: the shell shows its dialog then.
func (s *Session) StepUpAsked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.steps) > 0
}

// StepUp sends the password, and the code where a second factor is set. When they are right, every call that waits is
// repeated; else done hears why.
func (s *Session) StepUp(ctx app.Context, password, code string, done func(app.Context, error)) {
	var in api.StepUpIn
	in.Body.Password, in.Body.Code = password, code
	Call(ctx, s, api.StepUp, in, func(ctx app.Context, _ api.None, err error) {
		done(ctx, err)
		if err == nil {
			for _, w := range s.takeSteps() {
				w.again()
			}
		}
	})
}

// CancelStepUp gives up the calls that wait.
func (s *Session) CancelStepUp() {
	for _, w := range s.takeSteps() {
		w.cancel()
	}
}

func (s *Session) takeSteps() []step {
	s.mu.Lock()
	waiting := s.steps
	s.steps = nil
	s.mu.Unlock()
	s.notify()
	return waiting
}
