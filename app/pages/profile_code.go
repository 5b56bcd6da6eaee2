package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (p *Profile) codeShow() codeShow {
	c := codeShow{ID: "account-code", Label: codeLabel(p.fields.value.Fields), At: p.At, Ctx: p.ctx}
	if p.maySee() {
		ask := fetchCode(p.ctx, p.At, api.RevealAccountCode, p.At.OrgIn())
		c.Fetch = func(done func(app.Context, string, error)) {
			p.history.fresh = true // one's own act needs no hint that something is new
			ask(done)
		}
	} else {
		c.Why = ui.T("code.never_support")
	}
	return c
}

// renderCode is the account-wide code: whether it stands, how it is, who may see it.
func (p *Profile) renderCode(v api.Profile) app.UI {
	label := codeLabel(p.fields.value.Fields)
	parts := []app.UI{ui.Heading(3, label)}
	if v.Code.Set {
		parts = append(parts, p.code.render(p.codeShow()))
	} else if !v.Code.Void {
		text := ui.T("code.none_view")
		if p.mayChange() {
			text = ui.T("code.none")
		}
		parts = append(parts, ui.Hint(text))
	}
	parts = append(parts, slot(codeTrouble(v.Code, p.troubleActs(v)...)))
	parts = append(parts, app.P().Class("hint").Body(app.Text(codeFacts(v.Code))), slot(seenBy(v.SeenBy)), codeWarning())
	return app.Div().ID("code").Class("code-part").Body(parts...)
}

// troubleActs are what can be done about a code that does not answer.
func (p *Profile) troubleActs(v api.Profile) []app.UI {
	switch {
	case v.Code.Void && p.mayChange() && p.maySee():
		return []app.UI{&ui.Button{ID: "set-again", Label: ui.T("code.set_again"), Small: true, Disabled: offlineReason(p.At),
			OnClick: func(app.Context, app.Event) { p.custom.show(p, true) }}}
	case v.Code.Locked && p.At.Can(perm.OwnershipTransfer) && p.At.As == api.AsCustomer:
		return []app.UI{&ui.Button{ID: "unlock", Label: ui.T("code.unlock"), Icon: ui.IconUnlock, Small: true, Disabled: offlineReason(p.At),
			OnClick: func(app.Context, app.Event) {
				in := api.CodeReleaseIn{Org: p.At.OrgIn()}
				in.Body.Account = true
				p.release.show(releaseView{At: p.At, Ctx: p.ctx, In: in, Misses: p.history.misses(), Done: func(ctx app.Context) { p.load(ctx, true) }})
			}}}
	}
	return nil
}

// codeTrouble says that a code does not answer, and why; nil while it does.
func codeTrouble(c api.CodeState, acts ...app.UI) app.UI {
	switch {
	case c.Void:
		return &ui.Banner{Tone: ui.Bad, Icon: ui.IconBan, Title: ui.T("code.void"), Text: ui.T("code.void_text"), Actions: acts}
	case c.Locked && c.LockedTill.IsZero():
		return &ui.Banner{Tone: ui.Warn, Icon: ui.IconLock, Title: ui.T("code.locked"), Text: ui.T("code.locked_text"), Actions: acts}
	case c.Locked:
		return &ui.Banner{Tone: ui.Warn, Icon: ui.IconLock, Title: ui.T("code.locked_till", "when", momentInText(c.LockedTill)), Text: ui.T("code.locked_text"), Actions: acts}
	case c.Misses > 0:
		return ui.Tag(ui.Warn, ui.T("code.misses", "n", c.Misses))
	}
	return nil
}

// codeFacts are when and by whom a code was set and last revealed.
func codeFacts(c api.CodeState) string {
	if !c.Set {
		return ""
	}
	text := ui.T("code.set_by", "name", c.SetBy, "when", momentInText(c.SetAt))
	if c.RevealedAt.IsZero() {
		return text + " " + ui.T("code.never_revealed")
	}
	return text + " " + ui.T("code.revealed_by", "name", c.RevealedBy, "when", momentInText(c.RevealedAt))
}

// seenBy names who may see the account-wide code.
func seenBy(list []api.Viewer) app.UI {
	if len(list) == 0 {
		return nil
	}
	names := make([]string, 0, len(list))
	for _, v := range list {
		names = append(names, v.Name)
	}
	return app.P().Class("hint").Body(app.Text(ui.T("code.seen_by", "n", len(names))+" "), app.Span().Class("plain").Text(listed(names)+"."))
}

// renderRotate proposes a new code after somebody who could see it can no more (C14); nil while nothing is proposed.
func (p *Profile) renderRotate(v api.Profile) app.UI {
	if v.Code.RotateAt.IsZero() || !v.Code.Set {
		return nil
	}
	banner := &ui.Banner{Tone: ui.Warn, Icon: ui.IconKey, Title: rotateTitle(&v.Code), Text: ui.T("code.rotate_text")}
	if p.mayChange() && p.maySee() {
		banner.Actions = []app.UI{
			&ui.Button{ID: "rotate-change", Label: ui.T("code.change"), Kind: ui.Primary, Small: true, Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { p.custom.show(p, true) }},
			&ui.Button{ID: "rotate-keep", Label: ui.T("code.keep_it"), Small: true, Busy: p.keeping, Disabled: offlineReason(p.At), OnClick: func(app.Context, app.Event) {
				p.keeping = true
				keepCode(p.ctx, p.At, func(ctx app.Context) {
					p.keeping = false
					ui.FocusLater(ctx, ui.PageTitleID)
					p.load(ctx, true)
				})
			}},
		}
	}
	return banner
}

// rotateTitle is "Jonas Meier could see the code until today."
func rotateTitle(c *api.CodeState) string {
	switch daysFrom(c.RotateAt) {
	case 0:
		return ui.T("code.rotate_today", "name", c.RotateWhy)
	case -1:
		return ui.T("code.rotate_yesterday", "name", c.RotateWhy)
	}
	return ui.T("code.rotate_day", "name", c.RotateWhy, "day", date(c.RotateAt))
}

// keepCode puts the proposal to change the code aside.
func keepCode(ctx app.Context, at client.Seat, done func(app.Context)) {
	client.Call(ctx, at.Session, api.KeepAccountCode, at.OrgIn(), func(ctx app.Context, _ api.None, err error) {
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("code.kept")})
		}
		done(ctx)
	})
}
