package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// send has the list worked off: by the copy in this browser, so that it goes without a connection too, or by the server
// where there is none.
func (p *NumberList) send() {
	p.problem = ""
	if p.desk != nil && p.sendHere() {
		return
	}
	if reason := offlineReason(p.At); reason != "" {
		p.failed(ui.T("numlist.not_ready"))
		return
	}
	p.sending = true
	if p.sendID == "" {
		p.sendID = newJobID()
	}
	if p.kind() == api.JobAdd {
		in := api.AddListIn{Org: p.At.OrgIn()}
		in.Body.AddOptions, in.Body.Job, in.Body.Numbers = p.options.add(), p.sendID, p.list.texts()
		client.Call(p.ctx, p.At.Session, api.AddNumberList, in, p.answered)
		return
	}
	in := api.DeleteListIn{Org: p.At.OrgIn()}
	in.Body.DeleteOptions, in.Body.Job, in.Body.Numbers = p.options.from(), p.sendID, p.list.texts()
	client.Call(p.ctx, p.At.Session, api.DeleteNumberList, in, p.answered)
}

// answered shows what the server has done.
func (p *NumberList) answered(_ app.Context, out api.JobResults, err error) {
	p.sending = false
	if err != nil {
		faults, general := formFailure(err, "call_purpose", "business_unit", "program")
		p.faults = faults
		if general == "" && len(faults) > 0 {
			p.asking = false
			ui.FocusInvalid(p.ctx)
			return
		}
		p.failed(general)
		return
	}
	r := listResult{open: true, kind: p.kind(), want: p.options.place(), level: p.options.level()}
	r.applied, r.rejected = out.Applied, out.Rejected
	p.show(r)
}

// failed says why nothing was done; the list stays as it is.
func (p *NumberList) failed(text string) {
	p.sending = false
	p.problem = text
	ui.Announce(text)
}

// show opens the result. Of the list only what was rejected stays, until the person has seen it.
func (p *NumberList) show(r listResult) {
	p.asking, p.sending = false, false
	p.result = r
	p.shown = listPage
	p.leave()
	ui.Announce(r.summary())
}

// leave puts what was rejected into the list, and what could not be saved.
func (p *NumberList) leave() {
	p.list = nil
	r := &p.result
	texts := make([]string, 0, len(r.rejected)+len(r.unsaved))
	for i := range r.rejected {
		texts = append(texts, r.rejected[i].Text)
	}
	p.list.add(append(texts, r.unsaved...), p.region())
	p.changed()
}

// done closes the result: the work on the list is over.
func (p *NumberList) done(app.Context) {
	p.result.open = false
	p.resolve("discard")
	p.list = nil
	p.list.add(p.result.unsaved, p.region())
	p.changed()
	ui.FocusLater(p.ctx, listFieldID)
}

// again closes the result and leaves what was rejected in the list, to be mended.
func (p *NumberList) again(app.Context, app.Event) {
	p.result.open = false
	p.resolve("edited")
	p.changed()
	ui.FocusLater(p.ctx, listFieldID)
}

// random reads the browser's cryptographic source.
type random struct{}

func (random) Read(b []byte) (int, error) {
	randomBytes(b)
	return len(b), nil
}

func newJobID() id.Job { return id.New[id.Job](ui.ServerNow(), random{}) }
