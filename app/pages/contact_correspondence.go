package pages

import (
	"cmp"

	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/perm"
	"countersign/shared/routing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderCorrespondence is the tab Correspondence: which mail of the Support team and of the accounts department the
// contact gets, beside what concerns themselves (S03).
func (d *contactDialog) renderCorrespondence() []app.UI {
	c := &d.draft.Correspondence
	other := *d.before()
	other.Correspondence.Assistance.On = !other.Correspondence.Assistance.On
	fixed := cmp.Or(d.fixed(), guardText(d.actor().MayForward(d.before(), &other)))
	return []app.UI{
		ui.Hint(ui.T("correspondence.lead")),
		d.renderSubscription("assistance", &c.Assistance, fixed),
		d.renderSubscription("financial", &c.Financial, fixed),
		slot(d.correspondenceWarning()),
		slot(d.renderGets()),
	}
}

func (d *contactDialog) renderSubscription(key string, s *contact.Subscription, fixed string) app.UI {
	tick := func(id, text string, checked bool, set func(bool)) app.UI {
		fixed := fixed
		if fixed != "" && fixed == d.fixed() {
			fixed = text // the reason stands above
		}
		return &ui.Checkbox{ID: "contact-" + id, Label: ui.T("correspondence." + id), Hint: text, Checked: checked, Disabled: fixed,
			OnChange: func(ctx app.Context, on bool) {
				set(on)
				d.changed(ctx)
			}}
	}
	parts := []app.UI{tick(key, ui.T("correspondence."+key+".text"), s.On, func(on bool) { s.On = on })}
	if s.On {
		hint := ""
		if !s.Isolated && !s.Global {
			hint = ui.T("correspondence.counts_as_isolated")
		}
		parts = append(parts, app.Div().Class("subscription").Body(
			tick(key+"_isolated", ui.T("correspondence.isolated.text"), s.Isolated, func(on bool) { s.Isolated = on }),
			tick(key+"_global", ui.T("correspondence.global.text"), s.Global, func(on bool) { s.Global = on }),
			slot(ui.Hint(hint)),
		))
	}
	return app.Div().Class("stack", "sm").Body(parts...)
}

// renderGets leads to who gets the mail of a message, as it is stored.
func (d *contactDialog) renderGets() app.UI {
	at := d.page.At
	if !at.Can(perm.ContactsView) {
		return nil
	}
	return ui.Row(&ui.Button{ID: "contact-gets", Label: ui.T("recipients.title"), Icon: ui.IconMail, Small: true, Disabled: offlineReason(at),
		OnClick: func(app.Context, app.Event) { d.page.gets.show(d.page.ctx, at, "", "", routing.Technical) }})
}

// correspondenceWarning says that what is ticked has no effect, nil when it has.
func (d *contactDialog) correspondenceWarning() app.UI {
	c := &d.draft
	wants := c.Correspondence.Assistance.On || c.Correspondence.Financial.On
	switch {
	case wants && c.Email == "":
		return &ui.Banner{Tone: ui.Warn, Text: ui.T("correspondence.no_email")}
	case wants && !c.Active:
		return &ui.Banner{Tone: ui.Warn, Text: ui.T("correspondence.inactive")}
	}
	return nil
}
