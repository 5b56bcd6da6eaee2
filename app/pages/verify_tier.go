package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// tiers say what each kind of wish needs, and which of them the call permits now (C12). What is never done by voice
// has words and no button.
func tiers(c *api.AgentCall) app.UI {
	permits, matched := verification.Information, false
	if c != nil && over(c) == "" && c.Outcome == verification.Match {
		permits, matched = c.Permits, true
	}
	line := func(tier verification.Tier, key string) app.UI {
		icon, tone, state, needs := ui.IconCircleDashed, "neutral", ui.T("verify.tier.not_yet"), ui.T("verify.needs."+key)
		switch {
		case tier == verification.Never:
			icon, tone, state = ui.IconBan, "bad", ui.T("verify.tier.never")
		case matched && tier <= permits:
			icon, tone, state = ui.IconCircleCheck, "ok", ui.T("verify.tier.open")
		case matched:
			icon, tone, state = ui.IconTicket, "warn", ui.T("verify.tier.ticket")
			needs = state + "."
		}
		return app.Li().Class(tone).Body(ui.Icon(icon), app.Div().Body(
			app.Div().Class("tier-name").Body(app.Text(ui.T("verify.tier."+key)), app.Span().Class("sr-only").Text(". "+state+".")),
			app.Div().Class("hint").Text(needs)))
	}
	return &ui.Card{ID: "tiers", Title: ui.T("verify.tiers"), Body: []app.UI{app.Ul().Class("tiers").Body(
		line(verification.Information, "t0"), line(verification.Minor, "t1"),
		line(verification.Significant, "t2"), line(verification.Never, "t3"))}}
}

// callFacts are what the agent must know of the call: for whom it is, what may be asked, which codes there are.
func (v *Verify) callFacts() app.UI {
	c := v.call.value()
	if c == nil {
		return nil
	}
	who := []app.UI{app.Text(c.ContactName)}
	if c.Owner {
		who = append(who, app.Text(" "), ui.TagIcon(ui.Info, ui.IconUserCheck, ui.T("verify.is_owner")))
	}
	authority := ui.T("verify.authority")
	if !c.Owner && !c.Authority {
		authority = ui.T("verify.no_authority")
	}
	terms := []ui.Term{
		{Label: ui.T("hub.col_organization"), Body: []app.UI{ui.Link("/"+pageOrganizations+"/"+string(c.Org), c.OrgName), app.Span().Class("hint").Text(" " + c.Reference)}},
		{Label: ui.T("verify.caller_short"), Body: who},
		{Label: ui.T("verify.by_voice"), Text: authority},
		{Label: ui.T("verify.codes"), Body: []app.UI{app.Ul().Class("facts").Body(
			fact(c.HasOwn, "verify.code_own", "verify.code_set", "verify.code_none"), fact(c.HasShared, "verify.code_account", "verify.code_set", "verify.code_none"),
			fact(c.HasPhrase, "verify.code_phrase", "verify.phrase_open", "verify.phrase_none"))}},
	}
	if c.Ticket != "" {
		terms = append(terms, ui.Term{Label: ui.T("verify.ticket"), Text: c.Ticket})
	}
	if over(c) == "" && c.Outcome != verification.Match {
		terms = append(terms, ui.Term{Label: ui.T("verify.time"), Body: []app.UI{&ui.Countdown{Until: c.ExpiresAt, Label: ui.T("verify.time_left", "left", "{left}"), OnEnd: v.refresh}}})
	}
	return &ui.Card{ID: "call-facts", Title: ui.T("verify.about"), Body: []app.UI{&ui.Description{Terms: terms}}}
}

// fact is one code in words: it is there or not, never what it is.
func fact(there bool, key, yes, no string) app.UI {
	icon, word := ui.IconMinus, no
	if there {
		icon, word = ui.IconCheck, yes
	}
	return app.Li().Body(ui.Icon(icon), app.Span().Text(ui.T(key)+" "), app.Span().Class("hint").Text(ui.T(word)))
}
